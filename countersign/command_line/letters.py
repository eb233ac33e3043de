"""``countersign letters list | printed``: letters to addresses on record, for whoever prints them."""

from __future__ import annotations

import argparse
import json
from typing import Any

from django.utils import timezone

from countersign.letters.models import Letter
from countersign.letters.operations import mark_printed

MOST = 1_000


def register(subparsers: Any) -> None:
    """Add the subcommands."""
    letters = subparsers.add_parser("letters", help="letters on paper that wait to be printed")
    commands = letters.add_subparsers(dest="letters_command", required=True, metavar="list|printed")
    listing = commands.add_parser("list", help="those that wait, with address and text (they hold codes)")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=run_list)
    printed = commands.add_parser("printed", help="these are on paper: their text is forgotten")
    printed.add_argument("letter", type=int, nargs="+")
    printed.add_argument("--json", action="store_true")
    printed.set_defaults(run=run_printed)


def run_list(arguments: argparse.Namespace) -> int:
    """Exit status 0. Oldest first, at the most a thousand."""
    waiting = Letter.objects.filter(printed_at__isnull=True).select_related("taxpayer").order_by("written_at", "pk")
    found: list[dict[str, Any]] = [
        {
            "letter": letter.pk,
            "kind": letter.kind,
            "written_at": letter.written_at.isoformat(),
            "language": letter.language,
            "to": address_lines(letter),
            "subject": letter.subject,
            "body": letter.body,
        }
        for letter in waiting[:MOST]
    ]
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False))
        return 0
    for one in found:
        print(f"letter {one['letter']} ({one['kind']}), {one['written_at']}")
        print("\n".join(f"    {line}" for line in (*one["to"], "", one["subject"], "", *one["body"].split("\n"))))
    print(f"{len(found)} letters wait")
    return 0


def address_lines(letter: Letter) -> list[str]:
    """Name and address on record, as they stand today."""
    to = letter.taxpayer
    town = " ".join(filter(None, (to.city, to.state, to.postal_code)))
    return [line for line in (to.legal_name, to.address1, to.address2, town) if line]


def run_printed(arguments: argparse.Namespace) -> int:
    """Exit status 0."""
    count = mark_printed(arguments.letter, now=timezone.now())
    print(json.dumps({"printed": count}) if arguments.json else f"{count} letters are printed")
    return 0
