"""Browsers from which somebody signed in with all factors (SPEC 3, Lockout).

"A known device (cookie set after a full sign-in, bound to logon and factors, dead after 20 failures) has its own
counter, so an attacker cannot lock the owner out." The cookie is no secret that lets anybody in: with it a wrong
password counts against this browser instead of the username, and that is all.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from countersign.logons.devices import device_in_words
from countersign.logons.models import KnownDevice, Logon

# One browser may be that of a family: so many logons are remembered in it, the newest first.
MOST_IN_ONE_BROWSER = 5
_TOKEN_LENGTH = 43


class Remembered(NamedTuple):
    """The key of the device, and whether it was unknown until now."""

    device: int
    new: bool


def cookie_name() -> str:
    """Under HTTPS a name that no other host or path can set."""
    return "__Host-device" if settings.HTTPS else "device"


def shown_by(request: HttpRequest) -> list[bytes]:
    """What the browser shows to be known by, as it is stored. Empty without the cookie."""
    return [_hash(token) for token in _tokens(request)]


def remember(request: HttpRequest, response: HttpResponse, logon: Logon, *, now: datetime) -> Remembered:
    """After a sign-in with all factors: know this browser again, in the caller's transaction."""
    tokens = _tokens(request)
    words = device_in_words(request)
    seen = _see_again(shown_by(request), logon, words=words, now=now)
    if seen is not None:
        _set_cookie(response, tokens)
        return Remembered(seen, new=False)
    token = secrets.token_urlsafe(32)
    device = KnownDevice.objects.create(
        logon=logon, token_hash=_hash(token), description=words, known_since=now, last_seen_at=now
    )
    _set_cookie(response, [token, *tokens][:MOST_IN_ONE_BROWSER])
    return Remembered(device.pk, new=True)


_SEE_AGAIN = """
UPDATE logons_knowndevice SET last_seen_at = %(now)s, description = %(words)s, failures = 0
WHERE logon_id = %(logon)s AND token_hash = ANY(%(shown)s) AND ended_at IS NULL AND failures < %(dead)s
RETURNING id
"""
_RESERVE = """
UPDATE logons_knowndevice SET failures = failures + 1
WHERE id = (
    SELECT device.id FROM logons_knowndevice AS device JOIN logons_logon ON logons_logon.id = device.logon_id
    WHERE logons_logon.username = %(username)s AND device.token_hash = ANY(%(shown)s)
      AND device.ended_at IS NULL AND device.failures < %(dead)s
    LIMIT 1
) AND ended_at IS NULL AND failures < %(dead)s
RETURNING id
"""


def _see_again(shown: Sequence[bytes], logon: Logon, *, words: str, now: datetime) -> int | None:
    if not shown:
        return None
    dead = settings.KNOWN_DEVICE_FAILURES
    return _first(_SEE_AGAIN, {"shown": list(shown), "logon": logon.pk, "words": words, "now": now, "dead": dead})


def reserve(shown: Sequence[bytes], username: str) -> int | None:
    """Count one try as a failure of the live device of this very username, before the secret is checked.

    Returns its key; None where ``shown`` is no device of this username, or is dead by now. In one statement, whether
    or not there is such a username: however many tries come at once, no more than ``KNOWN_DEVICE_FAILURES`` are
    checked.
    """
    if not shown:
        return None
    return _first(_RESERVE, {"shown": list(shown), "username": username, "dead": settings.KNOWN_DEVICE_FAILURES})


def _first(statement: str, parameters: dict[str, Any]) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def release(device: int) -> None:
    """The secret was right: this device, by its key, starts again from nothing."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE logons_knowndevice SET failures = 0 WHERE id = %s AND ended_at IS NULL", [device])


def known_devices(logon: Logon, now: datetime) -> QuerySet[KnownDevice]:
    """What counts as known, the last used first: neither ended nor dead of failures, with a cookie that still lasts."""
    return KnownDevice.objects.filter(
        logon=logon,
        ended_at=None,
        failures__lt=settings.KNOWN_DEVICE_FAILURES,
        last_seen_at__gt=now - timedelta(days=settings.KNOWN_DEVICE_DAYS),
    ).order_by("-last_seen_at", "-pk")


def this_device(request: HttpRequest, logon: Logon, now: datetime) -> KnownDevice | None:
    """The known device of the logon from which the request comes, or None where this browser is not known."""
    return known_devices(logon, now).filter(token_hash__in=shown_by(request)).first()


def end_one_device(logon: Logon, key: int, now: datetime) -> bool:
    """One known device of the logon, by its key in the list, is known no more. Returns whether there was one."""
    return KnownDevice.objects.filter(logon=logon, pk=key, ended_at=None).update(ended_at=now) > 0


def end_known_devices(logon: Logon, now: datetime, *, keep: int | None = None) -> int:
    """All known devices of the logon but ``keep`` are known no more (password reset, change of factors, its wish).

    Returns how many.
    """
    return KnownDevice.objects.filter(logon=logon, ended_at=None).exclude(pk=keep or 0).update(ended_at=now)


def _tokens(request: HttpRequest) -> list[str]:
    written = request.COOKIES.get(cookie_name(), "")[:1_000].split(".")
    return [token for token in written if len(token) == _TOKEN_LENGTH and token.isascii()][:MOST_IN_ONE_BROWSER]


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _set_cookie(response: HttpResponse, tokens: list[str]) -> None:
    response.set_cookie(
        cookie_name(),
        ".".join(tokens),
        max_age=settings.KNOWN_DEVICE_DAYS * 24 * 3600,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
