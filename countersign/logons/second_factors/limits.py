"""The one limiter, for second factors: each kind has a counter of its own per logon (SPEC 3, Lockout)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from django.conf import settings

from countersign.logons import limiter
from countersign.logons.models import Logon

TOTP, RECOVERY_CODE, PASSKEY = "totp", "recovery_code", "passkey"


class Wrong(Exception):
    """The secret was checked and was not right. The failure stays counted."""


def limit_of(kind: str, logon: Logon, apart: str = "") -> limiter.Limit:
    """The counter of this kind of secret for this logon.

    ``apart``: a counter of its own, beside the logon's, "so an attacker cannot lock the owner out" (SPEC 3): of a known
    device; or of a source, for passkeys, which many sources guess no better than one. Passkeys are spared the stop
    after many failures: a signature cannot be guessed.
    """
    limit = limiter.limit(kind, f"{logon.pk} {apart}".rstrip(), settings.SIGN_IN_PROFILE)
    return limit._replace(profile=replace(limit.profile, stop_at=0)) if kind == PASSKEY else limit


@contextmanager
def counted(kind: str, logon: Logon, *, now: datetime, apart: str = "") -> Iterator[None]:
    """Around the check of one secret, outside any transaction.

    The try counts as a failure beforehand. ``Wrong`` raised inside leaves it counted, and becomes ``Locked``
    when the next try has to wait; any other end than those takes it back; success forgets all failures of the
    kind. Raises ``Locked`` without running the check at all when the limit was reached before.
    """
    limit = limit_of(kind, logon, apart)
    reserved = limiter.reserve(limit, now=now)
    try:
        yield
    except Wrong:
        if reserved.next_at > now:
            raise limiter.Locked(reserved.next_at) from None
        raise
    except BaseException:
        limiter.release(limit)
        raise
    limiter.forget(limit)


def forget_failures(logon: Logon) -> None:
    """Start all counters of second factors of this logon again, after recovery."""
    for kind in (TOTP, RECOVERY_CODE, PASSKEY):
        limiter.forget(limit_of(kind, logon))
