"""Moments as people type them."""

from __future__ import annotations

import argparse
from datetime import date, datetime, time

from django.utils import timezone


def moment(text: str) -> datetime:
    """``2026-03-01T09:00:00-05:00``; without an offset in the agency's time zone; a date is its first moment.

    Raises ``argparse.ArgumentTypeError`` with a message that says what to type.
    """
    try:
        found = datetime.fromisoformat(text) if len(text) > 10 else datetime.combine(date.fromisoformat(text), time())
        return found if found.tzinfo else timezone.make_aware(found)
    except (ValueError, OverflowError) as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no moment: write a date (2026-03-01) or a time (2026-03-01T09:00:00-05:00)"
        ) from error


def add_at(parser: argparse.ArgumentParser) -> None:
    """The option ``--at``."""
    parser.add_argument("--at", type=moment, metavar="MOMENT", help="a past or planned moment; default: now")
