"""Identifiers and names: folded for comparing, hashed for keeping."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata

from django.conf import settings

NINE_DIGITS = re.compile(r"[0-9]{9}")
_ENDINGS = re.compile(
    r"\b(incorporated|inc|corporation|corp|company|co|limited liability company|llc|l l c|limited|ltd|llp|lp|pllc|pc)\b"
)


def normal_id_number(id_type: str, number: str) -> str | None:
    """The identifier in its one written form, or None if it cannot be one.

    FEIN, SSN and ITIN are nine digits, dashes allowed (IMPORT.md); an AGENCY number is 1 to 64 visible
    characters, compared without case.
    """
    if id_type == "AGENCY":
        folded = number.strip().upper()
        return folded if 0 < len(folded) <= 64 and folded.isprintable() else None
    digits = number.strip().replace("-", "")
    return digits if NINE_DIGITS.fullmatch(digits) else None


def keyed_hash(purpose: str, value: str) -> bytes:
    """The keyed hash under which a secret or identifying value is stored: HMAC-SHA-256, 32 bytes.

    ``purpose`` keeps equal values of different meaning apart (``id:FEIN``, ``proof:letter_id``).
    """
    key = settings.IDENTIFIER_KEY.encode()
    return hmac.digest(key, f"{purpose}\x00{value}".encode(), hashlib.sha256)


def id_number_hash(id_type: str, normal_number: str) -> bytes:
    """The stored form of an identifier that :func:`normal_id_number` returned."""
    return keyed_hash(f"id:{id_type}", normal_number)


def folded_name(name: str) -> str:
    """A name for search and order: lower case, without accents, single blanks."""
    decomposed = unicodedata.normalize("NFKD", name)
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(plain.casefold().split())


def forgiving_name(name: str) -> str:
    """A legal name as it is compared (SPEC 6): without case, punctuation and Inc, LLC and the like."""
    words = re.sub(r"[^\w\s]", " ", folded_name(name).replace("&", " and ").replace(".", ""))
    short = " ".join(_ENDINGS.sub(" ", " ".join(words.split())).split())
    return short or " ".join(words.split())
