"""The portfolios that somebody may work on. Everything in another portfolio answers as what does not exist (law 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from countersign.access.models import PortfolioHolder, PortfolioSource, SecondaryLogon, SecurityGroup
from countersign.access.operations.customers import lock_portfolio
from countersign.access.operations.holding import hold_standing
from countersign.access.queries.covering import Limits, limits_of
from countersign.access.queries.own import is_active, is_secondary, live_at, mastered_taxpayers
from countersign.logons.models import Logon
from countersign.policy.errors import Refused
from countersign.policy.portfolios import PortfolioStandpoint
from countersign.policy.reasons import Reason
from countersign.taxpayers.models import Taxpayer

NAMED_SOURCES = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """What the actor is to one portfolio. ``limits``: of a secondary MA, what bounds it; None for the holder."""

    actor: Logon
    portfolio: int
    holder: Logon
    received: bool
    default_group: int
    limits: Limits | None

    @property
    def standpoint(self) -> PortfolioStandpoint:
        """For the questions of :mod:`countersign.policy.portfolios`."""
        return PortfolioStandpoint(holds=self.limits is None, secondary_master=self.limits is not None)


def portfolio_of(actor: Logon, portfolio: int, *, at: datetime) -> Standing:
    """What the actor is to the portfolio. Raises a hidden ``Refused`` (404) for whoever may not see it."""
    for standing in portfolios_of(actor, at=at, only=portfolio):
        return standing
    raise Refused(Reason.NOT_FOUND, hidden=True)


def held_portfolio(actor: Logon, portfolio: int, *, at: datetime) -> Standing:
    """The same, first thing in an operation: nobody else changes the portfolio, or what the actor is, until commit."""
    portfolio_of(actor, portfolio, at=at)
    # Taxpayers before the portfolio, as wherever access to one changes: of two neither waits for the other in a circle.
    hold_standing(actor=actor.pk, taxpayers=mastered_taxpayers(actor.pk, at=at))
    lock_portfolio(portfolio)
    return portfolio_of(actor, portfolio, at=at)


def portfolios_of(actor: Logon, *, at: datetime, only: int | None = None) -> list[Standing]:
    """Every portfolio that the actor may work on, its own first, then received ones.

    "A portfolio: its holder, while MA of some taxpayer"; and a secondary Master Administrator of it.
    """
    if not is_active(actor.pk, at=at):
        return []
    if is_secondary(actor.pk):
        return _as_secondary(actor, at, only)
    if not mastered_taxpayers(actor.pk, at=at):
        return []
    held = PortfolioHolder.objects.filter(live_at(at), holder=actor).order_by("received", "portfolio_id")
    if only is not None:
        held = held.filter(portfolio_id=only)
    return [
        Standing(actor, one.portfolio_id, actor, one.received, _default_group(one.portfolio_id), None) for one in held
    ]


def portfolio_name(standing: Standing, *, at: datetime) -> str:
    """The names of the taxpayers that feed the portfolio, the first few: how a firm's pages say which one it is."""
    sources = Taxpayer.objects.filter(pk__in=mastered_taxpayers(standing.holder.pk, at=at))
    if standing.received:
        live_sources = PortfolioSource.objects.filter(live_at(at), portfolio_id=standing.portfolio)
        sources = sources.filter(pk__in=live_sources.values("taxpayer_id"))
    # Firms before the holder's own income tax.
    names = list(sources.order_by("kind", "name_folded").values_list("legal_name", flat=True)[: NAMED_SOURCES + 1])
    shown = ", ".join(names[:NAMED_SOURCES])
    return f"{shown}, …" if len(names) > NAMED_SOURCES else shown


def former_holder(portfolio: int) -> PortfolioHolder | None:
    """Who held the portfolio before it came to, or waits for, somebody else: so two of one firm are told apart."""
    ended = PortfolioHolder.objects.filter(portfolio_id=portfolio, ended_at__isnull=False)
    return ended.select_related("holder").order_by("-ended_at", "-pk").first()


def _as_secondary(actor: Logon, at: datetime, only: int | None) -> list[Standing]:
    found = SecondaryLogon.objects.filter(live_at(at), logon=actor, access_type="MA", accepted=True)
    if only is not None:
        found = found.filter(portfolio_id=only)
    standings = []
    for secondary in found:
        held = (
            PortfolioHolder.objects.filter(live_at(at), portfolio_id=secondary.portfolio_id)
            .select_related("holder")
            .first()
        )
        limits = limits_of(actor.pk, at=at)
        if (
            held is None
            or limits is None
            or not is_active(held.holder_id, at=at)
            or not mastered_taxpayers(held.holder_id, at=at)
        ):
            continue
        group = _default_group(held.portfolio_id)
        standings.append(Standing(actor, held.portfolio_id, held.holder, held.received, group, limits))
    return standings


def _default_group(portfolio: int) -> int:
    return SecurityGroup.objects.values_list("pk", flat=True).get(
        portfolio_id=portfolio, is_default=True, ended_at__isnull=True
    )
