"""How a request ends, whatever ends it: its state, its asked rights and its submission together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from countersign.events import Channel, record
from countersign.logons.models import Logon
from countersign.policy.errors import Refused, Stale
from countersign.policy.reasons import Reason
from countersign.submissions.models import Status
from countersign.submissions.operations import close_submission
from countersign.third_party_access.events import RequestExpired
from countersign.third_party_access.models import AccessRequest, AskedRights, State

TOLD_ONE_BY_ONE = 20

STATUS_OF = {
    State.APPROVED: Status.PROCESSED,
    State.PARTLY_APPROVED: Status.PROCESSED,
    State.DECLINED: Status.REJECTED,
    State.WITHDRAWN: Status.WITHDRAWN,
    State.EXPIRED: Status.REJECTED,
}
_SINCE = {
    State.WITHDRAWN.value: Reason.REQUEST_WITHDRAWN,
    State.EXPIRED.value: Reason.REQUEST_EXPIRED,
}


def locked_request(pk: int) -> AccessRequest:
    """The request, locked until the transaction ends. Raises a hidden ``Refused`` when there is none."""
    request = (
        AccessRequest.objects.select_for_update(no_key=True, of=("self",))
        .select_related("third_party")
        .filter(pk=pk)
        .first()
    )
    if request is None:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    return request


def check_pending(request: AccessRequest, *, now: datetime) -> None:
    """Raises ``Stale`` with what is now unless the request can still be answered or withdrawn.

    A request whose time is over has expired, also while the worker has not come by yet.
    """
    if request.state != State.PENDING:
        what = _SINCE.get(request.state, Reason.REQUEST_DECIDED)
        word = State(request.state).label
        raise Stale(what=what, status=word, at=request.closed_at, number=request.confirmation_number)
    if now >= request.expires_at:
        raise Stale(
            what=Reason.REQUEST_EXPIRED,
            status=State.EXPIRED.label,
            at=request.expires_at,
            number=request.confirmation_number,
        )


def close_request(request: AccessRequest, *, state: State, actor: Logon | None, now: datetime) -> None:
    """Let the locked, pending request end in this state; ``actor`` is None where time ended it."""
    closed = AccessRequest.objects.filter(pk=request.pk, state=State.PENDING).update(
        state=state, closed_at=now, closed_by=actor
    )
    if closed != 1:
        raise Stale(what=Reason.REQUEST_DECIDED)
    AskedRights.objects.filter(request=request).update(open=False)
    close_submission(confirmation_number=request.confirmation_number, status=STATUS_OF[state], actor=actor, now=now)
    request.state, request.closed_at, request.closed_by = state, now, actor


def both_sides(request: AccessRequest) -> list[int]:
    """The keys of the taxpayers that an event about the request concerns."""
    return [key for key in (request.client_id, request.third_party_id) if key is not None]


def crowded(requests: Sequence[AccessRequest]) -> set[int]:
    """Third parties of which so many requests are among these that a mail for each would be a flood."""
    counts = Counter(request.third_party_id for request in requests)
    return {third_party for third_party, count in counts.items() if count > TOLD_ONE_BY_ONE}


def expire_lapsed(
    lapsed: QuerySet[AccessRequest], *, now: datetime, most: int = 200, together: list[int] | None = None
) -> int:
    """Close pending requests whose time is over, skipping those that somebody is deciding on. How many.

    ``together`` collects the keys of those of which both sides are to be told once for all of them.
    """
    found = list(
        lapsed.filter(state=State.PENDING, expires_at__lte=now)
        .select_for_update(no_key=True, skip_locked=True)
        .order_by("expires_at")[:most]
    )
    crowd = set() if together is None else crowded(found)
    for request in found:
        close_request(request, state=State.EXPIRED, actor=None, now=now)
        if together is not None and request.third_party_id in crowd:
            together.append(request.pk)
        record(
            RequestExpired(request=request.pk, together=request.third_party_id in crowd),
            actor=None,
            channel=Channel.SYSTEM,
            at=now,
            submission=request.confirmation_number,
            taxpayers=both_sides(request),
        )
    return len(found)
