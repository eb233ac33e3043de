"""Security groups as the actor may see them: all of the portfolio, or those that a secondary MA is let in to."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from countersign.access.models import GroupMember, SecurityGroup
from countersign.access.queries.customer_counts import customers_by_group
from countersign.access.queries.own import live_at
from countersign.policy.errors import Invalid, Refused
from countersign.policy.reasons import Reason
from countersign.portfolios.queries import Standing


class GroupRow(NamedTuple):
    """A group with how many customers it has, and how many logons are let in to it."""

    group: SecurityGroup
    customers: int
    logons: int

    @property
    def version(self) -> str:
        """Names exactly this name and description."""
        seen = repr((self.group.pk, self.group.name, self.group.description))
        return hashlib.sha256(seen.encode()).hexdigest()[:32]


class Member(NamedTuple):
    """A secondary logon that is let in to a group."""

    logon: int
    username: str
    full_name: str


SORTS = {
    "name": lambda row: row.group.name.casefold(),
    "customers": lambda row: row.customers,
    "logons": lambda row: row.logons,
}


def visible_groups(standing: Standing, *, at: datetime) -> QuerySet[SecurityGroup]:
    """The live groups that the actor may know of (law 4)."""
    groups = SecurityGroup.objects.filter(live_at(at), portfolio_id=standing.portfolio)
    return groups if standing.limits is None else groups.filter(pk__in=standing.limits.groups)


def group_rows(standing: Standing, *, at: datetime, search: str = "", sort: str = "name") -> list[GroupRow]:
    """The groups whose name or description holds ``search``, counted. ``sort`` is a key of :data:`SORTS`, or -key.

    A portfolio has hundreds of groups, not more: they are put in order here, Default first where names decide.
    """
    typed = search.casefold()
    found = [
        group
        for group in visible_groups(standing, at=at)
        if typed in group.name.casefold() or typed in group.description.casefold()
    ]
    rows = counted(standing.portfolio, found, at=at)
    key = sort.removeprefix("-")
    rows.sort(key=SORTS["name"])
    rows.sort(key=SORTS.get(key, SORTS["name"]), reverse=sort.startswith("-"))
    if key not in SORTS or sort == "name":
        rows.sort(key=lambda row: not row.group.is_default)
    return rows


def counted(portfolio: int, groups: Sequence[SecurityGroup], *, at: datetime) -> list[GroupRow]:
    """The groups with their numbers of customers and logons."""
    only = groups[0].pk if len(groups) == 1 else None
    customers = customers_by_group(portfolio, only=only)
    # By portfolio: the keys of 500 groups would take longer to read than their members to count.
    members = GroupMember.objects.filter(live_at(at), group__portfolio_id=portfolio)
    if only is not None:
        members = members.filter(group_id=only)
    logons = dict(members.values_list("group_id").annotate(Count("logon_id")).order_by())
    return [GroupRow(group, customers.get(group.pk, 0), logons.get(group.pk, 0)) for group in groups]


def group_of(standing: Standing, group: int, *, at: datetime) -> GroupRow:
    """One group, counted. Raises a hidden ``Refused`` (404) where there is none that the actor may see."""
    found = visible_groups(standing, at=at).filter(pk=group).first()
    if found is None:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    return counted(standing.portfolio, [found], at=at)[0]


def target_group(standing: Standing, group: int, *, at: datetime) -> SecurityGroup:
    """The group that customers are to come to. Raises ``Invalid`` when it is no longer there."""
    found = visible_groups(standing, at=at).filter(pk=group).first()
    if found is None:
        raise Invalid({"group": _("This security group no longer exists. Select another.")})
    return found


def members_of(group: int, *, at: datetime, first: int, size: int) -> list[Member]:
    """A page of the logons that are let in to the group, by name."""
    members = GroupMember.objects.filter(live_at(at), group_id=group).select_related("logon")
    found = members.order_by("logon__last_name", "logon__first_name", "logon__username")[first : first + size]
    return [Member(one.logon_id, one.logon.username, one.logon.full_name) for one in found]
