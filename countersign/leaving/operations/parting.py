"""What leaving one taxpayer and deleting a profile have in common."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from countersign.access.models import LogonStanding, PortfolioHolder, TaxpayerAccess
from countersign.access.operations.customers import lock_portfolio, lock_reach
from countersign.access.operations.handing_over import hand_over
from countersign.access.operations.own import end_access, hold_taxpayer
from countersign.access.queries.own import live_at, mastered_taxpayers
from countersign.events import Channel, record
from countersign.leaving.events import PortfolioHandedOver, PortfolioParked, SuccessorNamed
from countersign.leaving.models import SuccessorOffer
from countersign.leaving.queries import Consequences, LeftPortfolio, LeftTaxpayer
from countersign.logons.models import Logon
from countersign.policy.errors import Invalid, Refused
from countersign.policy.facts import Standing
from countersign.policy.reasons import Reason
from countersign.submissions.models import Submission


@dataclass(frozen=True, slots=True)
class Choices:
    """What the leaver decided: taxpayer key → whom it names to follow; portfolio key → who gets it. Absent: nobody."""

    successors: Mapping[int, int] = field(default_factory=dict)
    receivers: Mapping[int, int] = field(default_factory=dict)


def hold(actor: Logon, taxpayers: Collection[int] | None, *, now: datetime) -> None:
    """Hold these taxpayers (None: all of the actor's own), then the actor, then its portfolios, in key order.

    That order is everybody's: whoever changes access to a taxpayer comes to the portfolio last.
    """
    if taxpayers is None:
        taxpayers = TaxpayerAccess.objects.filter(logon=actor, ended_at=None).values_list("taxpayer_id", flat=True)
    for taxpayer in sorted(set(taxpayers)):
        hold_taxpayer(taxpayer)
    for taxpayer in mastered_taxpayers(actor.pk, at=now):
        lock_reach(taxpayer, sources_change=True)
    Logon.objects.select_for_update(no_key=True).get(pk=actor.pk)
    held = PortfolioHolder.objects.filter(holder=actor, ended_at=None)
    for portfolio in sorted(held.values_list("portfolio_id", flat=True)):
        lock_portfolio(portfolio)


def check_active(actor: Logon, *, now: datetime) -> None:
    """Raises ``Refused`` unless the logon is active, as the held rows say it."""
    if not LogonStanding.objects.filter(live_at(now), logon=actor, status=Standing.ACTIVE.value).exists():
        raise Refused(Reason.LOGON_NOT_ACTIVE)


def part(
    *, actor: Logon, seen: Consequences, choices: Choices, submission: Submission, now: datetime
) -> tuple[int, ...]:
    """Hand over or park the portfolios, name successors, end the accesses. Returns taxpayers left without an MA.

    Raises ``Invalid`` for a choice that was not among those shown.
    """
    for portfolio in seen.portfolios:
        _pass_on(portfolio, choices, actor, submission, now)
    for left in seen.taxpayers:
        _name_successor(left, choices, actor, submission, now)
    for left in seen.taxpayers:
        end_access(access=left.access, submission=submission.confirmation_number, now=now)
    return tuple(left.taxpayer.pk for left in seen.taxpayers if left.last)


def _pass_on(portfolio: LeftPortfolio, choices: Choices, actor: Logon, submission: Submission, now: datetime) -> None:
    chosen = choices.receivers.get(portfolio.portfolio)
    if chosen is not None and chosen not in {logon.pk for logon in portfolio.receivers}:
        raise Invalid({f"portfolio_{portfolio.portfolio}": _("Choose one of the people who are listed, or nobody.")})
    hand_over(portfolio=portfolio.portfolio, to=chosen, submission=submission.confirmation_number, now=now)
    event = (
        PortfolioParked(portfolio=portfolio.portfolio)
        if chosen is None
        else PortfolioHandedOver(portfolio=portfolio.portfolio, to=chosen)
    )
    logons = [] if chosen is None else [chosen]
    number = submission.confirmation_number
    record(event, actor=actor, channel=Channel.ONLINE, at=now, submission=number, logons=logons)


def _name_successor(left: LeftTaxpayer, choices: Choices, actor: Logon, submission: Submission, now: datetime) -> None:
    chosen = choices.successors.get(left.taxpayer.pk)
    if chosen is None:
        return
    if not left.last or chosen not in {logon.pk for logon in left.candidates}:
        raise Invalid({f"successor_{left.taxpayer.pk}": _("Choose one of the people who are listed, or nobody.")})
    offer = SuccessorOffer.objects.create(
        taxpayer=left.taxpayer,
        offered_to_id=chosen,
        offered_by=actor,
        confirmation_number=submission.confirmation_number,
        offered_at=now,
        expires_at=now + timedelta(days=settings.SUCCESSOR_DAYS),
    )
    record(
        SuccessorNamed(offer=offer.pk, to=chosen),
        actor=actor,
        channel=Channel.ONLINE,
        at=now,
        submission=submission.confirmation_number,
        taxpayers=[left.taxpayer.pk],
        logons=[chosen],
    )
