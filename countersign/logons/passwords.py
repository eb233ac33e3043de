"""Check a password at the cost of exactly one hash, whoever it is for."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache

from django.contrib.auth.hashers import get_hasher, identify_hasher, make_password
from django.core.exceptions import ImproperlyConfigured

from countersign.logons.models import Logon


@cache
def _nobodys() -> str:
    """A hash that no password has, at the present cost."""
    return make_password(secrets.token_urlsafe(32))


def prepare() -> None:
    """Make what checking needs, so that the first sign-in of a process takes no longer than others."""
    _nobodys()


def normal_password(typed: str) -> str:
    """NFKC: the same password from every keyboard (SPEC 3)."""
    return unicodedata.normalize("NFKC", typed)


def password_matches(logon: Logon | None, typed: str) -> bool:
    """Whether ``typed`` is the password of ``logon``.

    Without a logon, or where it never had a password, or what is stored is no hash, one hash is computed all
    the same: how long the answer takes tells nothing.
    """
    encoded = logon.password if logon is not None else ""
    known = _is_hash(encoded)
    hashed = encoded if known else _nobodys()
    matches = identify_hasher(hashed).verify(normal_password(typed), hashed)
    return matches and known


def renew_hash(logon: Logon, typed: str) -> None:
    """After a right password: store it anew, where it was hashed at another cost than today's."""
    preferred = get_hasher("default")
    hasher = identify_hasher(logon.password)
    if hasher.algorithm == preferred.algorithm and not preferred.must_update(logon.password):
        return
    was, logon.password = logon.password, make_password(normal_password(typed))
    # Not over a password that was changed meanwhile.
    if not Logon.objects.filter(pk=logon.pk, password=was).update(password=logon.password):
        logon.refresh_from_db(fields=["password"])


def _is_hash(encoded: str) -> bool:
    try:
        identify_hasher(encoded).decode(encoded)
    except (ValueError, TypeError, IndexError, AssertionError, ImproperlyConfigured):
        return False
    return True
