"""What ends and what stays behind when somebody leaves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, Max, OuterRef, QuerySet

from countersign.access.models import (
    LogonStanding,
    PortfolioHolder,
    PortfolioSource,
    SecondaryLogon,
    SecurityGroup,
    TaxpayerAccess,
)
from countersign.access.queries.falling_away import count_falling_away
from countersign.access.queries.own import is_secondary, live_at, mastered_taxpayers
from countersign.leaving.models import OfferState, SuccessorOffer
from countersign.logons.models import Logon
from countersign.policy.errors import Refused
from countersign.policy.reasons import Reason
from countersign.policy.rights import AccessType
from countersign.portfolios.queries import former_holder
from countersign.taxpayers.models import Taxpayer

CANDIDATES = 50


@dataclass(frozen=True, slots=True)
class LeftTaxpayer:
    """A taxpayer that is left. ``last``: nobody else administers it; ``candidates`` may be named to follow."""

    access: TaxpayerAccess
    last: bool
    candidates: Sequence[Logon]

    @property
    def taxpayer(self) -> Taxpayer:
        """The taxpayer itself."""
        return self.access.taxpayer


@dataclass(frozen=True, slots=True)
class LeftPortfolio:
    """A portfolio that loses its holder. ``receivers``: who of the firm may take it now.

    ``sources``: keys of the taxpayers that feed it. ``falls_away``: key of a receiver → how many customers it would not
    reach as the holder does; who reaches all of them is missing.
    """

    portfolio: int
    name: str
    secondary_logons: int
    receivers: Sequence[Logon]
    sources: Sequence[int]
    falls_away: Mapping[int, int]
    groups: int = 0

    @property
    def less(self) -> list[tuple[Logon, int]]:
        """The receivers with whom customers fall away, and how many."""
        return [(one, self.falls_away[one.pk]) for one in self.receivers if one.pk in self.falls_away]

    @property
    def in_use(self) -> bool:
        """Whether anybody or anything in it would be missed: secondary logons, or groups besides Default."""
        return bool(self.secondary_logons or self.groups)


@dataclass(frozen=True, slots=True)
class Consequences:
    """What leaving does. ``version`` names what was seen; another one is stale."""

    taxpayers: Sequence[LeftTaxpayer]
    portfolios: Sequence[LeftPortfolio]
    secondary: SecondaryLogon | None = None

    @property
    def of_a_firm(self) -> bool:
        """Whether clients may have given access to a taxpayer that it administers, or to its parent's."""
        masters = AccessType.MASTER_ADMINISTRATOR.value
        return self.secondary is not None or any(one.access.access_type == masters for one in self.taxpayers)

    @property
    def version(self) -> str:
        """Changes with whatever the page shows as a consequence."""
        seen = [
            [(one.access.pk, one.last, [logon.pk for logon in one.candidates]) for one in self.taxpayers],
            [(one.portfolio, [logon.pk for logon in one.receivers], one.less) for one in self.portfolios],
            self.secondary.pk if self.secondary else None,
        ]
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:32]


def consequences_of_deleting(logon: Logon, *, at: datetime) -> Consequences:
    """Everything that the logon is and holds."""
    if is_secondary(logon.pk):
        fact = SecondaryLogon.objects.filter(logon=logon, ended_at=None).first()
        return Consequences([], [], fact)
    accesses = list(
        TaxpayerAccess.objects.filter(logon=logon, ended_at=None)
        .select_related("taxpayer")
        .order_by("taxpayer__name_folded", "taxpayer_id")
    )
    held = PortfolioHolder.objects.filter(holder=logon, ended_at=None)
    return Consequences(_taxpayers(logon, accesses, at), _portfolios(logon, held, at))


def consequences_of_leaving(logon: Logon, taxpayer: int, *, at: datetime) -> Consequences:
    """What giving up this one taxpayer does. Raises a hidden ``Refused`` when the logon is nothing to it."""
    access = (
        TaxpayerAccess.objects.filter(live_at(at), logon=logon, taxpayer_id=taxpayer).select_related("taxpayer").first()
    )
    if access is None or is_secondary(logon.pk):
        raise Refused(Reason.NOT_FOUND, hidden=True)
    held = held_only_through(logon.pk, taxpayer, at=at)
    return Consequences(_taxpayers(logon, [access], at), _portfolios(logon, held, at))


