"""A new password while signed in."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from countersign import events
from countersign.logons import links
from countersign.logons.hash_cap import CAP
from countersign.logons.known_devices import end_known_devices
from countersign.logons.models import Logon
from countersign.logons.passwords import set_password
from countersign.logons.sessions import end_all_sessions
from countersign.recovery.events import PasswordChanged
from countersign.recovery.operations.reset_password import check_password


def change_password(*, actor: Logon, password: str, keep: str | None, now: datetime) -> Logon:
    """Give the actor a new password. Every session but the one with the key ``keep`` ends, and each known device.

    That the sign-in is fresh is asked by the page. Raises ``Invalid`` and ``Busy``.
    """
    check_password(actor, password)
    with CAP.slot(), transaction.atomic():
        set_password(actor, password, now=now)
        end_all_sessions(actor, now=now, keep=keep)
        end_known_devices(actor, now)
        links.void(None, logon=actor, now=now)
        events.record(PasswordChanged(), actor=actor, channel=events.Channel.ONLINE, at=now, logons=[actor.pk])
    actor.refresh_from_db()
    return actor
