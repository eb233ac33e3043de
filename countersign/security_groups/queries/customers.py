"""Customer Security: every customer of a portfolio with its group, walked in name order, searched and filtered in SQL.

As all lists do, it walks the derived customers and asks the facts about each row: a customer stands here because
something passes from it now or by plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from countersign.access.queries.chosen_customers import GROUP_NOW, Chosen, condition
from countersign.access.queries.live import live
from countersign.access.queries.secondary_profile import sources_of_holder
from countersign.portfolios.queries import Standing

CSV_BATCH = 1_000
MOST_CUSTOMERS = 10_000_000


class CustomerRow(NamedTuple):
    """One customer. ``group``: None where the parent logon keeps it to itself. ``firm``: a source, not a client."""

    taxpayer: int
    legal_name: str
    name_folded: str
    group: int | None
    group_name: str | None
    firm: bool


class Narrowed(NamedTuple):
    """What the list is narrowed to. ``kept``: only individuals that the parent logon keeps to itself."""

    search: str = ""
    group: int | None = None
    kept: bool = False


Place = tuple[str, int]


class CustomerPage(NamedTuple):
    """Rows in the order asked for, and whether there is more on either side."""

    rows: list[CustomerRow]
    has_previous: bool
    has_next: bool


def customers_page(
    standing: Standing,
    *,
    narrowed: Narrowed,
    at: datetime,
    descending: bool = False,
    after: Place | None = None,
    before: Place | None = None,
    size: int = 50,
) -> CustomerPage:
    """A page by name. ``after`` and ``before`` (folded name, key) are exclusive. Two statements, whatever the firm."""
    backwards = before is not None
    rows = _rows(standing, narrowed, at, descending != backwards, before or after, size + 1, None)
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        return CustomerPage(rows[::-1], more, True)
    return CustomerPage(rows, after is not None, more)


def customer_of(standing: Standing, taxpayer: int, *, at: datetime) -> CustomerRow | None:
    """One customer, if the actor may see it."""
    rows = _rows(standing, Narrowed(), at, False, None, 1, taxpayer)
    return rows[0] if rows else None


def all_customers(standing: Standing, *, narrowed: Narrowed, at: datetime) -> Iterator[list[CustomerRow]]:
    """Everything that the list has, batch by batch."""
    after: Place | None = None
    while batch := _rows(standing, narrowed, at, False, after, CSV_BATCH, None):
        yield batch
        after = (batch[-1].name_folded, batch[-1].taxpayer)


def every_customer(standing: Standing, *, at: datetime) -> dict[int, CustomerRow]:
    """All of them by key, in one statement: a file of 100,000 rows is held against it."""
    return {row.taxpayer: row for row in _rows(standing, Narrowed(), at, False, None, MOST_CUSTOMERS, None)}


def groups_of_chosen(portfolio: int, chosen: Chosen, *, at: datetime) -> set[int | None]:
    """The groups that the chosen customers are in now; None for what is kept to the parent."""
    parameters: dict[str, Any] = {"portfolio": portfolio, "at": at}
    where = condition(chosen, parameters)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT {GROUP_NOW} FROM access_customer k WHERE {where}", parameters)
        return {row[0] for row in cursor.fetchall()}


def _rows(
    standing: Standing,
    narrowed: Narrowed,
    at: datetime,
    descending: bool,
    beyond: Place | None,
    limit: int,
    taxpayer: int | None,
) -> list[CustomerRow]:
    sources, timed = _sources(standing.portfolio, at)
    parameters: dict[str, Any] = {
        "portfolio": standing.portfolio,
        "at": at,
        "sources": sources,
        "limit": limit,
    }
    chosen = Chosen((taxpayer,) if taxpayer is not None else None, narrowed.search)
    where = [condition(chosen, parameters), _passing(standing, parameters)]
    group = GROUP_NOW if timed else "k.group_id"
    if narrowed.group is not None:
        parameters["only"] = narrowed.group
        where.append(f"({group}) = %(only)s")
        where.append("(k.group_id = %(only)s OR k.timed)" if timed else "k.group_id = %(only)s")
    if narrowed.kept:
        where.append(f"({group}) IS NULL AND (k.group_id IS NULL OR k.timed)")
    if standing.limits is not None:
        parameters["visible"] = sorted(standing.limits.groups)
        where.append(f"({group}) = ANY(%(visible)s)")
    if beyond is not None:
        parameters["name"], parameters["key"] = beyond
        where.append(f"(k.name_folded, k.taxpayer_id) {'<' if descending else '>'} (%(name)s, %(key)s)")
    order = "DESC" if descending else "ASC"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT found.taxpayer_id, t.legal_name, found.name_folded, g.id, g.name,
                found.taxpayer_id = ANY(%(sources)s)
            FROM (SELECT k.taxpayer_id, k.name_folded, {group} AS group_id FROM access_customer k
                  WHERE {" AND ".join(where)}
                  ORDER BY k.name_folded {order}, k.taxpayer_id {order} LIMIT %(limit)s) found
            JOIN taxpayers_taxpayer t ON t.id = found.taxpayer_id
            LEFT JOIN access_securitygroup g ON g.id = found.group_id
            ORDER BY found.name_folded {order}, found.taxpayer_id {order}""",
            parameters,
        )
        return [CustomerRow(*row) for row in cursor.fetchall()]


