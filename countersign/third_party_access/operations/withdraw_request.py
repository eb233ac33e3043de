"""The third party takes a request back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from countersign.events import Channel, record
from countersign.logons.models import Logon
from countersign.policy.delegation import may_withdraw
from countersign.policy.errors import Refused
from countersign.policy.reasons import Reason
from countersign.third_party_access.events import RequestWithdrawn
from countersign.third_party_access.models import AccessRequest, State
from countersign.third_party_access.operations.closing import (
    both_sides,
    check_pending,
    close_request,
    locked_request,
)
from countersign.third_party_access.queries.sides import firm_standpoint


@transaction.atomic
def withdraw_request(
    *, actor: Logon, third_party: int, request: int, now: datetime, channel: Channel = Channel.ONLINE
) -> AccessRequest:
    """Withdraw a pending request (SPEC 7: by whoever submitted it; here also by the firm's administrators).

    Raises ``Refused`` (hidden where the actor may not know of it), or ``Stale`` if it was answered, withdrawn
    or expired before.
    """
    locked = locked_request(request)
    standpoint = firm_standpoint(actor, locked.third_party_id, at=now, submitted_by=locked.requested_by_id)
    if locked.third_party_id != third_party or may_withdraw(standpoint) is not None:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    check_pending(locked, now=now)
    close_request(locked, state=State.WITHDRAWN, actor=actor, now=now)
    record(
        RequestWithdrawn(request=locked.pk),
        actor=actor,
        channel=channel,
        at=now,
        submission=locked.confirmation_number,
        taxpayers=both_sides(locked),
    )
    return locked
