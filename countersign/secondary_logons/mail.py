"""Who is told of what: the invitation by mail, every change as a notice and by mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from countersign.access.models import LogonStanding, Refinement
from countersign.events import Event, Occurrence, Subscriber
from countersign.logons.models import Logon
from countersign.notices.telling import Stops
from countersign.notices.telling import tell as tell_person
from countersign.policy.facts import Standing as LogonStatus
from countersign.secondary_logons import events
from countersign.secondary_logons.invitations import invite_logon
from countersign.secondary_logons.models import RefinementFile
from countersign.secondary_logons.notice_kinds import (
    ASKED,
    CHANGED,
    ENROLLED,
    NOT_VOUCHED,
    PLEASE_VOUCH,
    VOUCHED,
    YOU_VOUCHED,
)
from countersign.secondary_logons.queries.one import holder_of

TOLD_AT_ONCE = 50


def invite(occurrence: Occurrence[Any]) -> None:
    """The invitation, at once; of those from a file the worker sends one after the other."""
    event = occurrence.event
    if isinstance(event, events.SecondaryLogonAdded) and event.from_file:
        return
    invite_logon(Logon.objects.get(pk=event.logon), event.portfolio, now=occurrence.at)


def tell(occurrence: Occurrence[Any]) -> None:
    """The person is told that its access changed. Whoever has not enrolled yet is told by the invitation alone."""
    event = occurrence.event
    if getattr(event, "from_file", False) or _invited(event.logon):
        return
    parent = holder_of(event.portfolio, at=occurrence.at)
    _tell_changed(
        Logon.objects.get(pk=event.logon),
        what=type(event).__name__,
        invited=getattr(event, "invited", False),
        parent=parent.pk if parent else 0,
        submission=occurrence.submission,
        now=occurrence.at,
    )


def tell_of_refinements(file: int, stop: Callable[[], bool]) -> None:
    """Tell each person whose rights a file has changed, a few per transaction; whoever was told is left alone."""
    kept = RefinementFile.objects.defer("rows", "results").get(pk=file)
    changed = Refinement.objects.filter(
        Q(begun_by=kept.submission) | Q(ended_by=kept.submission), logon_id__in=[int(key) for key in kept.seen]
    )
    keys = sorted(set(changed.values_list("logon_id", flat=True)))
    for first in range(0, len(keys), TOLD_AT_ONCE):
        if stop():
            return
        with transaction.atomic():
            now = timezone.now()
            parent = holder_of(kept.portfolio_id, at=now)
            some = Logon.objects.in_bulk(keys[first : first + TOLD_AT_ONCE])
            waiting = LogonStanding.objects.filter(
                logon_id__in=some, ended_at__isnull=True, status=LogonStatus.INVITED.value
            )
            for key in sorted(some.keys() - set(waiting.values_list("logon_id", flat=True))):
                _tell_changed(
                    some[key],
                    what=events.SecondaryRightsChanged.__name__,
                    invited=False,
                    parent=parent.pk if parent else 0,
                    submission=kept.submission,
                    now=now,
                )


def _tell_changed(logon: Logon, *, what: str, invited: bool, parent: int, submission: str, now: datetime) -> None:
    tell_person(
        logon,
        kind=CHANGED,
        now=now,
        details={"what": what, "invited": invited, "logon": logon.pk, "parent": parent},
        path=reverse("profile:manage_my_access"),
        submission=submission,
    )


def tell_parent(occurrence: Occurrence[Any]) -> None:
    """The parent is told that the person has enrolled."""
    event = occurrence.event
    parent = holder_of(event.portfolio, at=occurrence.at)
    if parent is not None:
        tell_person(
            parent,
            kind=ENROLLED,
            now=occurrence.at,
            details={"logon": event.logon, "parent": parent.pk},
            path=reverse("secondary_logons:logon", args=[event.portfolio, event.logon]),
        )


def tell_of_ask(occurrence: Occurrence[events.ParentAskedToVouch]) -> None:
    """The person, at every address and with a link that stops; and the parent, who answers."""
    event = occurrence.event
    details, number = {"logon": event.logon}, occurrence.submission
    person = Logon.objects.get(pk=event.logon)
    tell_person(person, kind=ASKED, now=occurrence.at, details=details, submission=number, stops=Stops.SIGN_IN)
    parent = holder_of(event.portfolio, at=occurrence.at)
    if parent is not None:
        address = reverse("secondary_logons:vouch", args=[event.portfolio, event.logon])
        tell_person(parent, kind=PLEASE_VOUCH, now=occurrence.at, details=details, path=address, submission=number)


def tell_of_answer(occurrence: Occurrence[Any]) -> None:
    """The person; and of a vouching the parent and whoever did it, who may find that it was not them."""
    event, number, by = occurrence.event, occurrence.submission, occurrence.actor_logon_id
    details = {"logon": event.logon, "by": by}
    person = Logon.objects.get(pk=event.logon)
    login = reverse("sign_in:log_in")
    if isinstance(event, events.LostFactorsNotVouched):
        tell_person(person, kind=NOT_VOUCHED, now=occurrence.at, details=details, path=login, submission=number)
        return
    stops = Stops.SIGN_IN
    tell_person(person, kind=VOUCHED, now=occurrence.at, details=details, path=login, submission=number, stops=stops)
    parent = holder_of(event.portfolio, at=occurrence.at)
    told = {one for one in (by, parent.pk if parent else None) if one is not None}
    for logon in Logon.objects.filter(pk__in=told).order_by("pk"):
        tell_person(
            logon,
            kind=YOU_VOUCHED,
            now=occurrence.at,
            details=details,
            path=reverse("secondary_logons:logon", args=[event.portfolio, event.logon]),
            submission=number,
            stops=stops if logon.pk == by else None,
        )


def _invited(logon: int) -> bool:
    return LogonStanding.objects.filter(
        logon_id=logon, ended_at__isnull=True, status=LogonStatus.INVITED.value
    ).exists()


SUBSCRIBERS: dict[type[Event], tuple[Subscriber, ...]] = {
    events.SecondaryLogonAdded: (invite,),
    events.EnrollmentSent: (invite,),
    events.SecondaryGroupsChanged: (tell,),
    events.SecondarySettingsChanged: (tell,),
    events.SecondaryRightsChanged: (tell,),
    events.SecondarySettingsCopied: (tell,),
    events.SecondaryLogonEnrolled: (tell_parent,),
    events.SecondaryLogonDeactivated: (tell,),
    events.SecondaryLogonReactivated: (tell,),
    events.SecondaryLogonCancelled: (tell,),
    events.ParentAskedToVouch: (tell_of_ask,),
    events.LostFactorsVouched: (tell_of_answer,),
    events.LostFactorsNotVouched: (tell_of_answer,),
}
