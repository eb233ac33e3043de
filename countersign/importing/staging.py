"""Rows on their way: from a file through the checks of single cells into a temporary table, by COPY."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection

from countersign.importing.cells import BadCell
from countersign.importing.files import SEPARATOR, File
from countersign.importing.reading import read_rows
from countersign.importing.report import Remark

_BLOCK = 2_000  # rows per write: large enough for COPY, small enough to keep memory flat
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def stage(
    file: File, path: Path | None, bad: Callable[[Remark], None], progress: Callable[[str, int, int], None]
) -> int:
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
    connection.ensure_connection()
    raw = connection.connection
    assert raw is not None
    with psycopg.Cursor(raw) as raw_cursor, raw_cursor.copy(f"COPY {file.table} FROM STDIN") as copy:
        _copy(file, path, copy, bad, progress)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {file.table}")
        _drop_repeats(file, cursor, bad)
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
            bad(Remark(file.name, line, error.column, error.value, error.reason))
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


def _drop_repeats(file: File, cursor: Any, bad: Callable[[Remark], None]) -> None:
    cursor.execute(
        f"""CREATE TEMPORARY TABLE repeated ON COMMIT DROP AS
        SELECT s.ctid AS place, s.line, s.key, s.digest = first_value(s.digest) OVER w AS same
        FROM {file.table} s JOIN (SELECT key FROM {file.table} GROUP BY key HAVING count(*) > 1) k USING (key)
        WINDOW w AS (PARTITION BY s.key ORDER BY s.line)"""
    )
    cursor.execute(
        "SELECT line, key FROM repeated WHERE NOT same ORDER BY line",
    )
    for line, key in cursor.fetchall():
        shown = "" if file.name == "proofs.csv" else key.replace(SEPARATOR, ", ")
        bad(Remark(file.name, line, "", shown, "says something else than an earlier row of the same key"))
    cursor.execute(
        f"""DELETE FROM {file.table} s USING (
            SELECT place FROM (SELECT place, row_number() OVER (PARTITION BY key ORDER BY line) AS nth FROM repeated) r
            WHERE nth > 1) later WHERE s.ctid = later.place"""
    )
    cursor.execute("DROP TABLE repeated")
