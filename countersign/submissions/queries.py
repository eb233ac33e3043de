"""Submissions that a logon may see: its own, and those of taxpayers and third parties it administers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from countersign.access.queries.own import own_taxpayers
from countersign.access.queries.person import person_since
from countersign.logons.models import Logon
from countersign.policy.errors import Refused
from countersign.policy.reasons import Reason
from countersign.submissions.confirmation_numbers import normal_confirmation_number
from countersign.submissions.kinds import KINDS, WAITING, Viewer
from countersign.submissions.models import Status, Submission
from countersign.ui.components.lists import Task

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    submission: Submission
    title: str
    about: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the list; ``following`` is where the next one begins, None on the last."""

    rows: Sequence[Row]
    following: tuple[datetime, int] | None


def administered(actor: Logon, *, at: datetime) -> frozenset[int]:
    """The keys of the taxpayers that the actor administers."""
    return frozenset(own.taxpayer.pk for own in own_taxpayers(actor.pk, at=at) if own.administers)


def submissions_of(
    actor: Logon,
    *,
    at: datetime,
    number: str = "",
    status: str = "",
    after: tuple[datetime, int] | None = None,
    size: int = PAGE_SIZE,
) -> Page:
    """The newest submissions that the actor may see (SPEC 7), from ``after`` on.

    ``number`` looks for one confirmation number, written in any way; ``status`` limits to one of
    :class:`Status`. The three ways of being concerned are read from their own indexes and then merged.
    """
    administers = administered(actor, at=at)
    limits = Q()
    if number:
        limits &= Q(confirmation_number=normal_confirmation_number(number) or "")
    if status:
        limits &= Q(status=status)
    if after is not None:
        moment, key = after
        limits &= Q(submitted_at__lt=moment) | Q(submitted_at=moment, pk__lt=key)
    since = person_since(actor.pk)
    ways = [_own(actor, since)]
    if administers:
        ways += [Q(taxpayer_id__in=administers), Q(third_party_id__in=administers)]
    keys: set[int] = set()
    for way in ways:
        newest = Submission.objects.filter(way, limits).order_by("-submitted_at", "-pk")
        keys.update(newest.values_list("pk", flat=True)[: size + 1])
    found = list(_whole().filter(pk__in=keys).order_by("-submitted_at", "-pk")[: size + 1])
    shown = found[:size]
    following = (shown[-1].submitted_at, shown[-1].pk) if len(found) > size else None
    return Page(_rows(shown, actor, administers, since), following)


def submission_for(actor: Logon, number: str, *, at: datetime) -> tuple[Submission, Viewer]:
    """The submission of this confirmation number, and what the actor is to it.

    Raises a hidden ``Refused`` (404) when there is none, or none that the actor may see.
    """
    submission = _whole().filter(confirmation_number=normal_confirmation_number(number) or "").first()
    if submission is None:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    viewer = _viewer(submission, actor, administered(actor, at=at), person_since(actor.pk))
    if not (viewer.submitted or viewer.administers_taxpayer or viewer.administers_third_party):
        raise Refused(Reason.NOT_FOUND, hidden=True)
    return submission, viewer


def submitted_before(actor: Logon, token: UUID | None) -> Submission | None:
    """What this page's token was submitted for already, if it was: a repeated submit shows its first."""
    if token is None:
        return None
    return Submission.objects.filter(submitted_by=actor, token=token).first()


def waiting_for(logon: Logon, *, at: datetime, most: int = 50) -> list[Task]:
    """What waits for this logon to decide: Home's "Waiting for you", who cannot get in first, then oldest first."""
    elsewhere = [task for tasks in WAITING for task in tasks(logon, at)]
    administers = administered(logon, at=at)
    if not administers:
        return elsewhere
    waiting = list(
        Submission.objects.filter(waits_for_id__in=administers, status=Status.PENDING).order_by("submitted_at", "pk")[
            :most
        ]
    )
    tasks: dict[int, Task] = {}
    for kind in KINDS.values():
        of_kind = [submission for submission in waiting if submission.kind == kind.name]
        if of_kind and kind.tasks is not None:
            tasks.update(kind.tasks(of_kind, at))
    return [*elsewhere, *(tasks[submission.pk] for submission in waiting if submission.pk in tasks)]


def _whole() -> QuerySet[Submission]:
    return Submission.objects.select_related("submitted_by", "closed_by")


def _own(actor: Logon, since: datetime | None) -> Q:
    """What the actor submitted; of a username granted anew, never what the person before did."""
    own = Q(submitted_by=actor)
    return own if since is None else own & Q(submitted_at__gte=since)


def _viewer(submission: Submission, actor: Logon, administers: frozenset[int], since: datetime | None) -> Viewer:
    return Viewer(
        submitted=submission.submitted_by_id == actor.pk and (since is None or submission.submitted_at >= since),
        administers_taxpayer=submission.taxpayer_id in administers,
        administers_third_party=submission.third_party_id in administers,
    )


def _rows(
    submissions: Sequence[Submission], actor: Logon, administers: frozenset[int], since: datetime | None
) -> list[Row]:
    viewers = {submission.pk: _viewer(submission, actor, administers, since) for submission in submissions}
    about: dict[int, str] = {}
    for kind in KINDS.values():
        of_kind = [submission for submission in submissions if submission.kind == kind.name]
        if of_kind:
            about.update(kind.about(of_kind, viewers))
    return [
        Row(
            submission,
            str(KINDS[submission.kind].title) if submission.kind in KINDS else submission.kind,
            about.get(submission.pk, ""),
        )
        for submission in submissions
    ]
