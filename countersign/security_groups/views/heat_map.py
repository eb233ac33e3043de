"""The matrix as a drawing: a square for each logon and group, darker the more customers the logon reaches there.

Two drawings side by side: the names stay while the squares are moved sideways, so that it can be read on a phone.
"""

from __future__ import annotations

import math
from typing import Any

from countersign.security_groups.queries.groups import GroupRow
from countersign.security_groups.queries.matrix import Matrix, MatrixRow

WIDE, HIGH, SHADES = 56, 32, 5
LETTERS, LETTER = 22, 7.6
EDGE = 8
"""How long the sides of the notch are that says: not all customers of the group."""


def heat_map(shown: Matrix) -> dict[str, Any]:
    """Places and sizes for the template. Empty frames where a logon is not let in."""
    names, groups = [_short(row.full_name) for row in shown.rows], [_short(one.group.name) for one in shown.groups]
    longest = max(len(text) for text in groups) * LETTER
    top = round(longest * 0.71) + 24  # the names of groups lean at 45 degrees
    label = round(max(len(text) for text in names) * LETTER) + 16
    most = shown.most
    return {
        "height": top + HIGH * len(shown.rows) + 4,
        "label_width": label,
        "width": WIDE * len(shown.groups) + round(longest * 0.71) + 8,
        "square": {"width": WIDE - 4, "height": HIGH - 4},
        "columns": [{"x": WIDE * place + WIDE // 2, "y": top - 10, "text": text} for place, text in enumerate(groups)],
        "names": [
            {"x": label - 10, "y": top + HIGH * line + HIGH // 2 + 5, "text": text} for line, text in enumerate(names)
        ],
        "squares": [
            _square(row, one, WIDE * place, top + HIGH * line, most)
            for line, row in enumerate(shown.rows)
            for place, one in enumerate(shown.groups)
        ],
    }


def _square(row: MatrixRow, one: GroupRow, left: int, top: int, most: int) -> dict[str, Any]:
    let_in = one.group.pk in row.groups
    count = row.reaches.get(one.group.pk, 0)
    right, upper = left + WIDE - 2, top + 2
    return {
        "x": left + 2,
        "y": upper,
        "shade": shade(count, most) if let_in else 0,
        "text": brief(count) if let_in else "",
        "text_x": left + WIDE // 2,
        "text_y": top + HIGH // 2 + 5,
        "notch": f"{right - EDGE},{upper} {right},{upper} {right},{upper + EDGE}"
        if let_in and row.limited(one.group.pk)
        else "",
    }


def shade(customers: int, most: int) -> int:
    """1 to 5, by the order of magnitude: else one group of 50,000 would leave all others white."""
    if not customers:
        return 1
    return max(1, math.ceil(SHADES * math.log1p(customers) / math.log1p(max(most, 1))))


def brief(count: int) -> str:
    """The number as it fits into a square."""
    return f"{count // 1000}k" if count >= 10_000 else str(count)


def _short(text: str) -> str:
    return text if len(text) <= LETTERS else f"{text[: LETTERS - 1]}…"
