"""What time does to requests: one reminder, then the end. The worker calls these every few minutes."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from countersign.events import Channel, record
from countersign.third_party_access.events import RequestReminded
from countersign.third_party_access.models import AccessRequest, State
from countersign.third_party_access.operations.closing import both_sides, expire_lapsed
from countersign.third_party_access.operations.match_client import forget_old_counts

BATCH = 200


def expire_requests(*, now: datetime) -> int:
    """Close every pending request whose time is over (SPEC 6: after 30 days). Returns how many."""
    closed = 0
    while True:
        with transaction.atomic():
            some = expire_lapsed(AccessRequest.objects.all(), now=now, most=BATCH)
        closed += some
        if some < BATCH:
            break
    forget_old_counts(now=now)
    return closed


def remind_of_requests(*, now: datetime) -> int:
    """Remind both sides, once, of requests that expire within a week. Returns how many.

    A request that was made with so little time that it would be reminded of at once is not.
    """
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
            for request in found:
                AccessRequest.objects.filter(pk=request.pk).update(reminded_at=now)
                record(
                    RequestReminded(request=request.pk),
                    actor=None,
                    channel=Channel.SYSTEM,
                    at=now,
                    submission=request.confirmation_number,
                    taxpayers=both_sides(request),
                )
        reminded += len(found)
        if len(found) < BATCH:
            return reminded