def left_portfolio(logon: Logon, portfolio: int, *, at: datetime) -> LeftPortfolio:
    """One portfolio that the logon holds, as it would be left. Raises a hidden ``Refused`` (404) for any other."""
    held = PortfolioHolder.objects.filter(live_at(at), holder=logon, portfolio_id=portfolio)
    for one in _portfolios(logon, held, at):
        return one
    raise Refused(Reason.NOT_FOUND, hidden=True)


def held_only_through(logon: int, taxpayer: int, *, at: datetime) -> list[PortfolioHolder]:
    """The portfolios that the logon holds and that nothing feeds any more once it has left this taxpayer.

    Its first portfolio is fed by all that it is Master Administrator of, a received one only by the sources that it
    came with: so of two portfolios one may lose its last source while the other goes on.
    """
    mastered = set(mastered_taxpayers(logon, at=at))
    if taxpayer not in mastered:
        return []
    held = list(PortfolioHolder.objects.filter(holder=logon, ended_at=None))
    feeds: dict[int, set[int]] = {one.portfolio_id: set() for one in held if one.received}
    kept = PortfolioSource.objects.filter(live_at(at), portfolio_id__in=feeds).values_list(
        "portfolio_id", "taxpayer_id"
    )
    for portfolio, source in kept:
        feeds[portfolio].add(source)
    return [one for one in held if feeds.get(one.portfolio_id, mastered) & mastered == {taxpayer}]


def masters_of(taxpayers: Iterable[int], *, at: datetime, but: int | None = None) -> QuerySet[TaxpayerAccess]:
    """Full Master Administrators of these taxpayers whose logons are active."""
    active = LogonStanding.objects.filter(live_at(at), status="active")
    return TaxpayerAccess.objects.filter(
        live_at(at),
        taxpayer_id__in=list(taxpayers),
        access_type="MA",
        accepted=True,
        provisional=False,
        logon_id__in=active.values("logon_id"),
    ).exclude(logon_id=but or 0)


def _taxpayers(logon: Logon, accesses: Sequence[TaxpayerAccess], at: datetime) -> list[LeftTaxpayer]:
    mastered = [one.taxpayer_id for one in accesses if one.access_type == "MA" and one.accepted and not one.provisional]
    others = set(masters_of(mastered, at=at, but=logon.pk).values_list("taxpayer_id", flat=True))
    last = set(mastered) - others
    candidates = _candidates(last, at)
    return [LeftTaxpayer(one, one.taxpayer_id in last, candidates.get(one.taxpayer_id, [])) for one in accesses]


def _candidates(taxpayers: Iterable[int], at: datetime) -> Mapping[int, list[Logon]]:
    active = LogonStanding.objects.filter(live_at(at), status="active")
    administrators = TaxpayerAccess.objects.filter(
        live_at(at),
        taxpayer_id__in=list(taxpayers),
        access_type="TA",
        accepted=True,
        logon_id__in=active.values("logon_id"),
    )
    found: dict[int, list[Logon]] = {}
    for access in administrators.select_related("logon").order_by("logon__last_name", "logon_id"):
        there = found.setdefault(access.taxpayer_id, [])
        if len(there) < CANDIDATES:
            there.append(access.logon)
    return found


def _portfolios(logon: Logon, held: Iterable[PortfolioHolder], at: datetime) -> list[LeftPortfolio]:
    portfolios = []
    mastered = mastered_taxpayers(logon.pk, at=at)
    for one in sorted(held, key=lambda one: (one.received, one.portfolio_id)):
        sources = mastered
        if one.received:
            kept = PortfolioSource.objects.filter(portfolio_id=one.portfolio_id, ended_at=None)
            sources = sorted(set(mastered) & set(kept.values_list("taxpayer_id", flat=True)))
        receivers = Logon.objects.filter(pk__in=masters_of(sources, at=at, but=logon.pk).values("logon_id"))
        members = SecondaryLogon.objects.filter(portfolio_id=one.portfolio_id, ended_at=None).count()
        receivers_shown = list(receivers.order_by("last_name", "pk")[:CANDIDATES])
        groups = SecurityGroup.objects.filter(portfolio_id=one.portfolio_id, ended_at=None, is_default=False).count()
        keys = [receiver.pk for receiver in receivers_shown]
        less = count_falling_away(one.portfolio_id, sources=sources, receivers=keys, at=at) if keys else {}
        portfolios.append(
            LeftPortfolio(one.portfolio_id, _names(sources), members, receivers_shown, sources, less, groups)
        )
    return portfolios


