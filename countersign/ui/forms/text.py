"""What typed text may not contain."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Embeddings, overrides, isolates and marks of text direction: they make one name look like another.
BIDIRECTIONAL = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
LINE_ENDS = frozenset("\r\n\t\v\f\x85\u2028\u2029")

INVISIBLE = _("This has an invisible character in it, maybe from copying. Delete the text and type it again.")
ONE_LINE = _("Write this on one line.")


def plain_text(value: object) -> None:
    """Refuse control characters, marks of text direction and broken characters in one line of text."""
    text = str(value)
    if any(character in LINE_ENDS for character in text):
        raise ValidationError(ONE_LINE, code="one_line")
    _refuse_invisible(text)


def plain_lines(value: object) -> None:
    """As :func:`plain_text`, for text of several lines."""
    _refuse_invisible("".join(character for character in str(value) if character not in "\r\n\t"))


def _refuse_invisible(text: str) -> None:
    # Cc: controls, NUL among them; Cs: halves of characters; Cn: no characters at all.
    if any(
        character in BIDIRECTIONAL or character == "\ufffd" or unicodedata.category(character) in ("Cc", "Cs", "Cn")
        for character in text
    ):
        raise ValidationError(INVISIBLE, code="invisible")
