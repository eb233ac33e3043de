"""What time does to requests: one reminder, then the end. The worker calls these every few minutes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from countersign.events import Channel, record
from countersign.third_party_access.events import RequestReminded
from countersign.third_party_access.models import AccessRequest, State
from countersign.third_party_access.operations.closing import both_sides, crowded, expire_lapsed
from countersign.third_party_access.operations.match_client import forget_old_counts

BATCH = 200
Tell = Callable[[Sequence[int]], None]
"""Tells both sides of requests (keys) that ended, or are about to, together."""


def expire_requests(*, now: datetime, tell_together: Tell | None = None) -> int:
    """Close every pending request whose time is over (SPEC 6: after 30 days). Returns how many.

    Of many from one third party ``tell_together`` tells, once they are all closed; without it each is told of.
    """
    closed = 0
    together: list[int] | None = None if tell_together is None else []
    while True:
        with transaction.atomic():
            some = expire_lapsed(AccessRequest.objects.all(), now=now, most=BATCH, together=together)
        closed += some
        if some < BATCH:
            break
    if tell_together is not None and together:
        tell_together(together)
    forget_old_counts(now=now)
    return closed


def remind_of_requests(*, now: datetime, tell_together: Tell | None = None) -> int:
    """Remind both sides, once, of requests that expire within a week. Returns how many.

    A request that was made with so little time that it would be reminded of at once is not. Of many from one third
    party ``tell_together`` reminds.
    """
    together: list[int] = []
    ahead = timedelta(days=settings.REQUEST_REMINDER_DAYS)
    reminded = 0
    while True:
        with transaction.atomic():
            found = list(
                AccessRequest.objects.filter(
                    state=State.PENDING,
                    reminded_at__isnull=True,
                    expires_at__gt=now,
                    expires_at__lte=now + ahead,
                    requested_at__lt=F("expires_at") - ahead,
                )
                .select_for_update(no_key=True, skip_locked=True)
                .order_by("expires_at")[:BATCH]
            )
            crowd = set() if tell_together is None else crowded(found)
            for request in found:
                AccessRequest.objects.filter(pk=request.pk).update(reminded_at=now)
                if request.third_party_id in crowd:
                    together.append(request.pk)
                record(
                    RequestReminded(request=request.pk, together=request.third_party_id in crowd),
                    actor=None,
                    channel=Channel.SYSTEM,
                    at=now,
                    submission=request.confirmation_number,
                    taxpayers=both_sides(request),
                )
        reminded += len(found)
        if len(found) < BATCH:
            break
    if tell_together is not None and together:
        tell_together(together)
    return reminded
