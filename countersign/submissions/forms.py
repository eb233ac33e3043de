"""The shape of what the list of submissions is asked."""

from __future__ import annotations

from datetime import UTC, datetime

from django.core.exceptions import BadRequest

from countersign.ui.converters import LARGEST_KEY

Place = tuple[datetime, int]


def place_in_list(typed: str) -> Place | None:
    """Where a page of the list begins, from the address; empty is the beginning. Raises ``BadRequest``."""
    if not typed:
        return None
    microseconds, _, key = typed.partition("-")
    if not (microseconds.isascii() and microseconds.isdigit() and key.isascii() and key.isdigit()):
        raise BadRequest("place in list")
    if len(microseconds) > 17 or int(key[:20]) > LARGEST_KEY:
        raise BadRequest("place in list")
    try:
        return datetime.fromtimestamp(int(microseconds) / 1_000_000, UTC).replace(
            microsecond=int(microseconds) % 1_000_000
        ), int(key)
    except (ValueError, OverflowError, OSError) as error:
        raise BadRequest("place in list") from error


def place_in_address(place: Place | None) -> str:
    """The opposite of :func:`place_in_list`."""
    if place is None:
        return ""
    moment, key = place
    return f"{int(moment.replace(microsecond=0).timestamp()) * 1_000_000 + moment.microsecond}-{key}"
