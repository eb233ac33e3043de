"""The person who was named to follow a Master Administrator accepts, or does not."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext

from countersign.access.models import TaxpayerAccess
from countersign.access.operations.own import begin_access, hold_taxpayer
from countersign.access.queries.conditions import facts_of
from countersign.access.queries.own import live_at
from countersign.events import Channel, Event, record
from countersign.leaving.events import SuccessorAccepted, SuccessorDeclined
from countersign.leaving.kinds import SUCCESSION
from countersign.leaving.models import OfferState, SuccessorOffer
from countersign.leaving.operations.parting import check_active
from countersign.leaving.queries import masters_of
from countersign.logons.models import Logon
from countersign.policy.entry import may_follow
from countersign.policy.errors import Refused, Stale
from countersign.policy.reasons import Reason
from countersign.policy.rights import AccessType
from countersign.submissions.models import Status, Submission
from countersign.submissions.operations import open_submission
from countersign.ui.components.lists import Task

MOST_TASKS = 20


@transaction.atomic
def accept_succession(*, actor: Logon, offer: int, now: datetime, channel: Channel = Channel.ONLINE) -> Submission:
    """The actor, still Tax Administrator of the taxpayer, becomes its Master Administrator as the last one wished.

    Raises a hidden ``Refused`` for anybody else, ``Refused`` while the taxpayer is frozen or paused, ``Stale`` when the
    offer is closed, its time is over, somebody has administered the taxpayer since, or the actor is nothing to it any
    more.
    """
    locked = _held(actor, offer, now)
    reason = against_following(locked, at=now)
    if reason is Reason.ACCESS_CHANGED:
        raise Stale(what=reason)
    if reason is not None:
        raise Refused(reason)
    _close(locked, OfferState.ACCEPTED, now)
    submission = open_submission(
        kind=SUCCESSION,
        actor=actor,
        now=now,
        channel=channel,
        status=Status.PROCESSED,
        taxpayer=locked.taxpayer_id,
    )
    begin_access(
        logon=actor,
        taxpayer=locked.taxpayer,
        access_type=AccessType.MASTER_ADMINISTRATOR,
        submission=submission.confirmation_number,
        now=now,
    )
    _record(SuccessorAccepted(offer=locked.pk), locked, actor, submission.confirmation_number, now, channel)
    return submission


@transaction.atomic
def decline_succession(*, actor: Logon, offer: int, now: datetime, channel: Channel = Channel.ONLINE) -> None:
    """The actor stays what it is. Raises as ``accept_succession``."""
    locked = _held(actor, offer, now)
    _close(locked, OfferState.DECLINED, now)
    _record(SuccessorDeclined(offer=locked.pk), locked, actor, "", now, channel)


def offer_to(actor: Logon, offer: int) -> SuccessorOffer:
    """The offer, if it was made to the actor. Raises a hidden ``Refused``."""
    found = SuccessorOffer.objects.filter(pk=offer, offered_to=actor).select_related("taxpayer", "offered_by").first()
    if found is None:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    return found


def succession_tasks(reader: Logon, at: datetime) -> list[Task]:
    """For Home: the offers to follow that can be accepted now. One statement where there is none."""
    offers = SuccessorOffer.objects.filter(offered_to=reader, state=OfferState.OPEN, expires_at__gt=at)
    return [
        Task(
            gettext("Follow as Master Administrator of %(taxpayer)s?") % {"taxpayer": offer.taxpayer.legal_name},
            reverse("leaving:follow", args=[offer.pk]),
            gettext("Expires"),
            offer.expires_at,
        )
        for offer in offers.select_related("taxpayer", "offered_to").order_by("expires_at", "pk")[:MOST_TASKS]
        if against_following(offer, at=at) is None
    ]


def against_following(offer: SuccessorOffer, *, at: datetime) -> Reason | None:
    """Why the person named cannot follow as things stand; None where it can."""
    there = TaxpayerAccess.objects.filter(live_at(at), logon=offer.offered_to, taxpayer=offer.taxpayer, accepted=True)
    since = TaxpayerAccess.objects.filter(
        taxpayer=offer.taxpayer, access_type="MA", accepted=True, provisional=False, begins_at__gt=offer.offered_at
    )
    return may_follow(
        administered_since=masters_of([offer.taxpayer_id], at=at).exists() or since.exists(),
        administrator=there.exists(),
        taxpayer=facts_of(offer.taxpayer, at=at),
    )


def _held(actor: Logon, offer: int, now: datetime) -> SuccessorOffer:
    taxpayer = hold_taxpayer(offer_to(actor, offer).taxpayer_id)
    Logon.objects.select_for_update(no_key=True).get(pk=actor.pk)
    check_active(actor, now=now)
    locked = offer_to(actor, offer)
    locked.taxpayer = taxpayer
    if locked.state != OfferState.OPEN:
        raise Stale(what=Reason.REQUEST_DECIDED, at=locked.closed_at)
    if now >= locked.expires_at:
        raise Stale(what=Reason.REQUEST_EXPIRED, at=locked.expires_at)
    return locked


def _close(offer: SuccessorOffer, state: OfferState, now: datetime) -> None:
    closed = SuccessorOffer.objects.filter(pk=offer.pk, state=OfferState.OPEN).update(state=state, closed_at=now)
    if closed != 1:
        raise Stale(what=Reason.REQUEST_DECIDED)


def _record(event: Event, offer: SuccessorOffer, actor: Logon, number: str, now: datetime, channel: Channel) -> None:
    taxpayers = [offer.taxpayer_id]
    record(event, actor=actor, channel=channel, at=now, submission=number, taxpayers=taxpayers)
