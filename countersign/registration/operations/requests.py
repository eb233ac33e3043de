"""Open and close requests for access; shared by the operations on them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from countersign.access.operations.own import end_access, hold_taxpayer
from countersign.events import Channel, record
from countersign.logons.models import Logon
from countersign.policy.errors import Refused, Stale
from countersign.policy.reasons import Reason
from countersign.registration.events import AccessAskedFor
from countersign.registration.kinds import REQUEST_FOR_ACCESS
from countersign.registration.models import RequestForAccess, RequestState
from countersign.registration.queries import own_access
from countersign.submissions.models import Status, Submission
from countersign.submissions.operations import close_submission, open_submission
from countersign.taxpayers.models import Taxpayer

STATUS_OF = {
    RequestState.APPROVED: Status.PROCESSED,
    RequestState.DECLINED: Status.REJECTED,
    RequestState.WITHDRAWN: Status.WITHDRAWN,
    RequestState.EXPIRED: Status.REJECTED,
}
_SINCE = {
    RequestState.WITHDRAWN.value: Reason.REQUEST_WITHDRAWN,
    RequestState.EXPIRED.value: Reason.REQUEST_EXPIRED,
}


def open_request(
    *, logon: Logon, taxpayer: Taxpayer, proved_by: str, now: datetime, channel: Channel = Channel.ONLINE
) -> RequestForAccess:
    """Ask the taxpayer's Master Administrators to let the logon in. The caller holds the taxpayer's row."""
    submission = open_submission(
        kind=REQUEST_FOR_ACCESS, actor=logon, now=now, channel=channel, taxpayer=taxpayer.pk, waits_for=taxpayer.pk
    )
    request = RequestForAccess.objects.create(
        confirmation_number=submission.confirmation_number,
        taxpayer=taxpayer,
        requested_by=logon,
        proved_by=proved_by,
        requested_at=now,
        expires_at=now + timedelta(days=settings.REQUEST_LIFETIME_DAYS),
    )
    Submission.objects.filter(pk=submission.pk).update(subject=request.pk)
    record(
        AccessAskedFor(request=request.pk),
        actor=logon if channel == Channel.ONLINE else None,
        channel=channel,
        at=now,
        submission=request.confirmation_number,
        taxpayers=[taxpayer.pk],
        logons=[logon.pk],
    )
    return request


def held_request(pk: int) -> RequestForAccess:
    """The request with its taxpayer, both rows held until the transaction ends; the taxpayer's first, as everywhere.

    Raises a hidden ``Refused`` when there is none.
    """
    taxpayer = RequestForAccess.objects.filter(pk=pk).values_list("taxpayer_id", flat=True).first()
    if taxpayer is None:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    held = hold_taxpayer(taxpayer)
    locked = RequestForAccess.objects.select_for_update(no_key=True, of=("self",)).select_related("requested_by")
    request = locked.get(pk=pk)
    request.taxpayer = held
    return request


def check_pending(request: RequestForAccess, *, now: datetime) -> None:
    """Raises ``Stale`` with what is now unless the request can still be answered or withdrawn."""
    if request.state != RequestState.PENDING:
        what = _SINCE.get(request.state, Reason.REQUEST_DECIDED)
        raise Stale(what=what, at=request.closed_at, number=request.confirmation_number)
    if now >= request.expires_at:
        raise Stale(what=Reason.REQUEST_EXPIRED, at=request.expires_at, number=request.confirmation_number)


def close_request(
    request: RequestForAccess, *, state: RequestState, actor: Logon | None, now: datetime, given: str = ""
) -> None:
    """Let the locked, pending request end in this state; what a provisional one held ends with any "no"."""
    closed = RequestForAccess.objects.filter(pk=request.pk, state=RequestState.PENDING).update(
        state=state, closed_at=now, closed_by=actor, given=given
    )
    if closed != 1:
        raise Stale(what=Reason.REQUEST_DECIDED)
    close_submission(confirmation_number=request.confirmation_number, status=STATUS_OF[state], actor=actor, now=now)
    request.state, request.closed_at, request.closed_by, request.given = state, now, actor, given
    if state is not RequestState.APPROVED:
        access = own_access(request.requested_by_id, request.taxpayer_id, at=now)
        if access is not None and access.provisional:
            end_access(access=access, submission=request.confirmation_number, now=now)
