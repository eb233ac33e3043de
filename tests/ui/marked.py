"""The strings that the source marks for translation, found without gettext's programs."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract
from django.utils.translation.template import templatize

KEYWORDS = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "_": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
Message = tuple[str | None, tuple[str, ...]]
"""Context, and the string, or the two of which a number chooses."""


def marked(folder: Path) -> Iterator[tuple[Message, Path]]:
    """Each marked string under a folder, with where it stands."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".py":
            source = path.read_text()
        elif path.suffix in (".html", ".txt") and "templates" in path.parts:
            # Python for gettext, which minds no indentation; Babel does.
            source = "\n".join(line.lstrip() for line in templatize(path.read_text(), origin=str(path)).split("\n"))
        else:
            continue
        for _line, message, _comments, context in extract(
            "python", io.BytesIO(source.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"}
        ):
            strings = (message,) if isinstance(message, str) else tuple(message)
            if strings[0]:
                yield (context, strings), path
