"""What a file of placements would do: many customers, each to a group of its own, in one statement.

Every pair of groups (left, come to) that occurs gets a number, which takes the place of the group that a customer
leaves in :mod:`countersign.access.queries.group_changes`; each logon adds up what comes to its groups and what leaves
them, less what moves between two of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from countersign.access.queries.group_changes import (
    SEEN,
    Change,
    ChangedCustomer,
    Preview,
    customers_of,
    preview_of,
)


class Move(NamedTuple):
    """A customer leaves one group (None: it is kept to the parent) for another."""

    left: int | None
    target: int


_LEFT, _TARGET = "(%(lefts)s::bigint[])[{0}]", "(%(targets)s::bigint[])[{0}]"
_FROM, _TO = _LEFT.format("o.before"), _TARGET.format("o.before")


def _by(group: str) -> str:
    """Customers by the group they leave, or come to, and account types, added up for each logon."""
    return f"""SELECT m.logon_id, sum(o.n) AS n FROM member m CROSS JOIN unnest(m.groups) AS own
        JOIN (SELECT {group.format("before")} AS of_group, types, sum(n) AS n FROM cell GROUP BY 1, 2) o
             ON o.of_group = own
        WHERE {SEEN} GROUP BY m.logon_id"""


_BETWEEN = f"""SELECT m.logon_id, sum(o.n) AS n
    FROM member m CROSS JOIN unnest(m.groups) AS one CROSS JOIN unnest(m.groups) AS other
    JOIN (SELECT {_LEFT.format("before")} AS l, {_TARGET.format("before")} AS t, types, n FROM cell) o
         ON o.l = one AND o.t = other
    WHERE {SEEN} GROUP BY m.logon_id"""
_COUNTED = f"""
    SELECT m.logon_id, coalesce(come.n, 0) - coalesce(between_own.n, 0) AS gains,
           coalesce(gone.n, 0) - coalesce(between_own.n, 0) AS losses
    FROM member m
    LEFT JOIN ({_by(_TARGET)}) come ON come.logon_id = m.logon_id
    LEFT JOIN ({_by(_LEFT)}) gone ON gone.logon_id = m.logon_id
    LEFT JOIN ({_BETWEEN}) between_own ON between_own.logon_id = m.logon_id"""


def preview_of_moves(portfolio: int, moves: Mapping[int, Move], *, at: datetime) -> Preview:
    """What all of it would do. ``moves``: customer → where from, as it stands now, and where to."""
    return preview_of(_change(portfolio, moves, at))


def customers_of_moves(
    portfolio: int, moves: Mapping[int, Move], *, logon: int, gained: bool, at: datetime, first: int, size: int
) -> list[ChangedCustomer]:
    """A page of the clients that one logon would gain or lose, by name."""
    return customers_of(_change(portfolio, moves, at), logon, gained, first, size)


def _change(portfolio: int, moves: Mapping[int, Move], at: datetime) -> Change:
    pairs = {pair: number for number, pair in enumerate(sorted(set(moves.values()), key=str), start=1)}
    return Change(
        """SELECT k.taxpayer_id, k.name_folded, moving.pair AS before
        FROM unnest(%(moving)s::bigint[], %(pairs)s::int[]) AS moving(taxpayer_id, pair)
        JOIN access_customer k ON k.portfolio_id = %(portfolio)s AND k.passed_on
             AND k.taxpayer_id = moving.taxpayer_id""",
        "true",
        f"{_TO} = ANY(m.groups) AND ({_FROM} IS NULL OR NOT {_FROM} = ANY(m.groups))",
        f"{_FROM} = ANY(m.groups) AND NOT {_TO} = ANY(m.groups)",
        _COUNTED,
        {
            "portfolio": portfolio,
            "at": at,
            "moving": list(moves),
            "pairs": [pairs[move] for move in moves.values()],
            "lefts": [pair.left for pair in pairs],
            "targets": [pair.target for pair in pairs],
        },
    )
