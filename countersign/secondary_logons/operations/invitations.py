"""The invitation of a secondary logon: sent again while the person has not enrolled."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from countersign.events import Channel, record
from countersign.logons.models import Logon
from countersign.policy.errors import Stale
from countersign.policy.facts import Standing as LogonStatus
from countersign.policy.reasons import Reason
from countersign.secondary_logons.events import EnrollmentSent
from countersign.secondary_logons.operations.changing import check_may, held_secondary


@transaction.atomic
def send_again(*, actor: Logon, portfolio: int, logon: int, now: datetime, channel: Channel = Channel.ONLINE) -> None:
    """Send the invitation anew; the link of the older one is void. Changes no access.

    Raises ``Refused`` (hidden, or beyond the actor's own reach), ``Stale`` when the person has enrolled or the
    access was cancelled.
    """
    standing, secondary = held_secondary(actor, portfolio, logon, now=now)
    check_may(standing, secondary)
    if secondary.status is not LogonStatus.INVITED:
        raise Stale(what=Reason.ACCESS_CHANGED)
    record(
        EnrollmentSent(logon=logon, portfolio=portfolio),
        actor=actor,
        channel=channel,
        at=now,
        logons=[logon, standing.holder.pk],
    )
