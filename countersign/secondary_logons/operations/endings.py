"""Deactivate Access, Reactivate, Cancel Access: endings that are never mixed up in words or effect (SPEC 3)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from countersign.access.operations.secondary import end_everything
from countersign.access.operations.standing import change_standing
from countersign.events import Channel, Event
from countersign.logons import links
from countersign.logons.known_devices import end_known_devices
from countersign.logons.models import Logon
from countersign.logons.sessions import end_all_sessions
from countersign.policy.errors import Stale
from countersign.policy.facts import Standing as LogonStatus
from countersign.policy.reasons import Reason
from countersign.portfolios.queries import Standing
from countersign.secondary_logons.events import (
    SecondaryLogonCancelled,
    SecondaryLogonDeactivated,
    SecondaryLogonReactivated,
)
from countersign.secondary_logons.kinds import CANCEL, DEACTIVATE, REACTIVATE
from countersign.secondary_logons.operations.changing import check_may, held_secondary, receipt, record_change
from countersign.secondary_logons.queries.one import Secondary
from countersign.submissions.models import Submission
from countersign.submissions.queries import submitted_before


@transaction.atomic
def deactivate_access(
    *,
    actor: Logon,
    portfolio: int,
    logon: int,
    now: datetime,
    token: UUID | None = None,
    channel: Channel = Channel.ONLINE,
) -> Submission:
    """The person no longer has access, and is signed out at once. *Reactivate* undoes it.

    Raises ``Refused`` and, when the logon is not active, ``Stale``. A repeat returns the first receipt.
    """
    return _change(DEACTIVATE, actor, portfolio, logon, now, token, channel)


@transaction.atomic
def reactivate_access(
    *,
    actor: Logon,
    portfolio: int,
    logon: int,
    now: datetime,
    token: UUID | None = None,
    channel: Channel = Channel.ONLINE,
) -> Submission:
    """What the logon has on record counts again. Raises ``Refused`` and, unless it is deactivated, ``Stale``."""
    return _change(REACTIVATE, actor, portfolio, logon, now, token, channel)


@transaction.atomic
def cancel_access(
    *,
    actor: Logon,
    portfolio: int,
    logon: int,
    now: datetime,
    token: UUID | None = None,
    channel: Channel = Channel.ONLINE,
) -> Submission:
    """End the access for good (law 8); of somebody who has not enrolled, withdraw the invitation.

    "Once access is canceled, it cannot be undone": groups and refinements end with it, and every open link is void.
    Raises ``Refused``. A repeat returns the first receipt.
    """
    return _change(CANCEL, actor, portfolio, logon, now, token, channel)


_FROM = {
    DEACTIVATE: (LogonStatus.ACTIVE,),
    REACTIVATE: (LogonStatus.DEACTIVATED,),
    CANCEL: (LogonStatus.ACTIVE, LogonStatus.INVITED, LogonStatus.DEACTIVATED),
}
_TO = {
    DEACTIVATE: LogonStatus.DEACTIVATED,
    REACTIVATE: LogonStatus.ACTIVE,
    CANCEL: LogonStatus.CANCELLED,
}


def _change(
    kind: str, actor: Logon, portfolio: int, logon: int, now: datetime, token: UUID | None, channel: Channel
) -> Submission:
    earlier = submitted_before(actor, token)
    if earlier is not None:
        return earlier
    standing, secondary = held_secondary(actor, portfolio, logon, now=now)
    earlier = submitted_before(actor, token)
    if earlier is not None:
        return earlier
    check_may(standing, secondary)
    if secondary.status not in _FROM[kind]:
        raise Stale(what=Reason.ACCESS_CHANGED)
    submission = receipt(kind, actor=actor, logon=logon, token=token, channel=channel, now=now)
    number = submission.confirmation_number
    change_standing(logon=secondary.logon, standing=_TO[kind], submission=number, now=now)
    if kind != REACTIVATE:
        end_all_sessions(secondary.logon, now=now)
        end_known_devices(secondary.logon, now)
    if kind == CANCEL:
        end_everything(fact=secondary.fact, submission=number, now=now)
        links.void(None, logon=secondary.logon, now=now)
    record_change(
        _event(kind, standing, secondary),
        actor=actor,
        standing=standing,
        logon=logon,
        submission=submission,
        channel=channel,
        now=now,
    )
    return submission


def _event(kind: str, standing: Standing, secondary: Secondary) -> Event:
    logon, portfolio = secondary.logon.pk, standing.portfolio
    if kind == DEACTIVATE:
        return SecondaryLogonDeactivated(logon=logon, portfolio=portfolio)
    if kind == REACTIVATE:
        return SecondaryLogonReactivated(logon=logon, portfolio=portfolio)
    return SecondaryLogonCancelled(logon=logon, portfolio=portfolio, invited=secondary.status is LogonStatus.INVITED)
