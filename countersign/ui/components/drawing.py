"""``{% path_drawing %}``: the path of a right as a small picture, with the same as a list behind it.

Drawn twice: side by side for a wide page, one below the other for a phone; the style sheet shows one of them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from countersign.ui.variants import PATH_KINDS, one_of
from countersign.ui.words import PATH_KINDS as KIND_WORDS

BOX_WIDTH, BOX_HEIGHT = 172, 84
GAP_ACROSS, GAP_DOWN = 44, 40
LETTERS_PER_LINE, LINES = 20, 2


@dataclass(frozen=True, slots=True)
class PathStep:
    """One stop of a path. ``relation``: what leads here ("Master Administrator", "View Only until …")."""

    kind: str
    name: Any
    relation: Any = ""


def path_drawing(steps: Sequence[PathStep], label: Any = "") -> dict[str, Any]:
    """The picture of a path: you → firm → group → client → account. Kinds are :data:`PATH_KINDS`."""
    for step in steps:
        one_of("path_drawing", step.kind, PATH_KINDS)
    return {
        "label": label,
        "steps": [{"kind": KIND_WORDS[step.kind], "name": step.name, "relation": step.relation} for step in steps],
        "drawings": [_drawing(steps, "wide"), _drawing(steps, "tall")],
    }


def _drawing(steps: Sequence[PathStep], form: str) -> dict[str, Any]:
    wide = form == "wide"
    across, down = (BOX_WIDTH + GAP_ACROSS, 0) if wide else (0, BOX_HEIGHT + GAP_DOWN)
    boxes = []
    for position, step in enumerate(steps):
        left, top = 1 + position * across, 1 + position * down
        name = _lines(str(step.name), LETTERS_PER_LINE)
        boxes.append(
            {
                "kind": KIND_WORDS[step.kind],
                "look": step.kind,
                "x": left,
                "y": top,
                "text_x": left + 12,
                "kind_y": top + 22,
                "lines": [{"y": top + 44 + 19 * row, "text": line} for row, line in enumerate(name)],
                "arrow": _arrow(left, top, wide) if position else None,
            }
        )
    last = max(len(steps) - 1, 0)
    return {
        "form": form,
        "width": 2 + BOX_WIDTH + last * across,
        "height": 2 + BOX_HEIGHT + last * down,
        "boxes": boxes,
        "box_width": BOX_WIDTH,
        "box_height": BOX_HEIGHT,
    }


def _arrow(left: int, top: int, wide: bool) -> dict[str, str]:
    """The arrow that ends at the box whose corner is (left, top)."""
    if wide:
        middle = top + BOX_HEIGHT // 2
        return {
            "line": f"M{left - GAP_ACROSS + 6} {middle}H{left - 12}",
            "head": f"M{left - 5} {middle}l-9 -5v10z",
        }
    middle = left + BOX_WIDTH // 2
    return {"line": f"M{middle} {top - GAP_DOWN + 6}V{top - 12}", "head": f"M{middle} {top - 5}l-5 -9h10z"}


def _lines(text: str, letters: int) -> list[str]:
    return textwrap.wrap(text, letters, max_lines=LINES, placeholder=" …") or [""]
