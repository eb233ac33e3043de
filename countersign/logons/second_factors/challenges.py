"""Challenges for passkeys: kept in the session, for one purpose and one logon, good once and for five minutes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest

from countersign.logons.models import Logon

KEY = "passkey_challenge"


class Purpose(StrEnum):
    """What a signature is asked for. One made for one purpose is void for another."""

    ADD = "add"
    SECOND = "second"
    ALONE = "alone"
    CONFIRM = "confirm"


def begin_challenge(
    request: HttpRequest, purpose: Purpose, state: dict[str, Any], *, logon: Logon | None, now: datetime
) -> None:
    """Keep the state of a ceremony. A newer one replaces an older one."""
    request.session[KEY] = {
        "purpose": purpose.value,
        "logon": logon.pk if logon else None,
        "at": int(now.timestamp()),
        "state": dict(state),
    }


def take_challenge(
    request: HttpRequest, purpose: Purpose, *, logon: Logon | None, now: datetime
) -> dict[str, Any] | None:
    """The state kept for this purpose and logon, which is gone afterwards, right or not; None when there is none.

    The session's row is locked meanwhile: of two requests at once only one gets it.
    """
    request.session.pop(KEY, None)
    key = request.session.session_key
    if key is None:
        return None
    with transaction.atomic():
        if not Session.objects.select_for_update().filter(session_key=key).exists():
            return None
        stored = SessionStore(key)
        kept = stored.pop(KEY, None)
        stored.save()
    if not isinstance(kept, dict) or kept["purpose"] != purpose.value:
        return None
    if kept["logon"] != (logon.pk if logon else None):
        return None
    if int(now.timestamp()) - kept["at"] > settings.PASSKEY_CHALLENGE_SECONDS:
        return None
    state: dict[str, Any] = kept["state"]
    return state
