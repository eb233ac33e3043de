"""Where a page of the list begins, as an opaque part of an address."""

from __future__ import annotations

import base64
import json

from django.core.exceptions import BadRequest

from countersign.access.queries.listing import Position
from countersign.ui.converters import LARGEST_KEY

LONGEST = 2_000


def written(position: Position) -> str:
    """The position as it stands in an address."""
    plain = json.dumps(position, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")


def read(text: str) -> Position | None:
    """The position in an address, None where there is none. Raises ``BadRequest`` for what we never wrote."""
    if not text:
        return None
    try:
        if len(text) > LONGEST:
            raise ValueError
        plain = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        name, taxpayer, number = json.loads(plain)
        if not (isinstance(name, str) and type(taxpayer) is int and isinstance(number, str)):
            raise ValueError
        if not (name + number).isprintable() or not 0 < taxpayer <= LARGEST_KEY:
            raise ValueError
    except (ValueError, TypeError, RecursionError) as error:
        raise BadRequest("the page of the list") from error
    return Position(name, taxpayer, number)
