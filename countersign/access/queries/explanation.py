"""A decision with its routes spelled out in names: what *why* pages and ``countersign explain`` show."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from countersign.access.models import SecurityGroup
from countersign.access.queries.decisions import check_many
from countersign.access.queries.facts import Question
from countersign.logons.models import Logon
from countersign.policy.decision import Decision, Route
from countersign.policy.reasons import Reason
from countersign.policy.rights import Rights
from countersign.taxpayers.models import Taxpayer


class NamedRoute(NamedTuple):
    """One route with the names of its links, for people. Absent links are empty."""

    rights: Rights
    reason: Reason
    parent: Logon | None
    group: SecurityGroup | None
    third_party: Taxpayer | None
    grant: int | None
    ceiling: Rights | None


class Explanation(NamedTuple):
    """The decision and every route that was looked at, the deciding one first."""

    decision: Decision
    routes: list[NamedRoute]


def explain(username: str, action: str, account_number: str, *, at: datetime | None = None) -> Explanation:
    """Why the logon may or may not (SPEC 2: every answer carries a reason code and the path).

    Precise about everything: whoever shows it to people first makes sure that they may see it.
    """
    decision = check_many([(action, Question(username, account_number, at))])[0]
    return Explanation(decision, name_routes(decision.routes))


def name_routes(routes: tuple[Route, ...]) -> list[NamedRoute]:
    """The routes with their keys replaced by rows, three queries at the most."""
    parents = Logon.objects.in_bulk({route.parent for route in routes if route.parent})
    groups = SecurityGroup.objects.in_bulk({route.group for route in routes if route.group})
    third_parties = Taxpayer.objects.in_bulk({route.third_party for route in routes if route.third_party})
    return [
        NamedRoute(
            route.rights,
            route.reason,
            parents.get(route.parent) if route.parent else None,
            groups.get(route.group) if route.group else None,
            third_parties.get(route.third_party) if route.third_party else None,
            route.grant,
            route.ceiling,
        )
        for route in routes
    ]
