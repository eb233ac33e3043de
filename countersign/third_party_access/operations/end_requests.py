"""What a logon asked for ends with the logon."""

from __future__ import annotations

from datetime import datetime

from countersign.events import Channel, record
from countersign.third_party_access.events import RequestWithdrawn
from countersign.third_party_access.models import AccessRequest, State
from countersign.third_party_access.operations.closing import both_sides, close_request, locked_request


def withdraw_requests_of(*, logon: int, now: datetime) -> int:
    """Withdraw the pending requests that this logon made (SPEC 3, Delete My Profile), inside the caller's transaction.

    Grants stay: "a grant to a firm belongs to the firm and survives the person who asked for it". Returns how many.
    """
    pending = AccessRequest.objects.filter(requested_by_id=logon, state=State.PENDING)
    ended = 0
    for key in list(pending.order_by("pk").values_list("pk", flat=True)):
        request = locked_request(key)
        if request.state != State.PENDING:
            continue
        close_request(request, state=State.WITHDRAWN, actor=None, now=now)
        record(
            RequestWithdrawn(request=request.pk),
            actor=None,
            channel=Channel.SYSTEM,
            at=now,
            submission=request.confirmation_number,
            taxpayers=both_sides(request),
        )
        ended += 1
    return ended
