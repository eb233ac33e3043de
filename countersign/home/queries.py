"""What Home shows: the filters that were asked for, and the list behind them."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from countersign.access.models import PortfolioHolder, SecondaryLogon
from countersign.access.queries.listing import Filter
from countersign.access.queries.own import live_at
from countersign.policy.rights import Rights
from countersign.taxpayers.models import AccountType

LONGEST_SEARCH = 200
CAPACITIES = ("own", "client")
LEAST = {rights.name.lower(): rights for rights in Rights if rights}


def account_types() -> list[AccountType]:
    """All types, by name, for the filter. There are a few dozen at most."""
    return list(AccountType.objects.order_by("name")[:200])


def asked_filter(request: HttpRequest, types: list[AccountType]) -> Filter:
    """The filter of the address. What is not one of the choices narrows nothing."""
    code = request.GET.get("type", "")
    capacity = request.GET.get("as", "")
    return Filter(
        search=request.GET.get("q", "")[:LONGEST_SEARCH],
        account_type=next((known.pk for known in types if known.code == code), None),
        capacity=capacity if capacity in CAPACITIES else "",
        least=LEAST.get(request.GET.get("can", ""), Rights.VIEW_ONLY),
    )


def manager_left(secondary: int, *, at: datetime) -> bool:
    """Whether nobody holds the portfolio of this secondary logon: the parent has left, and nobody has taken over."""
    portfolios = SecondaryLogon.objects.filter(live_at(at), logon_id=secondary).values("portfolio_id")
    return not PortfolioHolder.objects.filter(live_at(at), portfolio_id__in=portfolios).exists()
