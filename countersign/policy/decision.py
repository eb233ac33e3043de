"""The rule of SPEC 2: who may do what. Pure: facts in, decision out.

A right is the highest of the *routes* that lead from the logon to the account; each route is one capacity
(own, client, or through the parent) with the links of its path. A refusal carries the reason of the route
that came closest, so that a page can say what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

from countersign.policy.facts import (
    ENDED_LIFE,
    AccessFacts,
    Condition,
    Facts,
    GrantFacts,
    SecondaryFacts,
    Standing,
    TaxpayerFacts,
)
from countersign.policy.reasons import Reason
from countersign.policy.rights import LEAST_RIGHTS, AccessType, Action, Rights

KNOWN_ACTIONS = frozenset(action.value for action in Action)


@dataclass(frozen=True, slots=True)
class Route:
    """One way from a logon to an account, or the way that was closed.

    ``rights`` is No Access on a closed way and ``reason`` then says why. ``group``, ``third_party`` and
    ``grant`` are the links of the path logon → parent → group → third party → grant → account.
    """

    rights: Rights
    reason: Reason
    parent: int | None = None
    group: int | None = None
    third_party: int | None = None
    grant: int | None = None
    ceiling: Rights | None = None

    @property
    def open(self) -> bool:
        """Whether anything passes."""
        return self.rights > Rights.NO_ACCESS


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer. ``rights`` never depend on the action asked."""

    allowed: bool
    rights: Rights
    reason: Reason
    routes: tuple[Route, ...] = ()

    @property
    def path(self) -> Route | None:
        """The route that decided."""
        return self.routes[0] if self.routes else None


def decide(facts: Facts, action: str) -> Decision:
    """Whether the logon may do ``action`` on the account at the moment of the facts (SPEC 2).

    ``action`` is one of :class:`Action`; any other word is denied. ``administer`` asked of an account is
    asked of its taxpayer.
    """
    routes = routes_to(facts)
    best = routes[0]
    if action not in KNOWN_ACTIONS:
        return Decision(False, best.rights, Reason.UNKNOWN_ACTION, routes)
    if action == Action.ADMINISTER:
        reason = administers(facts)
        allowed = reason is Reason.OWN_MASTER_ADMINISTRATOR
        return Decision(allowed, best.rights, reason, routes)
    if not best.open:
        return Decision(False, best.rights, best.reason, routes)
    if best.rights < LEAST_RIGHTS[Action(action)]:
        reason = Reason.PROVISIONAL if best.reason is Reason.OWN_PROVISIONAL else Reason.RIGHTS_TOO_LOW
        return Decision(False, best.rights, reason, routes)
    return Decision(True, best.rights, best.reason, routes)


def administers(facts: Facts) -> Reason:
    """``administer`` T: parentless, full (not provisional) MA of T, nobody else.

    Returns ``own_master_administrator`` if so, else the reason why not. A freeze of the taxpayer leaves
    it: operations that widen ask for the freeze themselves.
    """
    if facts.logon is None:
        return Reason.UNKNOWN_LOGON
    if facts.taxpayer is None:
        return Reason.UNKNOWN_ACCOUNT
    if facts.standing is not Standing.ACTIVE:
        return Reason.LOGON_NOT_ACTIVE
    if facts.secondary_ever or facts.access is None:
        return Reason.NOT_MASTER_ADMINISTRATOR
    if facts.access.access_type is not AccessType.MASTER_ADMINISTRATOR:
        return Reason.NOT_MASTER_ADMINISTRATOR
    if not facts.access.accepted:
        return Reason.ACCESS_NOT_ACCEPTED
    if facts.access.provisional:
        return Reason.PROVISIONAL
    return Reason.OWN_MASTER_ADMINISTRATOR


def routes_to(facts: Facts) -> tuple[Route, ...]:
    """All routes from the logon to the account, the deciding one first. Never empty."""
    if facts.logon is None:
        return (_closed(Reason.UNKNOWN_LOGON),)
    if facts.account is None or facts.taxpayer is None:
        return (_closed(Reason.UNKNOWN_ACCOUNT),)
    if facts.standing is not Standing.ACTIVE:
        return (_closed(Reason.LOGON_NOT_ACTIVE),)
    if facts.secondary is None and facts.secondary_ever:
        return (_closed(Reason.NO_ACCESS),)
    if facts.secondary is not None:
        routes = _through_parent(facts, facts.taxpayer, facts.secondary)
    else:
        routes = [
            _own(facts.access, facts.account_rights, facts.taxpayer),
            *(_client(grant, facts.taxpayer) for grant in facts.grants),
        ]
    return tuple(sorted(routes, key=_closest_first))


def _own(access: AccessFacts | None, account_rights: Rights | None, taxpayer: TaxpayerFacts) -> Route:
    """*own*: All Access if MA (File and Pay while provisional), else what a TA holds on the account."""
    if access is None:
        return _closed(Reason.NO_ACCESS)
    if not access.accepted:
        return _closed(Reason.ACCESS_NOT_ACCEPTED)
    if access.access_type is AccessType.MASTER_ADMINISTRATOR:
        rights, reason = Rights.ALL_ACCESS, Reason.OWN_MASTER_ADMINISTRATOR
        if access.provisional:
            rights, reason = Rights.FILE_AND_PAY, Reason.OWN_PROVISIONAL
        if taxpayer.frozen:
            rights = min(rights, Rights.VIEW_ONLY)
        return Route(rights, reason)
    if taxpayer.frozen:
        return _closed(Reason.TAXPAYER_FROZEN)
    if taxpayer.paused:
        return _closed(Reason.TAXPAYER_PAUSED)
    if not account_rights:
        return _closed(Reason.NO_ACCESS)
    return Route(account_rights, Reason.OWN_TAX_ADMINISTRATOR)


