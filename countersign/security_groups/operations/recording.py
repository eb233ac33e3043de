"""What every change of groups has in common: its receipt and its line in the log."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from countersign.events import Channel, Event, record
from countersign.logons.models import Logon
from countersign.portfolios.queries import Standing
from countersign.submissions.models import Status, Submission
from countersign.submissions.operations import open_submission


def receipt(kind: str, *, actor: Logon, token: UUID | None, channel: Channel, now: datetime) -> Submission:
    """The submission of a change that is processed at once."""
    return open_submission(kind=kind, actor=actor, now=now, channel=channel, status=Status.PROCESSED, token=token)


def record_change(
    event: Event, group: int, *, standing: Standing, submission: Submission, channel: Channel, now: datetime
) -> Submission:
    """Into the log and onto the receipt: it concerns the parent logon and whoever did it (law 10)."""
    Submission.objects.filter(pk=submission.pk).update(subject=group)
    submission.subject = group
    record(
        event,
        actor=standing.actor,
        channel=channel,
        at=now,
        submission=submission.confirmation_number,
        logons=[standing.holder.pk],
    )
    return submission
