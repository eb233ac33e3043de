"""What every change of groups has in common: its receipt and its line in the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from countersign.access.models import LogonStanding
from countersign.access.queries.group_changes import LogonChange
from countersign.access.queries.own import live_at
from countersign.events import Channel, Event, record
from countersign.logons.models import Logon
from countersign.notices.telling import tell_many
from countersign.policy.facts import Standing as LogonStatus
from countersign.portfolios.queries import Standing
from countersign.security_groups.notice_kinds import CUSTOMERS_CHANGED
from countersign.submissions.models import Status, Submission
from countersign.submissions.operations import open_submission


def receipt(kind: str, *, actor: Logon, token: UUID | None, channel: Channel, now: datetime) -> Submission:
    """The submission of a change that is processed at once."""
    return open_submission(kind=kind, actor=actor, now=now, channel=channel, status=Status.PROCESSED, token=token)


def record_change(
    event: Event,
    group: int,
    *,
    standing: Standing,
    submission: Submission,
    channel: Channel,
    now: datetime,
    changes: Sequence[LogonChange] = (),
) -> Submission:
    """Into the log and onto the receipt: it concerns the parent logon and whoever did it (law 10).

    ``changes``: who gains and loses customers, as the preview said. Each of them is told once, in one statement.
    """
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
    _tell(changes, submission.confirmation_number, now)
    return submission


def _tell(changes: Sequence[LogonChange], number: str, now: datetime) -> None:
    """SPEC 7: notices "on every change of access". Whoever has not enrolled, or cannot get in, is told nothing."""
    if not changes:
        return
    by_logon = {change.logon: change for change in changes if change.gains or change.losses}
    active = LogonStanding.objects.filter(live_at(now), logon_id__in=list(by_logon), status=LogonStatus.ACTIVE.value)
    tell_many(
        kind=CUSTOMERS_CHANGED,
        details={
            logon: {"gains": by_logon[logon].gains, "losses": by_logon[logon].losses}
            for logon in active.values_list("logon_id", flat=True)
        },
        now=now,
        path=reverse("home:home"),
        submission=number,
    )