def _client(grant: GrantFacts, taxpayer: TaxpayerFacts) -> Route:
    """*client*: a grant live now to a third party of which the logon is (full) MA."""
    closed = _grant_closed(grant, taxpayer)
    if closed is not None:
        return Route(Rights.NO_ACCESS, closed, third_party=grant.third_party, grant=grant.key)
    return Route(grant.rights, Reason.CLIENT, third_party=grant.third_party, grant=grant.key)


def _grant_closed(grant: GrantFacts, taxpayer: TaxpayerFacts) -> Reason | None:
    if not grant.begun:
        return Reason.GRANT_NOT_BEGUN
    if grant.ended:
        return Reason.GRANT_ENDED
    if taxpayer.frozen:
        return Reason.TAXPAYER_FROZEN
    if taxpayer.paused:
        return Reason.TAXPAYER_PAUSED
    if Condition.FROZEN_AS_THIRD_PARTY in grant.third_party_conditions:
        return Reason.THIRD_PARTY_FROZEN
    if grant.third_party_conditions & ENDED_LIFE:
        return Reason.THIRD_PARTY_CLOSED
    if not grant.holder_full:
        return Reason.PROVISIONAL
    return None


def _through_parent(facts: Facts, taxpayer: TaxpayerFacts, secondary: SecondaryFacts) -> list[Route]:
    """For a secondary logon: the lower of what passes through the parent and the logon's ceiling."""
    if secondary.holder is None:
        return [_closed(Reason.PORTFOLIO_PARKED)]
    if secondary.holder_standing is not Standing.ACTIVE:
        return [_closed(Reason.PARENT_NOT_ACTIVE)]
    if not secondary.accepted:
        return [_closed(Reason.ACCESS_NOT_ACCEPTED)]
    through = [_client(grant, taxpayer) for grant in facts.grants if grant.is_source and grant.holder_full]
    if secondary.own_source:
        closed = _closed(Reason.TAXPAYER_FROZEN)
        through.append(closed if taxpayer.frozen else Route(Rights.ALL_ACCESS, Reason.OWN_MASTER_ADMINISTRATOR))
    if not through:
        return [_closed(Reason.PARENT_HAS_NO_ACCESS)]
    group = group_of(facts.access, taxpayer, secondary)
    ceiling, limited = _ceiling(secondary)
    barred: Reason | None = None
    if group is None:
        barred = Reason.KEPT_TO_PARENT
    elif group not in secondary.groups:
        barred = Reason.NOT_IN_GROUP
    elif not secondary.account_type_selected:
        barred = Reason.ACCOUNT_TYPE_NOT_SELECTED
    elif ceiling is Rights.NO_ACCESS:
        barred = Reason.LIMITED_TO_NO_ACCESS if limited else Reason.NO_ACCESS
    return [_limited(route, secondary, group, ceiling, barred) for route in through]


def _limited(
    route: Route, secondary: SecondaryFacts, group: int | None, ceiling: Rights, barred: Reason | None
) -> Route:
    rights, reason = min(route.rights, ceiling), Reason.SECONDARY_LOGON
    if not route.open:
        rights, reason = Rights.NO_ACCESS, route.reason
    elif barred is not None:
        rights, reason = Rights.NO_ACCESS, barred
    return Route(rights, reason, secondary.holder, group, route.third_party, route.grant, ceiling)


def group_of(access: AccessFacts | None, taxpayer: TaxpayerFacts, secondary: SecondaryFacts) -> int | None:
    """The one security group that T is in: where it was placed, else Default; an individual of whom the
    parent is MA is kept to the parent until placed (None)."""
    if secondary.placed_in is not None:
        return secondary.placed_in
    if taxpayer.individual and access is not None and access.master_administrator:
        return None
    return secondary.default_group


def _ceiling(secondary: SecondaryFacts) -> tuple[Rights, bool]:
    """The most that the secondary logon may have on the account, and whether a refinement said so."""
    if secondary.customer_refinement is Rights.NO_ACCESS:
        return Rights.NO_ACCESS, True
    if secondary.account_refinement is not None:
        return secondary.account_refinement, True
    if secondary.customer_refinement is not None:
        return secondary.customer_refinement, True
    if secondary.access_type is AccessType.MASTER_ADMINISTRATOR:
        return Rights.ALL_ACCESS, False
    return secondary.default_rights, False


def _closed(reason: Reason) -> Route:
    return Route(Rights.NO_ACCESS, reason)


# Which refusal to tell when several routes are closed: the one that came closest to being open.
_CLOSENESS = (
    Reason.TAXPAYER_FROZEN,
    Reason.TAXPAYER_PAUSED,
    Reason.THIRD_PARTY_FROZEN,
    Reason.THIRD_PARTY_CLOSED,
    Reason.LIMITED_TO_NO_ACCESS,
    Reason.ACCOUNT_TYPE_NOT_SELECTED,
    Reason.NOT_IN_GROUP,
    Reason.KEPT_TO_PARENT,
    Reason.ACCESS_NOT_ACCEPTED,
    Reason.GRANT_NOT_BEGUN,
    Reason.GRANT_ENDED,
)
_RANK = {reason: rank for rank, reason in enumerate(_CLOSENESS)}


def _closest_first(route: Route) -> tuple[int, int, int]:
    """The highest right first; among equals own before client; among closed the closest."""
    return (-route.rights, _RANK.get(route.reason, len(_CLOSENESS)), 0 if route.grant is None else 1)
