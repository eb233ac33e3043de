"""The cast as ``countersign import`` makes it: imported once by each process of the tests, then copied.

An import takes a third of a second and some 700 tests begin with one. What it wrote is kept as PostgreSQL's own copy of
each table, and put back by the application's role; the tests of the import itself import.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from countersign.importing.operations import import_folder
from tests.cast import known_since, write_cast

_TABLES = """
    SELECT c.oid::regclass::text, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         AND a.attgenerated = ''
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
      AND c.relname <> 'events_unsealedentry' -- a trigger fills it
    GROUP BY c.oid ORDER BY c.oid
"""
_kept: dict[date, dict[str, bytes]] = {}


def import_cast(folder: Path) -> None:
    """Put the cast into the test's database. ``folder`` is empty and stays so where it was imported before."""
    today = timezone.localdate()
    if today in _kept:
        _put_back(_kept[today])
        return
    before = _rows()
    write_cast(folder, today=today)
    report = import_folder(folder, now=timezone.now(), effective=known_since(today))
    assert report.landed, report
    after = _rows()
    changed = {target for target in after if after[target] != before[target]}
    assert not any(before[target] for target in changed), "only what was empty can be put back"
    _kept[today] = {target: after[target] for target in changed}


def _rows() -> dict[str, bytes]:
    """What each table holds: its name and columns → its rows."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        found = {}
        for table, columns in cursor.fetchall():
            with cursor.cursor.copy(f"COPY {table} ({columns}) TO STDOUT") as copy:
                found[f"{table} ({columns})"] = b"".join(map(bytes, copy))
    return found


def _put_back(kept: dict[str, bytes]) -> None:
    # A fact may refer to one of a table that comes later: PostgreSQL checks that at the end of the transaction.
    with transaction.atomic(), connection.cursor() as cursor:
        for target, rows in kept.items():
            with cursor.cursor.copy(f"COPY {target} FROM STDIN") as copy:
                copy.write(rows)
