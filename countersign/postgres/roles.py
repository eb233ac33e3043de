"""The two database roles: the owner makes tables, the application only works with their rows.

The application's role is no superuser, does not bypass row security, owns nothing, and of two kinds of table
it cannot rewrite the past: facts (it may end them) and append-only logs (it may add to them).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from countersign.postgres.urls import APPLICATION_ROLE

# Of a private server only: makes the other two, and is not used again.
SUPERUSER = "postgres"
OWNER_ROLE = "countersign_owner"


@dataclass(frozen=True)
class TableRule:
    """What the application may do with a table besides reading it and inserting into it."""

    table: str
    append_only: bool = False
    # Only these columns may be updated and nothing may be deleted; None: any column, and deletion.
    updatable: tuple[str, ...] | None = field(default=None)


def make_cluster_roles(superuser_url: str, database: str = "countersign") -> None:
    """In a private server: both roles as logins, and the database, which the owner owns. May be repeated."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        for name, rights in ((OWNER_ROLE, "CREATEROLE CREATEDB"), (APPLICATION_ROLE, "NOCREATEROLE NOCREATEDB")):
            if not _exists(connection, "select 1 from pg_roles where rolname = %s", name):
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS {}").format(
                        sql.Identifier(name), sql.SQL(rights)
                    )
                )
        connection.execute(
            sql.SQL("GRANT {} TO {} WITH ADMIN OPTION").format(
                sql.Identifier(APPLICATION_ROLE), sql.Identifier(OWNER_ROLE)
            )
        )
        if not _exists(connection, "select 1 from pg_database where datname = %s", database):
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(OWNER_ROLE))
            )


def make_application_role(connection: psycopg.Connection[Any], application_login: str = "") -> None:
    """As owner: the application's role, and that this login and the application's may step down to it.

    ``application_login`` is the name in DATABASE_URL, where that differs from the owner's. Raises psycopg's
    InsufficientPrivilege where the owner may not create roles and nobody else has made this one.
    """
    role = sql.Identifier(APPLICATION_ROLE)
    if not _exists(connection, "select 1 from pg_roles where rolname = %s", APPLICATION_ROLE):
        connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE").format(role))
    question = "select 1 from pg_roles where rolname = %s and (rolsuper or rolbypassrls)"
    if _exists(connection, question, APPLICATION_ROLE):
        raise RuntimeError(f"the database role {APPLICATION_ROLE} must be neither superuser nor BYPASSRLS")
    for login in {connection.info.user, application_login} - {"", APPLICATION_ROLE}:
        # Since 16, whoever made a role is its member without being allowed to become it.
        need = "SET" if connection.info.server_version >= 160000 else "MEMBER"
        if not _exists(connection, "select 1 where pg_has_role(%s, %s, %s)", login, APPLICATION_ROLE, need):
            connection.execute(sql.SQL("GRANT {} TO {}").format(role, sql.Identifier(login)))


def grant_to_application(connection: psycopg.Connection[Any], rules: Iterable[TableRule]) -> None:
    """As owner, after migrations: exactly what the application may do, table by table, sequences and functions too.

    A table without a rule may be read, inserted into, updated and deleted from. Django's own record of
    migrations is only read. Everything is withdrawn first, so that a rule that became stricter takes effect.
    """
    role = sql.Identifier(APPLICATION_ROLE)
    by_table = {rule.table: rule for rule in rules}
    statements = [
        "GRANT USAGE ON SCHEMA public TO {role}",
        "REVOKE CREATE ON SCHEMA public FROM {role}",
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role}",
    ]
    with connection.transaction():
        for statement in statements:
            connection.execute(_with_role(statement, role))
        for table in _tables(connection):
            if table == "django_migrations":
                continue
            rule = by_table.get(table, TableRule(table))
            name = sql.Identifier("public", table)
            _revoke_columns(connection, table, name, role)
            connection.execute(sql.SQL("GRANT INSERT ON {} TO {}").format(name, role))
            if rule.append_only:
                continue
            if rule.updatable is None:
                connection.execute(sql.SQL("GRANT UPDATE, DELETE ON {} TO {}").format(name, role))
            elif rule.updatable:
                columns = sql.SQL(", ").join(sql.Identifier(column) for column in rule.updatable)
                connection.execute(sql.SQL("GRANT UPDATE ({}) ON {} TO {}").format(columns, name, role))


def _with_role(statement: LiteralString, role: sql.Identifier) -> sql.Composed:
    return sql.SQL(statement).format(role=role)


def _revoke_columns(
    connection: psycopg.Connection[Any], table: str, name: sql.Identifier, role: sql.Identifier
) -> None:
    """REVOKE on a table leaves rights on single columns behind."""
    rows = connection.execute(
        "select column_name from information_schema.column_privileges where table_schema = 'public'"
        " and table_name = %s and grantee = %s and privilege_type = 'UPDATE'",
        [table, APPLICATION_ROLE],
    ).fetchall()
    if rows:
        columns = sql.SQL(", ").join(sql.Identifier(row[0]) for row in rows)
        connection.execute(sql.SQL("REVOKE UPDATE ({}) ON {} FROM {}").format(columns, name, role))


def _tables(connection: psycopg.Connection[Any]) -> list[str]:
    rows = connection.execute(
        "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = 'public' and c.relkind in ('r', 'p') order by c.relname"
    ).fetchall()
    return [row[0] for row in rows]


def _exists(connection: psycopg.Connection[Any], question: LiteralString, *values: str) -> bool:
    return connection.execute(question, values).fetchone() is not None


@contextmanager
def as_owner(connection: Any, owner: dict[str, Any]) -> Iterator[None]:
    """Let a Django connection work as the owner for a while: migrations, and what tests must clear away.

    ``owner`` is an entry as ``DATABASES`` holds it. The application's connections are closed before and the
    owner's after, so that neither is ever used for the other.
    """
    before = dict(connection.settings_dict)
    keep = {name: before[name] for name in before if name not in owner}
    _switch(connection, {**keep, **owner})
    try:
        yield
    finally:
        _switch(connection, before)


def _switch(connection: Any, settings: dict[str, Any]) -> None:
    connection.close()
    connection.close_pool()
    connection.settings_dict.clear()
    connection.settings_dict.update(settings)
