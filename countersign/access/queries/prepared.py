"""Runs a statement prepared, on Django's own connection.

Django's cursors put values into the text of a statement, so that the server plans it anew each time. For the few
statements that every decision runs, planning costs more than running; psycopg's own cursor lets the server
keep the plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import connection


def fetch_all(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """All rows of a prepared statement, in the current transaction if there is one."""
    connection.ensure_connection()
    raw = connection.connection
    assert raw is not None
    with connection.wrap_database_errors, psycopg.Cursor(raw) as cursor:
        cursor.execute(statement, parameters, prepare=True, binary=True)
        return cursor.fetchall()


def storable(name: str) -> str:
    """The name, or an empty one if PostgreSQL could not hold it (NUL, broken UTF-8): such a name is unknown."""
    return name if "\x00" not in name and name.isprintable() else ""
