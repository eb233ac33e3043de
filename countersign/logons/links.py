"""Single-use links: made for a mail, found by their token, used once (SPEC 3: "single use, newest only, 30 minutes").

Only a hash of the token is stored. Whoever uses a link does so inside the transaction of what it is for: of any
number of parallel tries one succeeds.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from countersign.logons.models import Link, Logon
from countersign.logons.sessions import renew_key

TOKEN_BYTES = 32
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class LinkVoid(Exception):
    """The link cannot be used: unknown, used, expired, or replaced by a newer one. A page says what to do."""


def issue(
    kind: str,
    *,
    lifetime: timedelta,
    now: datetime,
    logon: Logon | None = None,
    subject: str = "",
    details: Mapping[str, Any] | None = None,
    replaces: bool = True,
) -> str:
    """Make a link of this kind and return its token, which is not stored and cannot be had again.

    ``replaces``: older open links of the same kind and logon (or subject) are void from now on: newest only, also of
    two that are made at once. In the caller's transaction. Details are keys and codes, and nothing that a thief of
    the database could use.
    """
    if replaces:
        _one_at_a_time(kind, str(logon.pk) if logon is not None else subject)
        void(kind, logon=logon, subject=subject, now=now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    Link.objects.create(
        kind=kind,
        logon=logon,
        subject=subject,
        token_hash=_hash(token),
        details=dict(details or {}),
        created_at=now,
        expires_at=now + lifetime,
    )
    return token


def find(kind: str, token: str, *, now: datetime) -> Link:
    """The open link with this token, unused by looking. Raises ``LinkVoid``."""
    link = _open(kind, now).filter(token_hash=_hash(token)).select_related("logon").first() if _sane(token) else None
    if link is None:
        raise LinkVoid
    return link


def use(kind: str, token: str, *, now: datetime) -> Link:
    """Use the link up, inside the caller's transaction. Raises ``LinkVoid`` for all but one of parallel tries.

    The row of its logon is held before the link's, as in everything that ends links of a logon: of the two neither
    waits for the other in a circle, and the logon that the link comes with is as it is by then.
    """
    link = find(kind, token, now=now)
    if link.logon_id is not None:
        link.logon = Logon.objects.select_for_update(no_key=True).get(pk=link.logon_id)
    if not _open(kind, now).filter(pk=link.pk).update(used_at=now):
        raise LinkVoid
    return link


def void(kind: str | None, *, now: datetime, logon: Logon | None = None, subject: str = "") -> int:
    """End open links of this kind (None: of every kind) of a logon, or of a subject. Returns how many."""
    if logon is None and not subject:
        return 0
    whose = Q(logon=logon) if logon is not None else Q(logon=None, subject=subject)
    links = Link.objects.filter(whose, used_at=None, void_at=None)
    if kind is not None:
        links = links.filter(kind=kind)
    return links.update(void_at=now)


def carry(request: HttpRequest, key: str, token: str) -> None:
    """Take a token out of the address into this browser's session, under ``key``.

    The session gets a new key: whoever planted the old one, or stole it, does not hold the link. One that was ended
    meanwhile gets neither.
    """
    renew_key(request, **{key: token[:64]})


def forget_old_links(*, now: datetime) -> int:
    """Periodic: delete links that ended 30 days ago. Returns how many."""
    deleted, _ = Link.objects.filter(expires_at__lt=now - timedelta(days=30)).delete()
    return deleted


def _one_at_a_time(kind: str, whose: str) -> None:
    """Hold what the newest link replaces until the transaction ends: two would not see each other's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [20_105, f"{kind} {whose}"])


def _open(kind: str, now: datetime) -> QuerySet[Link]:
    return Link.objects.filter(kind=kind, used_at=None, void_at=None, expires_at__gt=now)


def _sane(token: str) -> bool:
    return TOKEN.fullmatch(token) is not None


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
