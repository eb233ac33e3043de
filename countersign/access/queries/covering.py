"""Whether one secondary logon's reach covers that of another, or of whole security groups (SPEC 2, ``administer``).

It is judged by what decides: groups, account types, ceilings. So "covers" also holds for clients that are gained
later, and never rests on a group being empty for the moment.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from countersign.access.models import GroupMember, Refinement, SecondaryLogon
from countersign.access.queries.own import live_at
from countersign.policy.rights import AccessType, Rights


class Limits(NamedTuple):
    """What bounds a secondary logon. ``refined``: (taxpayer, account or None) → the most that it may have there."""

    access_type: AccessType
    default_rights: Rights
    account_types: frozenset[int] | None
    groups: frozenset[int]
    refined: Mapping[tuple[int, int | None], Rights]

    @property
    def ceiling(self) -> Rights:
        """What it has where no refinement speaks."""
        return Rights.ALL_ACCESS if self.access_type is AccessType.MASTER_ADMINISTRATOR else self.default_rights

    def at_most(self, taxpayer: int, account: int | None) -> Rights:
        """The most on this account, or (None) on any account of the customer that has no refinement of its own."""
        of_customer = self.refined.get((taxpayer, None))
        if of_customer == Rights.NO_ACCESS:
            return Rights.NO_ACCESS
        of_account = self.refined.get((taxpayer, account)) if account is not None else None
        for found in (of_account, of_customer):
            if found is not None:
                return found
        return self.ceiling


def limits_of(logon: int, *, at: datetime) -> Limits | None:
    """The limits of a secondary logon now; None for any other logon."""
    return limits_of_all([logon], at=at).get(logon)


def limits_of_all(logons: Collection[int], *, at: datetime) -> dict[int, Limits]:
    """The limits of those of the logons that are secondary ones now. Three statements, however many they are."""
    facts = {one.logon_id: one for one in SecondaryLogon.objects.filter(live_at(at), logon_id__in=logons)}
    if not facts:
        return {}
    groups: dict[int, set[int]] = {logon: set() for logon in facts}
    for logon, group in GroupMember.objects.filter(live_at(at), logon_id__in=facts).values_list("logon_id", "group_id"):
        groups[logon].add(group)
    refined: dict[int, dict[tuple[int, int | None], Rights]] = {logon: {} for logon in facts}
    for logon, taxpayer, account, rights in Refinement.objects.filter(live_at(at), logon_id__in=facts).values_list(
        "logon_id", "taxpayer_id", "account_id", "rights"
    ):
        refined[logon][taxpayer, account] = Rights(rights)
    return {
        logon: Limits(
            AccessType(fact.access_type),
            Rights(fact.default_rights),
            None if fact.account_types is None else frozenset(fact.account_types),
            frozenset(groups[logon]),
            refined[logon],
        )
        for logon, fact in facts.items()
    }


def covers_groups(own: Limits, groups: Collection[int]) -> bool:
    """Whether everything in these groups is within the reach: let in to all of them, limited nowhere."""
    unlimited = own.account_types is None and own.ceiling == Rights.ALL_ACCESS
    return (
        unlimited
        and not any(rights < Rights.ALL_ACCESS for rights in own.refined.values())
        and (set(groups) <= own.groups)
    )


def covers(own: Limits, other: Limits) -> bool:
    """Whether ``other`` can nowhere have more than ``own``."""
    if not other.groups <= own.groups:
        return False
    if own.account_types is not None and (other.account_types is None or not other.account_types <= own.account_types):
        return False
    if other.ceiling > own.ceiling:
        return False
    places = {*own.refined, *other.refined}
    return all(other.at_most(*place) <= own.at_most(*place) for place in places) and all(
        other.at_most(taxpayer, None) <= own.at_most(taxpayer, None) for taxpayer, _account in places
    )
