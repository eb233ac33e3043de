"""Usernames: "6 to 50 of a-z 0-9 . _ - @, not case-sensitive, fixed for ever, never issued again" (SPEC 3)."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from countersign.logons.models import Logon

USERNAME = re.compile(r"[a-z0-9._@-]{6,50}")
# Two letters that read as one: m and w. The others are one letter each (see ``Logon.skeleton``).
_PAIRS = (("rn", "m"), ("vv", "w"))
_ALIKE = str.maketrans("1i0", "llo")


def normal_username(typed: str) -> str:
    """What was typed as it is stored and looked up: NFKC, without blanks around it, in small letters."""
    return unicodedata.normalize("NFKC", typed).strip().lower()


def skeleton_of(username: str) -> str:
    """The username with look-alikes made one, as the database does it in ``Logon.skeleton``."""
    for pair, one in _PAIRS:
        username = username.replace(pair, one)
    return username.translate(_ALIKE)


def username_problem(typed: str) -> str | None:
    """Why nobody can have this username, in words for the form; None where it is free.

    Taken, taken once and given up (no row is ever deleted), and reading like another's are one answer: who has which
    username is not told.
    """
    username = normal_username(typed)
    if not USERNAME.fullmatch(username):
        return _shape_words()
    if Logon.objects.filter(skeleton=skeleton_of(username)).exists():
        return _("This username cannot be used. Choose another one.")
    return None


def check_shape(typed: str) -> None:
    """For a form's field, so that a username of the wrong shape is told together with what else is wrong.

    Raises ``ValidationError``. Whether the username is free is asked where it is taken.
    """
    if not USERNAME.fullmatch(normal_username(typed)):
        raise ValidationError(_shape_words(), code="shape")


def _shape_words() -> str:
    return _("Use 6 to 50 of these: the letters a to z, digits, and . _ - @")


def lock_usernames_like(username: str) -> None:
    """Hold what reads like this username until the transaction ends: of two at once the second sees the first.

    Take it before ``username_problem`` and the insert.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [20_103, skeleton_of(normal_username(username))]
        )
