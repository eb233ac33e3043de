"""Who is let in to which group, as a matrix: secondary logons down, security groups across."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet

from countersign.access.models import GroupMember, SecondaryLogon
from countersign.access.queries.own import live_at
from countersign.portfolios.queries import Standing
from countersign.security_groups.queries.groups import GroupRow, group_rows


class MatrixRow(NamedTuple):
    """A secondary logon; ``groups``: those that it is let in to, also such as are not among the columns shown."""

    logon: int
    username: str
    full_name: str
    groups: frozenset[int]


class Matrix(NamedTuple):
    """A part of the matrix, and how large the whole is. ``most``: customers of the largest group."""

    groups: list[GroupRow]
    rows: list[MatrixRow]
    all_groups: int
    all_rows: int
    most: int
    customers: dict[int, int]

    def reach_of(self, row: MatrixRow) -> int:
        """How many customers there are in the groups of one logon."""
        return sum(self.customers.get(group, 0) for group in row.groups)


def matrix(
    standing: Standing, *, at: datetime, search: str, first_row: int, rows: int, first_group: int, groups: int
) -> Matrix:
    """Rows from ``first_row`` and columns from ``first_group`` on (counted from 0). A constant number of queries.

    ``search`` is a part of a name or username. A secondary MA sees the groups that it is let in to, and who else is.
    """
    every_group = group_rows(standing, at=at)
    logons = _logons(standing, [row.group.pk for row in every_group], search, at)
    shown = list(logons[first_row : first_row + rows])
    return Matrix(
        every_group[first_group : first_group + groups],
        _rows(shown, [row.group.pk for row in every_group], at),
        len(every_group),
        logons.count(),
        max((row.customers for row in every_group), default=0),
        {row.group.pk: row.customers for row in every_group},
    )


def matrix_rows(
    standing: Standing, groups: Sequence[GroupRow], *, at: datetime, search: str, batch: int = 200
) -> Iterator[list[MatrixRow]]:
    """The rows of the whole matrix, a batch at a time: for downloads. ``groups``: its columns."""
    keys = [row.group.pk for row in groups]
    logons = _logons(standing, keys, search, at)
    first = 0
    while shown := list(logons[first : first + batch]):
        yield _rows(shown, keys, at)
        first += batch


def _logons(standing: Standing, groups: Sequence[int], search: str, at: datetime) -> QuerySet[SecondaryLogon]:
    found = SecondaryLogon.objects.filter(live_at(at), portfolio_id=standing.portfolio).select_related("logon")
    for word in search.split():
        found = found.filter(
            Q(logon__first_name__icontains=word)
            | Q(logon__last_name__icontains=word)
            | Q(logon__username__icontains=word)
        )
    if standing.limits is not None:
        members = GroupMember.objects.filter(live_at(at), group_id__in=groups)
        found = found.filter(logon_id__in=members.values("logon_id"))
    return found.order_by("logon__last_name", "logon__first_name", "logon__username")


def _rows(shown: Sequence[SecondaryLogon], groups: Sequence[int], at: datetime) -> list[MatrixRow]:
    members = GroupMember.objects.filter(live_at(at), logon_id__in=[one.logon_id for one in shown], group_id__in=groups)
    let_in: dict[int, set[int]] = defaultdict(set)
    for logon, group in members.values_list("logon_id", "group_id"):
        let_in[logon].add(group)
    return [
        MatrixRow(one.logon_id, one.logon.username, one.logon.full_name, frozenset(let_in[one.logon_id]))
        for one in shown
    ]
