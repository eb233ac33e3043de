"""A Master Administrator of the client gives nothing."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from countersign.access.operations.holding import hold_standing
from countersign.access.queries.own import administered_taxpayer
from countersign.events import Channel, record
from countersign.logons.models import Logon
from countersign.policy.delegation import may_decide
from countersign.policy.errors import Refused
from countersign.policy.reasons import Reason
from countersign.third_party_access.events import ThirdPartyAccessDeclined
from countersign.third_party_access.models import AccessRequest, State
from countersign.third_party_access.operations.closing import (
    both_sides,
    check_pending,
    close_request,
    locked_request,
)
from countersign.third_party_access.queries.sides import sides


@transaction.atomic
def decline_access(
    *, actor: Logon, taxpayer: int, request: int, now: datetime, channel: Channel = Channel.ONLINE
) -> AccessRequest:
    """Decline a request made to the taxpayer that the actor administers. A freeze never stops it.

    Raises ``Refused`` (hidden where the actor may not know of it), or ``Stale`` if it was answered, withdrawn
    or expired before.
    """
    locked = locked_request(request)
    hold_standing(actor=actor.pk, taxpayers=[taxpayer])
    client = administered_taxpayer(actor, taxpayer, at=now)
    if locked.client_id != client.pk:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    both = sides(actor, client=client, third_party=locked.third_party, at=now, submitted_by=locked.requested_by_id)
    reason = may_decide(both.standpoint)
    if reason is not None:
        raise Refused(reason)
    check_pending(locked, now=now)
    close_request(locked, state=State.DECLINED, actor=actor, now=now)
    record(
        ThirdPartyAccessDeclined(request=locked.pk),
        actor=actor,
        channel=channel,
        at=now,
        submission=locked.confirmation_number,
        taxpayers=both_sides(locked),
    )
    return locked
