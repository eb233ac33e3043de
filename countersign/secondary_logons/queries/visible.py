"""Which customers and accounts of a portfolio the actor may know of: all, or those within a secondary MA's reach."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import connection

from countersign.access.operations.secondary import Place
from countersign.access.queries.chosen_customers import GROUP_NOW
from countersign.access.queries.covering import Limits
from countersign.portfolios.queries import Standing
from countersign.secondary_logons.queries.accounts import places_in_reach
from countersign.taxpayers.models import Account


class Visible:
    """Which customers the actor may know of: all of the portfolio, or those that a secondary MA is let in to."""

    def __init__(self, standing: Standing, at: datetime) -> None:
        self._standing, self._at = standing, at

    def find(self, column: str, wanted: Iterable[Any]) -> list[tuple[int, str]]:
        """(key, folded name) of those that ``column`` of the derived customers finds."""
        limits = self._standing.limits
        groups = None if limits is None else sorted(limits.groups)
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT k.taxpayer_id, k.name_folded FROM access_customer k
                WHERE k.portfolio_id = %(portfolio)s AND k.passed_on AND k.{column} = ANY(%(wanted)s)
                  AND (%(groups)s::bigint[] IS NULL OR ({GROUP_NOW}) = ANY(%(groups)s))""",
                {
                    "portfolio": self._standing.portfolio,
                    "at": self._at,
                    "wanted": list(wanted),
                    "groups": groups,
                },
            )
            found: list[tuple[int, str]] = cursor.fetchall()
        if limits is None:
            return found
        return [row for row in found if limits.at_most(row[0], None) or _named_alone(limits, row[0])]

    def taxpayers(self, keys: Iterable[int]) -> set[int]:
        """Those of the keys that the actor may know of."""
        return {key for key, _name in self.find("taxpayer_id", keys)}


def visible_places(standing: Standing, places: Collection[Place], *, at: datetime) -> set[Place]:
    """Those places that the portfolio can pass on and the actor may know of.

    "Only where its own reach covers the whole reach of what it touches" (SPEC 2, ``administer``): to a secondary MA a
    customer of another group, or an account of a type that it is not let in to, does not exist.
    """
    known = places_in_reach(standing.portfolio, places)
    limits = standing.limits
    if limits is None:
        return known
    seen = Visible(standing, at).taxpayers({place.taxpayer for place in known})
    keys = [place.account for place in known if place.account is not None]
    types = dict(Account.objects.filter(pk__in=keys).values_list("pk", "account_type_id"))
    return {
        place
        for place in known
        if place.taxpayer in seen
        and (place.account is None or limits.account_types is None or types.get(place.account) in limits.account_types)
        and (place.account is None or limits.at_most(*place))
    }


def _named_alone(limits: Limits, taxpayer: int) -> bool:
    return any(
        rights and limits.at_most(taxpayer, account)
        for (of, account), rights in limits.refined.items()
        if of == taxpayer
    )
