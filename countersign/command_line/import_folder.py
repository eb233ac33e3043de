"""``countersign import``: the register and the access of an existing portal, from a folder of CSV files."""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from countersign.importing.cells import BadCell, day
from countersign.importing.operations import import_folder
from countersign.importing.report import Remarks, Report
from countersign.policy.errors import Invalid


def _day(text: str) -> date:
    try:
        found = day("--effective", text)
    except BadCell as error:
        raise argparse.ArgumentTypeError(f"{text!r} {error.reason}") from None
    if found is None:
        raise argparse.ArgumentTypeError("is empty: write YYYY-MM-DD")
    return found


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("import", help="import the register and access from a folder of CSV files")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--check-only", action="store_true", help="say what would happen, and keep nothing")
    parser.add_argument("--skip-bad", action="store_true", help="keep the good rows and list the others")
    parser.add_argument("--replace", action="append", default=[], metavar="FILE", help="rows missing from FILE end")
    parser.add_argument("--effective", type=_day, metavar="DATE", help="when facts without a date begin; default: now")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Exit status 0: landed; 1: bad rows (also with --skip-bad); 2: the folder cannot be used."""
    if not settings.KEYS_LAST:
        print(
            "countersign import: set COUNTERSIGN_SECRET_KEY (and COUNTERSIGN_IDENTIFIER_KEY) to what the web server "
            "has; identifiers are stored as keyed hashes, which another key could never find again",
            file=sys.stderr,
        )
        return 2
    progress = _Progress()
    try:
        report = import_folder(
            arguments.folder,
            now=timezone.now(),
            check_only=arguments.check_only,
            skip_bad=arguments.skip_bad,
            replace=arguments.replace,
            effective=arguments.effective,
            progress=progress,
        )
    except Invalid as error:
        print(f"countersign import: {'; '.join(error.problems.values())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("countersign import: stopped; nothing was changed", file=sys.stderr)
        return 130
    finally:
        progress.close()
    if arguments.json:
        print(json.dumps(report.as_json(), indent=2))
    else:
        _tell(report)
    return 1 if report.bad.total else 0


def _tell(report: Report) -> None:
    _list("Bad rows", report.bad)
    _list("Conflicts", report.conflicts)
    for note in report.notes:
        print(note)
    would = "" if report.landed else "would be "
    for what, counts in (("begun", report.begun), ("ended", report.ended), ("changed", report.changed)):
        for file, rows in counts.items():
            if rows:
                print(f"{file}: {rows} {would}{what}")
    if not report.landed:
        print("Checked only: nothing was kept." if report.check_only else "Nothing was imported: mend the rows above.")
    elif report.changes:
        print(f"Imported. Confirmation number {report.confirmation_number}.")
    else:
        print("Nothing changed: the database says already what the files say.")


def _list(heading: str, remarks: Remarks) -> None:
    if not remarks.total:
        return
    print(f"{heading}: {remarks.total}")
    for remark in remarks.first:
        print(f"  {remark}")
    if remarks.total > len(remarks.first):
        print("  …, in all:")
        for (file, reason), rows in sorted(remarks.counts.items()):
            print(f"  {file}: {rows} × {reason}")


class _Progress:
    """A bar on standard error, if somebody sits there: rows done, rate, time left."""

    def __init__(self) -> None:
        self.shown = sys.stderr.isatty()
        self.file, self.began, self.last = "", time.monotonic(), 0.0

    def __call__(self, file: str, rows: int, percent: int) -> None:
        now = time.monotonic()
        if file != self.file:
            self.file, self.began, self.last = file, now, 0.0
        if not self.shown or (now - self.last < 0.2 and percent < 100):
            return
        self.last = now
        spent = max(now - self.began, 0.001)
        left = spent * (100 - percent) / max(percent, 1)
        bar = "#" * (percent // 5)
        sys.stderr.write(f"\r{file:<20} [{bar:<20}] {rows:>9,} rows {rows / spent:>9,.0f}/s {left:>4.0f} s left ")
        if percent >= 100:
            sys.stderr.write("\n")
        sys.stderr.flush()

    def close(self) -> None:
        """Leave the cursor on a fresh line."""
        if self.shown and self.file:
            sys.stderr.write("\n")
