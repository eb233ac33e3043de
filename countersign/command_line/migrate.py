"""Bring the database up to date: the application's role, tables, and what the application may do with them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models import Model

from countersign.postgres.roles import TableRule, as_owner, grant_to_application, make_application_role

# A fact is ended once; nothing else about it ever changes (SPEC 2, "Facts have periods").
_ENDING = ("ended_at", "ended_by")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``countersign migrate``."""
    parser = subparsers.add_parser("migrate", help="bring the database up to date (as its owner)")
    parser.add_argument("--quiet", action="store_true", help="say nothing when all goes well")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Migrate the database of DATABASE_OWNER_URL (or DATABASE_URL); returns 0."""
    migrate_as_owner(settings.DATABASE_OWNER, verbosity=0 if arguments.quiet else 1)
    return 0


def migrate_as_owner(owner: dict[str, Any], *, verbosity: int = 0) -> None:
    """Everything a new release needs of the database; ``owner`` is an entry as ``DATABASES`` holds it.

    May be repeated at any time. Raises psycopg's errors where the owner's login may not do what is needed.
    """
    application_login = connection.settings_dict["USER"]
    with as_owner(connection, owner):
        connection.ensure_connection()
        make_application_role(connection.connection, application_login)
        call_command("migrate", interactive=False, verbosity=verbosity)
        grant_to_application(connection.connection, table_rules())


def table_rules() -> Iterator[TableRule]:
    """What the models themselves say: ``append_only = True``, or ``fact = True`` and its ``display_columns``."""
    for model in apps.get_models(include_auto_created=True):
        rule = _rule(model)
        if rule is not None:
            yield rule


def _rule(model: type[Model]) -> TableRule | None:
    table = model._meta.db_table
    if getattr(model, "append_only", False):
        return TableRule(table, append_only=True)
    if getattr(model, "fact", False):
        own = {field.column for field in model._meta.concrete_fields}
        endings = tuple(column for column in _ENDING if column in own)
        return TableRule(table, updatable=(*endings, *getattr(model, "display_columns", ())))
    return None
