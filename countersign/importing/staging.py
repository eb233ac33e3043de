"""Rows on their way: from a file through the checks of single cells into a temporary table, by COPY."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection

from countersign.importing.cells import BadCell, shown, without_identifiers
from countersign.importing.files import SEPARATOR, File
from countersign.importing.reading import read_rows
from countersign.importing.report import MOST_IN_FULL, Remark, Remarks, Report

_BLOCK = 2_000  # rows per write: large enough for COPY, small enough to keep memory flat
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def stage(file: File, path: Path | None, report: Report, progress: Callable[[str, int, int], None]) -> int:
    """Create the file's staging table and fill it; returns how many rows it holds. No path: an empty table.

    Identical repeats are dropped. A key that comes again with something else is bad where it comes again.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{file.table}")
        cursor.execute(
            f"CREATE TEMPORARY TABLE {file.table} "
            f"(line integer, key text, digest bigint, {file.staging}) ON COMMIT DROP"
        )
    if path is None:
        return 0
    raw = connection.connection
    assert raw is not None  # inside a transaction
    before = report.bad.total
    with psycopg.Cursor(raw) as raw_cursor, raw_cursor.copy(f"COPY {file.table} FROM STDIN") as copy:
        _copy(file, path, copy, report.bad.add, progress)
    report.unread[file.name] = report.bad.total - before
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {file.table}")
        _drop_repeats(file, cursor, report.bad)
        cursor.execute(f"SELECT count(*) FROM {file.table}")
        return int(cursor.fetchone()[0])


def _copy(
    file: File,
    path: Path,
    copy: psycopg.Copy,
    bad: Callable[[Remark], None],
    progress: Callable[[str, int, int], None],
) -> None:
    size = path.stat().st_size
    done = rows = 0

    def read(count: int) -> None:
        nonlocal done
        done += count

    block: list[str] = []
    for line, row in read_rows(path, file.columns, file.optional, bad, read):
        try:
            parsed = file.parse(row)
        except BadCell as error:
            value = without_identifiers(error.value) if file.private else error.value
            bad(Remark(file.name, line, error.column, shown(value), error.reason))
            continue
        block.append(_as_text(line, parsed))
        if len(block) >= _BLOCK:
            copy.write("".join(block))
            rows += len(block)
            block.clear()
            progress(file.name, rows, done * 100 // max(size, 1))
    copy.write("".join(block))
    progress(file.name, rows + len(block), 100)


def _as_text(line: int, parsed: tuple[Any, ...]) -> str:
    """One row in COPY's text format."""
    found = [str(line)]
    for cell in parsed:
        if cell is None:
            found.append("\\N")
        elif cell.__class__ is str:
            found.append(cell.translate(_ESCAPES) if "\\" in cell or not cell.isprintable() else cell)
        elif cell.__class__ is datetime:
            found.append(cell.isoformat())
        else:
            found.append(str(cell))
    return "\t".join(found) + "\n"


def _drop_repeats(file: File, cursor: Any, bad: Remarks) -> None:
    cursor.execute(
        f"""CREATE TEMPORARY TABLE repeated ON COMMIT DROP AS
        SELECT s.ctid AS place, s.line, s.key, s.{file.whole} = first_value(s.{file.whole}) OVER w AS same,
               row_number() OVER w AS nth
        FROM {file.table} s JOIN (SELECT key FROM {file.table} GROUP BY key HAVING count(*) > 1) k USING (key)
        WINDOW w AS (PARTITION BY s.key ORDER BY s.line)"""
    )
    cursor.execute(
        "SELECT line, key, count(*) OVER () FROM repeated WHERE NOT same ORDER BY line LIMIT %s", [MOST_IN_FULL]
    )
    if others := cursor.fetchall():
        reason = "says something else than an earlier row of the same key"
        hidden = file.name == "proofs.csv"
        remarks = [
            Remark(file.name, line, "", "" if hidden else shown(key.replace(SEPARATOR, ", ")), reason)
            for line, key, _ in others
        ]
        bad.add_counted(remarks, others[0][2])
    cursor.execute(f"DELETE FROM {file.table} s USING repeated r WHERE r.nth > 1 AND s.ctid = r.place")
    cursor.execute("DROP TABLE repeated")
