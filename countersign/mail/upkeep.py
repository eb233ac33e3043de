"""The outbox as its operator sees it: what waits, what failed, what may be forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min
from django.db.models.functions import Now
from django.utils import timezone

from countersign.mail.models import OutboxMail

LISTED = 100


@dataclass(frozen=True)
class GivenUp:
    """A mail that will not be tried again. No address: the logon's key leads to the person."""

    mail: int
    kind: str
    logon_id: int | None
    error: str
    created_at: datetime
    gave_up_at: datetime | None


@dataclass(frozen=True)
class OutboxStatus:
    """``waiting`` mails, the oldest since ``oldest``, with their last ``errors`` (code → count)."""

    waiting: int
    oldest: datetime | None
    errors: dict[str, int]
    sent_last_day: int
    given_up: int
    given_up_latest: list[GivenUp]


def outbox_status() -> OutboxStatus:
    """The state of the outbox now; the latest 100 mails that were given up are listed."""
    waiting = OutboxMail.objects.filter(sent_at__isnull=True, gave_up_at__isnull=True)
    totals = waiting.aggregate(count=Count("pk"), oldest=Min("created_at"))
    errors = waiting.exclude(last_error="").values_list("last_error").annotate(count=Count("pk")).order_by("-count")
    given_up = OutboxMail.objects.filter(gave_up_at__isnull=False)
    return OutboxStatus(
        waiting=totals["count"],
        oldest=totals["oldest"],
        errors=dict(errors),
        sent_last_day=OutboxMail.objects.filter(sent_at__gt=timezone.now() - timedelta(days=1)).count(),
        given_up=given_up.count(),
        given_up_latest=[
            GivenUp(*row)
            for row in given_up.order_by("-gave_up_at").values_list(
                "pk", "kind", "logon_id", "last_error", "created_at", "gave_up_at"
            )[:LISTED]
        ],
    )


def try_again() -> int:
    """Make everything due now: what waits for its next attempt, and what was given up. Returns how many."""
    return OutboxMail.objects.filter(sent_at__isnull=True).update(next_attempt_at=Now(), gave_up_at=None, refusals=0)


def forget_sent() -> int:
    """Periodic: delete mails whose text has been kept long enough after they were sent. Returns how many."""
    limit = timezone.now() - timedelta(days=settings.MAIL_KEEP_DAYS)
    deleted, _ = OutboxMail.objects.filter(sent_at__lt=limit).delete()
    return deleted
