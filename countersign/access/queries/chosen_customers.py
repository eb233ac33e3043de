"""Which customers of a portfolio a change is about: some by key, or all that match a search. Never a list of 50,000."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from countersign.access.queries.live import live
from countersign.access.queries.prepared import storable
from countersign.taxpayers.identifiers import folded_name


class Chosen(NamedTuple):
    """Customers by key (``taxpayers``), or all whose name holds ``search``; only those in ``group``, if it is given."""

    taxpayers: tuple[int, ...] | None = None
    search: str = ""
    group: int | None = None


# The group that the customer ``k`` is in at this moment. Only where a plan may change it the facts are asked.
GROUP_NOW = f"""CASE WHEN NOT k.timed THEN k.group_id ELSE (
    SELECT coalesce(
        (SELECT CASE WHEN {live("pg", past=False)} THEN pg.id ELSE dg.id END FROM access_placement pl
         JOIN access_securitygroup pg ON pg.id = pl.group_id AND pg.portfolio_id = pl.portfolio_id
         WHERE pl.portfolio_id = k.portfolio_id AND pl.taxpayer_id = k.taxpayer_id
           AND {live("pl", past=False)} LIMIT 1),
        CASE WHEN NOT (t.kind = 'individual' AND EXISTS (
            SELECT FROM access_taxpayeraccess own JOIN access_portfolioholder h ON h.holder_id = own.logon_id
            WHERE h.portfolio_id = k.portfolio_id AND {live("h", past=False)} AND own.taxpayer_id = k.taxpayer_id
              AND own.access_type = 'MA' AND own.accepted AND {live("own", past=False)})) THEN dg.id END)
    FROM taxpayers_taxpayer t
    LEFT JOIN access_securitygroup dg ON dg.portfolio_id = k.portfolio_id AND dg.is_default AND {live("dg", past=False)}
    WHERE t.id = k.taxpayer_id) END"""


# Individuals of whom the holder of the portfolio is Master Administrator: only these may be kept to it.
OWN_INDIVIDUAL = f"""EXISTS (
    SELECT FROM taxpayers_taxpayer t JOIN access_taxpayeraccess own ON own.taxpayer_id = t.id
    JOIN access_portfolioholder h ON h.holder_id = own.logon_id
    WHERE t.id = k.taxpayer_id AND t.kind = 'individual' AND h.portfolio_id = k.portfolio_id
      AND {live("h", past=False)} AND own.access_type = 'MA' AND own.accepted AND {live("own", past=False)})"""


def keepable(portfolio: int, chosen: Chosen, *, at: datetime) -> int:
    """How many of the chosen customers are shared by a placement and may be kept to the parent logon again."""
    parameters: dict[str, Any] = {"portfolio": portfolio, "at": at}
    where = condition(chosen, parameters)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT count(*) FROM access_customer k
            WHERE {where} AND {OWN_INDIVIDUAL} AND ({GROUP_NOW}) IS NOT NULL""",
            parameters,
        )
        return int(cursor.fetchone()[0])


def condition(chosen: Chosen, parameters: dict[str, Any]) -> str:
    """SQL on ``access_customer k``; fills in its parameters."""
    sql = "k.portfolio_id = %(portfolio)s AND k.passed_on"
    if chosen.taxpayers is not None:
        parameters["taxpayers"] = list(chosen.taxpayers)
        sql += " AND k.taxpayer_id = ANY(%(taxpayers)s)"
    typed = chosen.search.strip()
    if typed:
        folded = folded_name(storable(typed))
        parameters["like"] = "%" + _escaped(folded) + "%" if folded else None
        sql += " AND k.name_folded LIKE %(like)s"
    if chosen.group is not None:
        parameters["from_group"] = chosen.group
        sql += f" AND (k.group_id = %(from_group)s OR k.timed) AND ({GROUP_NOW}) = %(from_group)s"
    return sql


def groups_of_customers(portfolio: int, *, at: datetime) -> dict[int, int | None]:
    """Every customer that can be placed → the group that it is in now; None: kept to the parent."""
    parameters: dict[str, Any] = {"portfolio": portfolio, "at": at}
    where = condition(Chosen(), parameters)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT k.taxpayer_id, {GROUP_NOW} FROM access_customer k WHERE {where}", parameters)
        return dict(cursor.fetchall())


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def in_order(keys: Sequence[int]) -> tuple[int, ...]:
    """Keys without repeats, in order."""
    return tuple(sorted(set(keys)))