def _names(taxpayers: Iterable[int]) -> str:
    names = Taxpayer.objects.filter(pk__in=list(taxpayers)).order_by("kind", "name_folded")
    shown = list(names.values_list("legal_name", flat=True)[:4])
    return ", ".join(shown[:3]) + (", …" if len(shown) > 3 else "")


@dataclass(frozen=True, slots=True)
class ParkedPortfolio:
    """A portfolio that nobody holds, until ``until``.

    ``falls_away``: it also had customers through taxpayers that the asking person does not administer; which ones,
    is not theirs to know.
    """

    portfolio: int
    name: str
    secondary_logons: int
    until: datetime
    left_by: str
    falls_away: bool = False


def parked_portfolios(actor: Logon, *, at: datetime, only: int | None = None) -> list[ParkedPortfolio]:
    """The portfolios that rest and that this Master Administrator of the firm may take over, within 90 days."""
    if is_secondary(actor.pk) or not LogonStanding.objects.filter(live_at(at), logon=actor, status="active").exists():
        return []
    mine = mastered_taxpayers(actor.pk, at=at)
    sources = PortfolioSource.objects.filter(ended_at=None, taxpayer_id__in=mine)
    if only is not None:
        sources = sources.filter(portfolio_id=only)
    since = at - timedelta(days=settings.PORTFOLIO_PARKED_DAYS)
    held = PortfolioHolder.objects.filter(ended_at=None).values("portfolio_id")
    ended = (
        PortfolioHolder.objects.filter(portfolio_id__in=sources.values("portfolio_id"))
        .exclude(portfolio_id__in=held)
        .values("portfolio_id")
        .annotate(at=Max("ended_at"))
        .filter(at__gt=since)
        .order_by("portfolio_id")
    )
    found = []
    for row in ended:
        portfolio = row["portfolio_id"]
        kept = set(
            PortfolioSource.objects.filter(portfolio_id=portfolio, ended_at=None).values_list("taxpayer_id", flat=True)
        )
        feeds = set(mine) & kept
        members = SecondaryLogon.objects.filter(portfolio_id=portfolio, ended_at=None).count()
        until = row["at"] + timedelta(days=settings.PORTFOLIO_PARKED_DAYS)
        before = former_holder(portfolio)
        left_by = before.holder.full_name if before else ""
        found.append(ParkedPortfolio(portfolio, _names(feeds), members, until, left_by, falls_away=feeds != kept))
    return found


def over_portfolios(*, at: datetime, most: int, only: int | None = None) -> list[int]:
    """Portfolios that rested for 90 days and that nobody took over: what is left of them is to be closed."""
    before = at - timedelta(days=settings.PORTFOLIO_PARKED_DAYS)
    held = PortfolioHolder.objects.filter(ended_at=None).values("portfolio_id")
    left = SecurityGroup.objects.filter(is_default=True, ended_at=None).exclude(portfolio_id__in=held)
    if only is not None:
        left = left.filter(portfolio_id=only)
    over = (
        PortfolioHolder.objects.filter(portfolio_id__in=left.values("portfolio_id"))
        .values("portfolio_id")
        .annotate(at=Max("ended_at"))
        .filter(at__lte=before)
        .order_by("at", "portfolio_id")
    )
    return [row["portfolio_id"] for row in over[:most]]


def unfed_portfolios(*, at: datetime, most: int, only: int | None = None) -> list[PortfolioHolder]:
    """Received portfolios whose holder is Master Administrator of none of their sources any more."""
    mastered = TaxpayerAccess.objects.filter(
        live_at(at), logon_id=OuterRef(OuterRef("holder_id")), access_type="MA", accepted=True, provisional=False
    )
    sources = PortfolioSource.objects.filter(live_at(at), portfolio_id=OuterRef("portfolio_id"))
    fed = sources.filter(taxpayer_id__in=mastered.values("taxpayer_id"))
    held = PortfolioHolder.objects.filter(~Exists(fed), received=True, ended_at=None)
    if only is not None:
        held = held.filter(portfolio_id=only)
    return list(held.order_by("portfolio_id")[:most])


def open_offers(logon: Logon, *, at: datetime) -> list[SuccessorOffer]:
    """Taxpayers that wait for this person's answer."""
    offers = SuccessorOffer.objects.filter(offered_to=logon, state=OfferState.OPEN, expires_at__gt=at)
    return list(offers.select_related("taxpayer", "offered_by").order_by("offered_at"))
