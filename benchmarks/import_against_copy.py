"""``countersign import`` against a raw COPY of the rows that it left, into the same tables, in the same run.

``python -m benchmarks.import_against_copy [--sizes 50000 200000]``

For each size: import into an empty database; write every table that then has rows, but for what the import remembers
for itself, to a file (COPY TO); load these files into another empty database with the same tables, indexes and
constraints, in one transaction (COPY FROM).
Beside it the most memory that the importing process had: it must not grow with the world.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.databases import BENCH, Database, Finished, Server, folder_of, server
from benchmarks.harness import begin_report, once, report, report_row
from benchmarks.world import EFFECTIVE, Parameters

RATIO = 5.0
# Memory at the largest size against the smallest: a little more for longer buffers, never in proportion.
GROWTH = 1.25
_PIECE = 1 << 20
# Django's own; what an import remembers for the next one, which makes the baseline harder to reach; and the list
# for the sealer, which a trigger fills in both ways.
_LEFT_OUT = ("django_", "procrastinate_", "auth_", "importing_", "events_unsealedentry")


def tables_with_rows(connection: psycopg.Connection[Any]) -> list[str]:
    """The tables of the register and of access that an import fills."""
    names = connection.execute(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by relname"
    ).fetchall()
    found = []
    for (name,) in names:
        question = sql.SQL("select exists (select from {})").format(sql.Identifier(name))
        row = connection.execute(question).fetchone()
        if not name.startswith(_LEFT_OUT) and row is not None and row[0]:
            found.append(name)
    return found


def dump(database: Database, folder: Path) -> tuple[list[str], int]:
    """Write each table to a file; returns their names and the number of rows."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rows = 0
    with psycopg.connect(database.owner_url) as connection:
        names = tables_with_rows(connection)
        for name in names:
            cursor = connection.cursor()
            with (folder / name).open("wb") as file:
                with cursor.copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(name))) as copy:
                    for piece in copy:
                        file.write(piece)
                rows += cursor.rowcount
    return names, rows


def copy_in(database: Database, folder: Path, names: list[str]) -> dict[str, float]:
    """Load the files in one transaction; the seconds for each table, and for the commit with its constraints."""
    seconds = {}
    connection = psycopg.connect(database.owner_url)
    for name in names:
        started = time.perf_counter()
        with (
            connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))) as copy,
            (folder / name).open("rb") as file,
        ):
            while piece := file.read(_PIECE):
                copy.write(piece)
        seconds[name] = time.perf_counter() - started
    started = time.perf_counter()
    connection.commit()
    seconds["commit"] = time.perf_counter() - started
    connection.close()
    return seconds


def compare(found: Server, taxpayers: int, *, details: bool) -> tuple[bool, Finished]:
    """One size: both ways, and a row of the table."""
    parameters = Parameters(taxpayers=taxpayers)
    world = folder_of(parameters)
    imported = found.fresh("bench_import")
    finished = imported.run("import", str(world), "--effective", EFFECTIVE.isoformat())
    again = imported.run("import", str(world), "--effective", EFFECTIVE.isoformat())
    files = BENCH / "copied"
    names, rows = dump(imported, files)
    seconds = copy_in(found.fresh("bench_copy"), files, names)
    if details:
        for name, taken in seconds.items():
            print(f"  {taken:8.2f} s  {name}", file=sys.stderr)
    size = f"{taxpayers:,} taxpayers, {rows:,} rows"
    good = report(
        "countersign import", size, once(finished.seconds), baseline=once(sum(seconds.values())), ratio_at_most=RATIO
    )
    report("the same folder again", size, once(again.seconds), baseline=once(finished.seconds))
    shutil.rmtree(files)
    for name in ("bench_import", "bench_copy"):
        found.drop(name)
    return good, finished


def main() -> int:
    """Compare each size; exit status 1 when a limit does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[50_000, 200_000], help="taxpayers")
    parser.add_argument("--details", action="store_true", help="also the baseline's seconds for each table")
    arguments = parser.parse_args()
    with server() as found:
        with psycopg.connect(found.database("postgres").owner_url) as connection:
            begin_report(connection)
        results = [compare(found, size, details=arguments.details) for size in sorted(arguments.sizes)]
    good = all(each for each, _ in results)
    peaks = [finished.peak_mib for _, finished in results]
    if len(peaks) > 1:
        growth = peaks[-1] / peaks[0]
        good &= report_row(
            "memory of the import", " → ".join(f"{size:,}" for size in sorted(arguments.sizes)), f"{peaks[-1]:.0f} MiB",
            f"{peaks[0]:.0f} MiB", f"{growth:.2f} ×", f"{GROWTH:g} ×", good=growth <= GROWTH,
        )  # fmt: skip
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
