"""``countersign letters list | pdf | printed``: letters to addresses on record, for whoever prints them."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from django.utils import timezone

from countersign.letters.models import Letter
from countersign.letters.operations import mark_printed

MOST = 1_000


def register(subparsers: Any) -> None:
    """Add the subcommands."""
    letters = subparsers.add_parser("letters", help="letters on paper that wait to be printed")
    commands = letters.add_subparsers(dest="letters_command", required=True, metavar="list|pdf|printed")
    listing = commands.add_parser("list", help="those that wait, with address and text (they hold codes)")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=run_list)
    sheets = commands.add_parser("pdf", help="those that wait, as a PDF for window envelopes (it holds codes)")
    sheets.add_argument("file", type=Path, help="a file that does not exist yet; nobody else may read it")
    sheets.add_argument("--json", action="store_true")
    sheets.set_defaults(run=run_pdf)
    printed = commands.add_parser("printed", help="these are on paper: their text is forgotten")
    printed.add_argument("letter", type=int, nargs="+")
    printed.add_argument("--json", action="store_true")
    printed.set_defaults(run=run_printed)


def run_list(arguments: argparse.Namespace) -> int:
    """Exit status 0. Oldest first, at the most a thousand."""
    found: list[dict[str, Any]] = [
        {
            "letter": letter.pk,
            "kind": letter.kind,
            "written_at": letter.written_at.isoformat(),
            "language": letter.language,
            "to": letter.address_lines,
            "subject": letter.subject,
            "body": letter.body,
        }
        for letter in _waiting()
    ]
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False))
        return 0
    for one in found:
        print(f"letter {one['letter']} ({one['kind']}), {one['written_at']}")
        print("\n".join(f"    {line}" for line in (*one["to"], "", one["subject"], "", *one["body"].split("\n"))))
    print(f"{len(found)} letters wait")
    return 0


def run_pdf(arguments: argparse.Namespace) -> int:
    """Exit status 0; 1 where a letter cannot be printed, the others are; 2 where the file cannot be written."""
    # Its library takes a while to load: not before every other command.
    from countersign.letters.sheets import letters_pdf, unprintable

    waiting = _waiting()
    strange = {
        letter.pk: [f"U+{ord(sign):04X}" for sign in signs] for letter in waiting if (signs := unprintable(letter))
    }
    ready = [letter for letter in waiting if letter.pk not in strange]
    if ready:
        try:
            descriptor = os.open(arguments.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            print(f"{arguments.file}: {error.strerror}. Name a file that does not exist yet", file=sys.stderr)
            return 2
        with os.fdopen(descriptor, "wb") as file:
            file.write(letters_pdf(ready))
    keys = [letter.pk for letter in ready]
    if arguments.json:
        print(json.dumps({"file": str(arguments.file) if ready else None, "letters": keys, "left_out": strange}))
        return 1 if strange else 0
    for key, codes in strange.items():
        print(f"letter {key} is left out: the font has no sign for {' '.join(codes)}; see `countersign letters list`")
    if ready:
        numbers = " ".join(map(str, keys))
        print(f"{len(keys)} letters are in {arguments.file}. Once on paper: countersign letters printed {numbers}")
    else:
        print("no letter waits to be printed")
    return 1 if strange else 0


def _waiting() -> list[Letter]:
    waiting = Letter.objects.filter(printed_at__isnull=True).select_related("taxpayer").order_by("written_at", "pk")
    return list(waiting[:MOST])


def run_printed(arguments: argparse.Namespace) -> int:
    """Exit status 0."""
    count = mark_printed(arguments.letter, now=timezone.now())
    print(json.dumps({"printed": count}) if arguments.json else f"{count} letters are printed")
    return 0
