"""The application runs as a role that cannot rewrite the past."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import ProgrammingError, connection, transaction

from countersign.command_line.migrate import migrate_as_owner, table_rules
from countersign.postgres.roles import TableRule, as_owner, grant_to_application

pytestmark = pytest.mark.django_db


def _one(question: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()


def _refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except ProgrammingError as problem:
        return "permission denied" in str(problem)
    return False


def test_the_application_runs_as_its_own_role() -> None:
    assert _one("select current_user") == ("countersign_app",)
    assert _one("select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = current_user") == (
        False,
        False,
        False,
    )


def test_the_application_owns_nothing() -> None:
    assert _one("select count(*) from pg_class where relowner = current_user::regrole") == (0,)
    assert _refused("create table sneaked_in (id int)")
    assert _refused("truncate logons_logon")


def test_append_only_tables_can_be_read_and_added_to_only() -> None:
    tables = [rule.table for rule in table_rules() if rule.append_only]
    assert "events_entry" in tables
    for table in tables:
        assert _refused(f"delete from {table}")
        column = _one(f"select column_name from information_schema.columns where table_name = '{table}' limit 1")[0]
        assert _refused(f"update {table} set {column} = {column}")


def test_facts_can_be_ended_and_nothing_else() -> None:
    facts = [model for model in apps.get_models() if getattr(model, "fact", False)]
    assert facts
    for model in facts:
        table, columns = model._meta.db_table, {field.column for field in model._meta.concrete_fields}
        assert _refused(f"delete from {table}")
        assert _refused(f"truncate {table}")
        open_columns = {"ended_at", "ended_by", *getattr(model, "display_columns", ())}
        for column in columns:
            assert _refused(f'update {table} set "{column}" = "{column}" where false') == (column not in open_columns)


def test_the_record_of_migrations_is_not_the_applications() -> None:
    assert _refused("delete from django_migrations")
    assert _refused("insert into django_migrations (app, name, applied) values ('a', 'b', now())")


@pytest.fixture
def owner() -> Iterator[None]:
    with as_owner(connection, settings.DATABASE_OWNER):
        connection.ensure_connection()
        yield
        grant_to_application(connection.connection, table_rules())


@pytest.mark.django_db(transaction=True)
def test_a_rule_that_became_stricter_takes_effect(owner: None) -> None:
    def grant(*rules: TableRule) -> None:
        grant_to_application(connection.connection, rules)

    question = "select has_column_privilege('countersign_app', 'logons_logon', 'email', 'UPDATE')"
    grant()
    assert _one(question) == (True,)
    grant(TableRule("logons_logon", updatable=("email",)))
    assert _one(question) == (True,)
    grant(TableRule("logons_logon", append_only=True))
    assert _one(question) == (False,)


@pytest.mark.django_db(transaction=True)
def test_migrating_again_changes_nothing() -> None:
    question = "select string_agg(relname || coalesce(relacl::text, ''), ',' order by relname) from pg_class"
    before = _one(question)
    migrate_as_owner(settings.DATABASE_OWNER)
    assert _one(question) == before
