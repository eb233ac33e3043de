"""Who is let in to which group, and what each logon really reaches there: logons down, security groups across."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet

from countersign.access.models import GroupMember, LogonStanding, SecondaryLogon
from countersign.access.queries.covering import covers, limits_of_all
from countersign.access.queries.own import live_at
from countersign.access.queries.reach_counts import Counts, reach_of_logons, total
from countersign.policy.facts import Standing as LogonStatus
from countersign.portfolios.queries import Standing
from countersign.security_groups.queries.groups import GroupRow, group_rows


class MatrixRow(NamedTuple):
    """A secondary logon.

    ``groups``: those that it is let in to, also such as are not among the columns shown. ``reaches``: how many
    customers of each group it really reaches, by the rule: after account types, rights, refinements and No Access. A
    logon that is not active reaches nothing. ``whole``: how many of each group the parent logon passes on. ``opens``:
    whether the actor may see the list behind a count.
    """

    logon: int
    username: str
    full_name: str
    status: LogonStatus
    groups: frozenset[int]
    reaches: Counts
    whole: Counts
    opens: bool

    def limited(self, group: int) -> bool:
        """Whether it reaches not all that the parent logon passes on in this group."""
        return self.reaches.get(group, 0) < self.whole.get(group, 0)

    @property
    def reach(self) -> int:
        """All customers that it reaches: each is in one group only (law 3)."""
        return total({group: count for group, count in self.reaches.items() if group in self.groups})


class Matrix(NamedTuple):
    """A part of the matrix, and how large the whole is."""

    groups: list[GroupRow]
    rows: list[MatrixRow]
    all_groups: int
    all_rows: int

    @property
    def most(self) -> int:
        """The largest count that is shown."""
        shown = {one.group.pk for one in self.groups}
        counts = (count for row in self.rows for group, count in row.reaches.items() if group in shown)
        return max(counts, default=0)


def matrix(
    standing: Standing,
    *,
    at: datetime,
    search: str = "",
    group_search: str = "",
    first_row: int,
    rows: int,
    first_group: int,
    groups: int,
) -> Matrix:
    """Rows from ``first_row`` and columns from ``first_group`` on (counted from 0). A constant number of queries.

    ``search`` is a part of a name or username, ``group_search`` one of a group's name or description. A secondary MA
    sees the groups that it is let in to, and who else is.
    """
    every_group = group_rows(standing, at=at, search=group_search)
    logons = _logons(standing, search, at)
    shown = list(logons[first_row : first_row + rows])
    return Matrix(
        every_group[first_group : first_group + groups], _rows(standing, shown, at), len(every_group), logons.count()
    )


def matrix_rows(standing: Standing, *, at: datetime, search: str, batch: int = 200) -> Iterator[list[MatrixRow]]:
    """The rows of the whole matrix, a batch at a time: for downloads."""
    logons = _logons(standing, search, at)
    first = 0
    while shown := list(logons[first : first + batch]):
        yield _rows(standing, shown, at)
        first += batch


def _logons(standing: Standing, search: str, at: datetime) -> QuerySet[SecondaryLogon]:
    found = SecondaryLogon.objects.filter(live_at(at), portfolio_id=standing.portfolio).select_related("logon")
    for word in search.split():
        found = found.filter(
            Q(logon__first_name__icontains=word)
            | Q(logon__last_name__icontains=word)
            | Q(logon__username__icontains=word)
        )
    if standing.limits is not None:
        members = GroupMember.objects.filter(live_at(at), group_id__in=standing.limits.groups)
        found = found.filter(logon_id__in=members.values("logon_id"))
    return found.order_by("logon__last_name", "logon__first_name", "logon__username")


def _rows(standing: Standing, shown: Sequence[SecondaryLogon], at: datetime) -> list[MatrixRow]:
    logons = [one.logon_id for one in shown]
    members = GroupMember.objects.filter(live_at(at), logon_id__in=logons, group__portfolio_id=standing.portfolio)
    if standing.limits is not None:
        members = members.filter(group_id__in=standing.limits.groups)
    let_in: dict[int, set[int]] = defaultdict(set)
    for logon, group in members.values_list("logon_id", "group_id"):
        let_in[logon].add(group)
    standings = LogonStanding.objects.filter(logon_id__in=logons, ended_at__isnull=True)
    statuses = dict(standings.values_list("logon_id", "status"))
    reaches = reach_of_logons(standing.portfolio, logons, at=at)
    seen = set(logons)
    if standing.limits is not None:
        own, limits = standing.limits, limits_of_all(logons, at=at)
        seen = {logon for logon in logons if logon in limits and covers(own, limits[logon])}
    return [
        MatrixRow(
            one.logon_id,
            one.logon.username,
            one.logon.full_name,
            LogonStatus(statuses.get(one.logon_id, LogonStatus.CLOSED.value)),
            frozenset(let_in[one.logon_id]),
            reaches.of.get(one.logon_id, {}),
            reaches.whole,
            one.logon_id in seen,
        )
        for one in shown
    ]
