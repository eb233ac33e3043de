"""Who is told that somebody left: the leaver, those who administer what was left, whoever was named."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from countersign.access.models import LogonStanding
from countersign.events import Event, Occurrence, Subscriber
from countersign.leaving import events
from countersign.leaving.models import SuccessorOffer
from countersign.leaving.queries import masters_of, parked_portfolios
from countersign.logons.models import Logon
from countersign.notices.telling import Stops, tell
from countersign.policy.facts import Standing
from countersign.taxpayers.models import Taxpayer


def tell_of_deletion(occurrence: Occurrence[events.ProfileDeleted]) -> None:
    """The leaver at every address, and everybody who administers what it had."""
    logon = _leaver(occurrence)
    tell(logon, kind="profile_deleted", now=occurrence.at, submission=occurrence.submission, stops=Stops.SIGN_IN)
    _tell_masters(occurrence, occurrence.event.taxpayers)


def _leaver(occurrence: Occurrence[Any]) -> Logon:
    assert occurrence.actor_logon_id is not None
    return Logon.objects.get(pk=occurrence.actor_logon_id)


def tell_of_leaving(occurrence: Occurrence[events.TaxpayerLeft]) -> None:
    """The leaver, and everybody who administers the taxpayer."""
    logon = _leaver(occurrence)
    name = Taxpayer.objects.get(pk=occurrence.event.taxpayer).legal_name
    path = reverse("submissions:detail", args=[occurrence.submission])
    tell(
        logon,
        kind="taxpayer_left",
        now=occurrence.at,
        details={"taxpayer": name},
        submission=occurrence.submission,
        path=path,
    )
    _tell_masters(occurrence, [occurrence.event.taxpayer])


def _tell_masters(occurrence: Occurrence[Any], taxpayers: Iterable[int]) -> None:
    leaver = _leaver(occurrence)
    told: dict[int, tuple[Logon, Taxpayer]] = {}
    for access in masters_of(taxpayers, at=occurrence.at, but=leaver.pk).select_related("logon", "taxpayer"):
        told.setdefault(access.logon_id, (access.logon, access.taxpayer))
    for logon, taxpayer in told.values():
        rest = bool(parked_portfolios(logon, at=occurrence.at))
        tell(
            logon,
            kind="somebody_left",
            now=occurrence.at,
            details={"taxpayer": taxpayer.legal_name, "person": leaver.full_name, "rest": rest},
            submission=occurrence.submission,
            path=reverse("leaving:take_over") if rest else reverse("history:taxpayer", args=[taxpayer.pk]),
        )


def tell_successor(occurrence: Occurrence[events.SuccessorNamed]) -> None:
    """Whoever was named is asked."""
    offer = SuccessorOffer.objects.select_related("taxpayer", "offered_to", "offered_by").get(pk=occurrence.event.offer)
    tell(
        offer.offered_to,
        kind="successor_named",
        now=occurrence.at,
        details={"taxpayer": offer.taxpayer.legal_name, "person": offer.offered_by.full_name},
        path=reverse("leaving:follow", args=[offer.pk]),
    )


def tell_receiver(occurrence: Occurrence[events.PortfolioHandedOver]) -> None:
    """Whoever got the secondary logons of a departed parent."""
    leaver = _leaver(occurrence)
    tell(
        Logon.objects.get(pk=occurrence.event.to),
        kind="portfolio_received",
        now=occurrence.at,
        details={"person": leaver.full_name},
        path=reverse("secondary_logons:start"),
    )


def tell_closed(occurrence: Occurrence[events.RestingLogonsClosed]) -> None:
    """Whoever acted through a parent that left, and whom nobody took over: only now it is over for good."""
    ended = LogonStanding.objects.filter(logon_id__in=occurrence.event.closed, ended_at=occurrence.at)
    enrolled = ended.exclude(status=Standing.INVITED.value).values("logon_id")
    for logon in Logon.objects.filter(pk__in=enrolled).order_by("pk"):
        tell(logon, kind="resting_closed", now=occurrence.at, details={"username": logon.username})


def tell_accepted(occurrence: Occurrence[events.SuccessorAccepted]) -> None:
    """The new Master Administrator, at every address."""
    offer = SuccessorOffer.objects.select_related("taxpayer", "offered_to").get(pk=occurrence.event.offer)
    tell(
        offer.offered_to,
        kind="successor_accepted",
        now=occurrence.at,
        details={"taxpayer": offer.taxpayer.legal_name},
        submission=occurrence.submission,
        path=reverse("profile:manage_my_access"),
    )


SUBSCRIBERS: dict[type[Event], tuple[Subscriber, ...]] = {
    events.ProfileDeleted: (tell_of_deletion,),
    events.TaxpayerLeft: (tell_of_leaving,),
    events.SuccessorNamed: (tell_successor,),
    events.PortfolioHandedOver: (tell_receiver,),
    events.RestingLogonsClosed: (tell_closed,),
    events.SuccessorAccepted: (tell_accepted,),
}