def _passing(standing: Standing, parameters: dict[str, Any]) -> str:
    """SQL: something passes from customer ``k``, now or by plan; for a secondary MA, of what it is let in to.

    Scalar subqueries, not EXISTS: the planner must ask about each row of the page, not hash every grant of the firm.
    """
    granted = """(SELECT true FROM access_grant p WHERE p.account_id = a.id AND p.third_party_id = ANY(%(sources)s)
        AND p.ended_at IS NULL AND (p.ends_at IS NULL OR p.ends_at > %(at)s) LIMIT 1)"""
    if standing.limits is None:
        return f"""(k.taxpayer_id = ANY(%(sources)s) OR (
            SELECT true FROM taxpayers_account a WHERE a.taxpayer_id = k.taxpayer_id AND {granted} LIMIT 1))"""
    types = standing.limits.account_types
    parameters |= {"types": None if types is None else sorted(types), "actor": standing.actor.pk}
    return f"""(SELECT true FROM taxpayers_account a
        LEFT JOIN access_refinement ra ON ra.logon_id = %(actor)s AND ra.account_id = a.id
             AND ra.taxpayer_id = a.taxpayer_id AND {live("ra", past=False)}
        LEFT JOIN access_refinement rc ON rc.logon_id = %(actor)s AND rc.taxpayer_id = a.taxpayer_id
             AND rc.account_id IS NULL AND {live("rc", past=False)}
        WHERE a.taxpayer_id = k.taxpayer_id AND (a.taxpayer_id = ANY(%(sources)s) OR {granted})
          AND (%(types)s::bigint[] IS NULL OR a.account_type_id = ANY(%(types)s))
          AND CASE WHEN rc.rights = 0 THEN 0 ELSE coalesce(ra.rights, rc.rights, 3) END > 0 LIMIT 1)"""


def _sources(portfolio: int, at: datetime) -> tuple[list[int], bool]:
    """The taxpayers that feed the portfolio, and whether any customer changes its group by a plan."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {sources_of_holder()[0]},
                EXISTS (SELECT FROM access_customer c WHERE c.portfolio_id = %(portfolio)s AND c.timed)
            FROM access_portfolioholder h WHERE h.portfolio_id = %(portfolio)s AND {live("h", past=False)}""",
            {"portfolio": portfolio, "at": at},
        )
        row = cursor.fetchone()
    return (row[0], row[1]) if row else ([], False)
