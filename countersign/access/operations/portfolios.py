"""A parent logon's first portfolio."""

from __future__ import annotations

from datetime import datetime

from countersign.access.models import (
    Portfolio,
    PortfolioHolder,
    SecondaryLogon,
    SecurityGroup,
    TaxpayerAccess,
)
from countersign.logons.models import Logon

DEFAULT_GROUP = "Default"


def ensure_portfolio(holder: Logon, *, now: datetime, submission: str = "") -> int:
    """The key of the logon's own portfolio, made with its Default group if there is none yet.

    The logon's row is locked, so that two transactions do not each make one.
    """
    Logon.objects.select_for_update().get(pk=holder.pk)
    held = PortfolioHolder.objects.filter(holder=holder, received=False, ended_at__isnull=True).first()
    if held is not None:
        return held.portfolio_id
    portfolio = Portfolio.objects.create()
    PortfolioHolder.objects.create(portfolio=portfolio, holder=holder, begins_at=now, begun_by=submission)
    SecurityGroup.objects.create(
        portfolio=portfolio, is_default=True, name=DEFAULT_GROUP, begins_at=now, begun_by=submission
    )
    return portfolio.pk


def ensure_portfolios_of(third_party: int, *, now: datetime, submission: str = "") -> list[int]:
    """Every full Master Administrator of a third party gets a portfolio: lists of clients page over it.

    Returns the keys of those made now: their whole list of customers is yet to be derived.
    """
    masters = TaxpayerAccess.objects.filter(
        taxpayer_id=third_party, access_type="MA", accepted=True, provisional=False, ended_at__isnull=True
    ).exclude(logon__portfolios__in=PortfolioHolder.objects.filter(received=False, ended_at__isnull=True))
    secondary = SecondaryLogon.objects.values("logon_id")
    holders = masters.exclude(logon_id__in=secondary).select_related("logon").order_by("logon_id")
    return [ensure_portfolio(access.logon, now=now, submission=submission) for access in holders]
