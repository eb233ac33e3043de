"""One secondary logon of a portfolio, as its page and every operation on it see it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from countersign.access.models import LogonStanding, PortfolioHolder, SecondaryLogon, SecurityGroup
from countersign.access.queries.covering import Limits, covers, limits_of
from countersign.access.queries.own import live_at
from countersign.logons.models import Link, Logon
from countersign.policy.errors import Refused
from countersign.policy.facts import Standing as LogonStatus
from countersign.policy.portfolios import may_manage_logon
from countersign.policy.reasons import Reason
from countersign.policy.rights import AccessType
from countersign.portfolios.queries import Standing

ENROLL = "enroll"
"""The kind of link that the invitation carries."""


@dataclass(frozen=True, slots=True)
class Secondary:
    """A secondary logon that belongs to the portfolio now."""

    logon: Logon
    fact: SecondaryLogon
    status: LogonStatus
    limits: Limits

    @property
    def access_type(self) -> AccessType:
        """Master or Tax Administrator."""
        return AccessType(self.fact.access_type)

    @property
    def version(self) -> str:
        """Names exactly these facts: a change is refused when others hold by then."""
        limits = self.limits
        seen = (self.fact.pk, self.status.value, sorted(limits.groups), sorted(map(repr, limits.refined.items())))
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:32]


def secondary_of(standing: Standing, logon: int, *, at: datetime) -> Secondary:
    """The secondary logon of this key. Raises a hidden ``Refused`` (404) where the portfolio has none (law 4)."""
    fact = (
        SecondaryLogon.objects.filter(live_at(at), logon_id=logon, portfolio_id=standing.portfolio)
        .select_related("logon")
        .first()
    )
    limits = limits_of(logon, at=at) if fact is not None else None
    if fact is None or limits is None:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    status = LogonStanding.objects.filter(logon_id=logon, ended_at__isnull=True).values_list("status", flat=True)
    return Secondary(fact.logon, fact, LogonStatus(status.first() or LogonStatus.CLOSED.value), limits)


def may_manage(standing: Standing, secondary: Secondary, *, after: Limits | None = None) -> Reason | None:
    """Why the actor may not change this secondary logon into ``after`` (None: it only loses); None if it may."""
    own = standing.limits
    changed = after or secondary.limits
    master = AccessType.MASTER_ADMINISTRATOR
    return may_manage_logon(
        standing.standpoint,
        access_type=master if master in (secondary.access_type, changed.access_type) else secondary.access_type,
        itself=secondary.logon.pk == standing.actor.pk,
        covered=own is None or (covers(own, secondary.limits) and covers(own, changed)),
    )


def may_add(standing: Standing, limits: Limits) -> Reason | None:
    """Why the actor may not add a secondary logon with these limits; None if it may."""
    return may_manage_logon(
        standing.standpoint,
        access_type=limits.access_type,
        itself=False,
        covered=standing.limits is None or covers(standing.limits, limits),
    )


def groups_of(portfolio: int) -> list[SecurityGroup]:
    """The security groups of the portfolio, Default first, then by name."""
    return list(
        SecurityGroup.objects.filter(portfolio_id=portfolio, ended_at__isnull=True).order_by("-is_default", "name")
    )


def open_invitation(logon: int, *, at: datetime) -> Link | None:
    """The newest enrollment link of the logon that can still be used."""
    links = Link.objects.filter(kind=ENROLL, logon_id=logon, used_at=None, void_at=None, expires_at__gt=at)
    return links.order_by("-created_at").first()


def holder_of(portfolio: int, *, at: datetime) -> Logon | None:
    """The parent logon; None while the portfolio is parked."""
    held = PortfolioHolder.objects.filter(live_at(at), portfolio_id=portfolio).select_related("holder").first()
    return held.holder if held else None
