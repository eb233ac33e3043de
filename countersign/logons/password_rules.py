"""What a password has to be: long, not known to everybody, not about oneself (SPEC 3). No composition rules."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

LONGEST = 128
SHORTEST_ALONE = 15
SHORTEST_WITH_FACTOR = 8
# Shorter parts of a name would forbid too much by chance.
SHORTEST_CONTEXT = 4
# The lists hold few long passwords: whoever has to use 15 characters writes a common one twice, or counts on after it.
# Fewer guesses than these find such a password from the lists; a whole list of a million is tried as soon.
GUESSES_OF_A_LIST = 1_000_000
# What is estimated at once: the estimate takes the longer, the longer the text is.
ESTIMATED_AT_ONCE = 40


def password_problems(typed: str, *, username: str, email: str, with_second_factor: bool) -> list[str]:
    """Why this cannot be a password, in words for the form; empty where it can.

    ``with_second_factor``: a second factor is required of this logon, so that eight characters are enough. Whether the
    logon ever used it before is asked where it is set: that costs a hash.
    """
    password = unicodedata.normalize("NFKC", typed)
    shortest = SHORTEST_WITH_FACTOR if with_second_factor else SHORTEST_ALONE
    if len(password) < shortest:
        return [
            _("Use at least %(count)d characters. A few words in a row are easy to remember.") % {"count": shortest}
        ]
    if len(password) > LONGEST:
        return [_("Use at most %(count)d characters.") % {"count": LONGEST}]
    problems = []
    if password.lower() in _common() or _made_of_common(password):
        problems.append(_("Many people use this password, so it is the first that others try. Choose another one."))
    if _about_oneself(password, username, email):
        problems.append(_("Leave out your username, your e-mail address and the names of the agency and this site."))
    return problems


def _made_of_common(password: str) -> bool:
    """Nothing but common passwords, repeated characters, keys in a row and the like: in every part of it."""
    parts = [password[first : first + ESTIMATED_AT_ONCE] for first in range(0, len(password), ESTIMATED_AT_ONCE)]
    return all(zxcvbn(part)["guesses"] < GUESSES_OF_A_LIST for part in parts)


def _about_oneself(password: str, username: str, email: str) -> bool:
    folded = _letters(password)
    known = [username, email, email.partition("@")[0], settings.AGENCY_NAME, settings.PRODUCT_NAME]
    return any(len(part) >= SHORTEST_CONTEXT and part in folded for part in map(_letters, known))


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


@cache
def _common() -> frozenset[str]:
    """Common and breached passwords, in small letters, all offline: two libraries' lists, and the operator's file."""
    found = set(CommonPasswordValidator().passwords) | set(FREQUENCY_LISTS["passwords"])
    if settings.PASSWORD_BLOCKLIST:
        with Path(settings.PASSWORD_BLOCKLIST).open(encoding="utf-8", errors="replace") as lines:
            found |= {line.strip().lower() for line in lines}
    return frozenset(found - {""})
