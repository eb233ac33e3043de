"""Which customers of a portfolio a receiver would not reach: "listed first", before it is handed over (SPEC 3)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection

from countersign.access.queries.chosen_customers import GROUP_NOW
from countersign.access.queries.group_changes import ChangedCustomer
from countersign.access.queries.live import live
from countersign.policy.rights import Rights

# A received portfolio keeps its sources "as far as the new holder is MA of them" (SPEC 2). What passes through the
# others is lost, unless it passes with no lower rights through one that is kept.
_FALLS = f"""
    WITH kept AS (
        SELECT ta.logon_id AS receiver, ta.taxpayer_id FROM access_taxpayeraccess ta
        WHERE ta.logon_id = ANY(%(receivers)s::bigint[]) AND ta.taxpayer_id = ANY(%(sources)s::bigint[])
          AND ta.access_type = 'MA' AND ta.accepted AND NOT ta.provisional AND {live("ta", past=False)}
    ), lost AS (
        SELECT receiver, taxpayer_id
        FROM unnest(%(receivers)s::bigint[]) receiver CROSS JOIN unnest(%(sources)s::bigint[]) taxpayer_id
        EXCEPT SELECT receiver, taxpayer_id FROM kept
    ), passing AS (
        SELECT lost.receiver, a.taxpayer_id, a.id AS account, {int(Rights.ALL_ACCESS)} AS rights
        FROM lost JOIN taxpayers_account a ON a.taxpayer_id = lost.taxpayer_id
        UNION ALL
        SELECT lost.receiver, a.taxpayer_id, a.id, g.rights
        FROM lost JOIN access_grant g ON g.third_party_id = lost.taxpayer_id AND {live("g", past=False)}
        JOIN taxpayers_account a ON a.id = g.account_id
    ), falls AS (
        SELECT DISTINCT p.receiver, k.taxpayer_id, k.name_folded FROM passing p
        JOIN access_customer k ON k.portfolio_id = %(portfolio)s AND k.taxpayer_id = p.taxpayer_id AND k.passed_on
             AND ({GROUP_NOW}) IS NOT NULL
        WHERE NOT EXISTS (SELECT FROM kept WHERE kept.receiver = p.receiver AND kept.taxpayer_id = p.taxpayer_id)
          AND NOT EXISTS (
              SELECT FROM kept JOIN access_grant g ON g.third_party_id = kept.taxpayer_id AND {live("g", past=False)}
              WHERE kept.receiver = p.receiver AND g.account_id = p.account AND g.rights >= p.rights)
    )
"""


def count_falling_away(
    portfolio: int, *, sources: Collection[int], receivers: Collection[int], at: datetime
) -> dict[int, int]:
    """Receiver (a logon's key) → of how many customers it reaches less than passes now. Those without are missing.

    ``sources``: keys of the taxpayers that feed the portfolio. One statement, however many receivers there are.
    """
    parameters = _parameters(portfolio, sources, receivers, at)
    with connection.cursor() as cursor:
        cursor.execute(f"{_FALLS} SELECT receiver, count(*) FROM falls GROUP BY receiver", parameters)
        return dict(cursor.fetchall())


def falling_away(
    portfolio: int, *, sources: Collection[int], receiver: int, at: datetime, first: int, size: int
) -> list[ChangedCustomer]:
    """Those customers, by name: ``size`` of them, from number ``first`` on (0 is the first one)."""
    parameters = {**_parameters(portfolio, sources, [receiver], at), "first": first, "size": size}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""{_FALLS} SELECT falls.taxpayer_id, t.legal_name
            FROM falls JOIN taxpayers_taxpayer t ON t.id = falls.taxpayer_id
            ORDER BY falls.name_folded, falls.taxpayer_id OFFSET %(first)s LIMIT %(size)s""",
            parameters,
        )
        return [ChangedCustomer(*row) for row in cursor.fetchall()]


def _parameters(portfolio: int, sources: Collection[int], receivers: Collection[int], at: datetime) -> dict[str, Any]:
    return {"portfolio": portfolio, "sources": sorted(sources), "receivers": sorted(receivers), "at": at}
