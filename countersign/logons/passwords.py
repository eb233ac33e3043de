"""Check and set passwords, each at the cost of one hash."""

from __future__ import annotations

import secrets
import unicodedata
from datetime import datetime
from functools import cache

import argon2
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, get_hasher, identify_hasher, make_password
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string, salted_hmac
from django.utils.translation import gettext as _

from countersign.logons.models import Logon, UsedPassword
from countersign.policy.errors import Invalid


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


def set_password(logon: Logon, typed: str, *, now: datetime) -> None:
    """Give the logon this password, in the caller's transaction. The rules were checked before.

    All passwords of a logon are hashed under its one salt, so that one hash tells whether it is any of those before:
    "when this logon ever used it before, without limit and at the cost of one hash" (SPEC 3). A password that came
    with an import has its own salt and costs one hash more, once. Raises ``Invalid``. Ending sessions and telling the
    person is the caller's.
    """
    logon = _locked(logon)
    foreign = _is_hash(logon.password) and not _is_own(logon, logon.password)
    encoded = make_password(normal_password(typed), salt=_salt(logon))
    used = UsedPassword.objects.filter(logon=logon, cost=cost_of(encoded), digest=_digest(encoded)).exists()
    if used or _used_at_other_cost(logon, typed) or (foreign and password_matches(logon, typed)):
        raise Invalid({"password": _("You used this password before. Choose one that you never had here.")})
    _store(logon, encoded, now)
    # A new password is how one gets in again after *This wasn't me*.
    Logon.objects.filter(pk=logon.pk, sign_in_stopped_at__isnull=False).update(sign_in_stopped_at=None)


def renew_hash(logon: Logon, typed: str) -> None:
    """After a right password: hash it under the logon's own salt at today's cost, where it was not, and remember it."""
    if _is_own(logon, logon.password):
        return
    with transaction.atomic():
        stored = _locked(logon)
        # Not over a password that was changed meanwhile.
        if stored.password == logon.password:
            encoded = make_password(normal_password(typed), salt=_salt(stored))
            _store(stored, encoded, timezone.now(), must_change=stored.must_change_password)
        logon.password, logon.password_salt = stored.password, stored.password_salt


def cost_of(encoded: str) -> str:
    """Algorithm and parameters of a hash: passwords of another cost are told apart."""
    return encoded.rsplit("$", 2)[0]


def _locked(logon: Logon) -> Logon:
    return Logon.objects.select_for_update().get(pk=logon.pk)


def _salt(logon: Logon) -> str:
    return logon.password_salt or get_random_string(22)


def _is_own(logon: Logon, encoded: str) -> bool:
    """Whether this hash stands under the logon's own salt at today's cost."""
    if not logon.password_salt or not _is_hash(encoded):
        return False
    hasher = get_hasher("default")
    return (
        identify_hasher(encoded).algorithm == hasher.algorithm
        and hasher.decode(encoded)["salt"] == logon.password_salt
        and cost_of(encoded) == cost_of(_nobodys())
    )


def _used_at_other_cost(logon: Logon, typed: str) -> bool:
    """Passwords from before the cost was changed: one hash for each cost that there ever was."""
    costs = UsedPassword.objects.filter(logon=logon).exclude(cost=cost_of(_nobodys())).values_list("cost", flat=True)
    for cost in costs.distinct():
        hasher = identify_hasher(f"{cost}$$")
        assert isinstance(hasher, Argon2PasswordHasher)
        parameters = argon2.extract_parameters(f"${cost.partition('$')[2]}$AAAAAAAAAAA$AAAAAAAAAAA")
        hasher.time_cost, hasher.memory_cost = parameters.time_cost, parameters.memory_cost
        hasher.parallelism = parameters.parallelism
        encoded = hasher.encode(normal_password(typed), logon.password_salt)
        if UsedPassword.objects.filter(logon=logon, cost=cost, digest=_digest(encoded)).exists():
            return True
    return False


def _store(logon: Logon, encoded: str, now: datetime, *, must_change: bool = False) -> None:
    salt = get_hasher("default").decode(encoded)["salt"]
    logon.password, logon.password_salt, logon.must_change_password = encoded, salt, must_change
    logon.save(update_fields=["password", "password_salt", "must_change_password"])
    UsedPassword.objects.get_or_create(
        logon=logon, cost=cost_of(encoded), digest=_digest(encoded), defaults={"used_at": now}
    )


def _digest(encoded: str) -> bytes:
    """Of the hash, keyed: who steals the table cannot even try passwords against it."""
    key = "countersign.logons.used_password"
    hashed = encoded.rsplit("$", 1)[1]
    return salted_hmac(key, hashed, secret=settings.IDENTIFIER_KEY, algorithm="sha256").digest()


def _is_hash(encoded: str) -> bool:
    try:
        identify_hasher(encoded).decode(encoded)
    except (ValueError, TypeError, IndexError, AssertionError, ImproperlyConfigured):
        return False
    return True
