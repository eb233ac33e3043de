"""Browsers from which somebody signed in with all factors (SPEC 3, Lockout).

"A known device (cookie set after a full sign-in, bound to logon and factors, dead after 20 failures) has its own
counter, so an attacker cannot lock the owner out." The cookie is no secret that lets anybody in: with it a wrong
password counts against this browser instead of the username, and that is all.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse

from countersign.logons.devices import device_in_words
from countersign.logons.models import KnownDevice, Logon

# One browser may be that of a family: so many logons are remembered in it, the newest first.
MOST_IN_ONE_BROWSER = 5
_TOKEN_LENGTH = 43


class Remembered(NamedTuple):
    """The device, and whether it was unknown until now."""

    device: KnownDevice
    new: bool


def cookie_name() -> str:
    """Under HTTPS a name that no other host or path can set."""
    return "__Host-device" if settings.HTTPS else "device"


def known(request: HttpRequest, username: str) -> KnownDevice | None:
    """The live device of this very username that the browser shows, or None.

    One query whether or not there is such a username; none without the cookie.
    """
    hashes = [_hash(token) for token in _tokens(request)]
    if not hashes:
        return None
    return KnownDevice.objects.filter(
        token_hash__in=hashes,
        logon__username=username,
        ended_at=None,
        failures__lt=settings.KNOWN_DEVICE_FAILURES,
    ).first()


def remember(request: HttpRequest, response: HttpResponse, logon: Logon, *, now: datetime) -> Remembered:
    """After a sign-in with all factors: know this browser again, in the caller's transaction."""
    tokens = _tokens(request)
    words = device_in_words(request)
    device = known(request, logon.username)
    if device is not None:
        device.last_seen_at, device.description, device.failures = now, words, 0
        device.save(update_fields=["last_seen_at", "description", "failures"])
        _set_cookie(response, tokens)
        return Remembered(device, new=False)
    token = secrets.token_urlsafe(32)
    device = KnownDevice.objects.create(
        logon=logon, token_hash=_hash(token), description=words, known_since=now, last_seen_at=now
    )
    _set_cookie(response, [token, *tokens][:MOST_IN_ONE_BROWSER])
    return Remembered(device, new=True)


def reserve(device: KnownDevice) -> bool:
    """Count one try as a failure of this device, before the secret is checked; False where it is dead by now.

    In one statement: however many tries come at once, no more than ``KNOWN_DEVICE_FAILURES`` are checked.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE logons_knowndevice SET failures = failures + 1"
            " WHERE id = %s AND ended_at IS NULL AND failures < %s",
            [device.pk, settings.KNOWN_DEVICE_FAILURES],
        )
        return int(cursor.rowcount) == 1


def release(device: KnownDevice) -> None:
    """The secret was right: this device starts again from nothing."""
    KnownDevice.objects.filter(pk=device.pk, ended_at=None).update(failures=0)


def known_devices(logon: Logon) -> list[KnownDevice]:
    """Live devices of the logon, the last used first."""
    return list(KnownDevice.objects.filter(logon=logon, ended_at=None).order_by("-last_seen_at", "-pk")[:100])


def is_this_one(request: HttpRequest, device: KnownDevice) -> bool:
    """Whether the request comes from this device."""
    return bytes(device.token_hash) in {_hash(token) for token in _tokens(request)}


def end_one_device(logon: Logon, key: int, now: datetime) -> bool:
    """One known device of the logon, by its key in the list, is known no more. Returns whether there was one."""
    return KnownDevice.objects.filter(logon=logon, pk=key, ended_at=None).update(ended_at=now) > 0


def end_known_devices(logon: Logon, now: datetime) -> int:
    """All known devices of the logon are known no more (password reset, change of factors). Returns how many."""
    return KnownDevice.objects.filter(logon=logon, ended_at=None).update(ended_at=now)


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
