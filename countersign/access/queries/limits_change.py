"""What other limits would do to one secondary logon: account by account, before anybody submits them.

Groups, account types, ceiling and refinements may all change at once. It is the rule of SPEC 2 for a secondary logon,
asked twice over the same accounts: once with the limits before, once with those after. Without writes or locks; as if
the logon were in use, so that the parent of somebody who has not enrolled yet sees what will be.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from countersign.access.queries.chosen_customers import GROUP_NOW
from countersign.access.queries.covering import Limits
from countersign.access.queries.live import live
from countersign.access.queries.paths import active, parentless, paused, taxpayer_has
from countersign.access.queries.secondary_profile import sources_of_holder
from countersign.policy.rights import Rights


class LimitsPreview(NamedTuple):
    """How many accounts the logon may do more or less on, and how many clients it sees newly or no more."""

    accounts_gained: int
    accounts_lost: int
    clients_gained: int
    clients_lost: int

    @property
    def version(self) -> str:
        """Names exactly this outcome."""
        return hashlib.sha256(repr(tuple(self)).encode()).hexdigest()[:32]


class ChangedAccount(NamedTuple):
    """One account on which the logon would have other rights."""

    taxpayer_name: str
    account_type: str
    account_number: str
    before: Rights
    after: Rights


def preview_of_limits(portfolio: int, before: Limits, after: Limits, *, at: datetime) -> LimitsPreview:
    """Count what changes between two sets of limits. One statement."""
    sql, parameters = _levels(portfolio, before, after, at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""{sql}, client AS (
                SELECT taxpayer_id, max(was) AS was, max(will) AS will FROM level GROUP BY taxpayer_id)
            SELECT (SELECT count(*) FROM level WHERE will > was), (SELECT count(*) FROM level WHERE will < was),
                   (SELECT count(*) FROM client WHERE was = 0 AND will > 0),
                   (SELECT count(*) FROM client WHERE was > 0 AND will = 0)""",
            parameters,
        )
        return LimitsPreview(*cursor.fetchone())


def accounts_of_limits(
    portfolio: int, before: Limits, after: Limits, *, gained: bool, at: datetime, first: int, size: int
) -> list[ChangedAccount]:
    """A page of the accounts behind a count, by client and account number."""
    sql, parameters = _levels(portfolio, before, after, at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""{sql} SELECT t.legal_name, ty.name, level.number, level.was, level.will
            FROM level JOIN taxpayers_taxpayer t ON t.id = level.taxpayer_id
            JOIN taxpayers_accounttype ty ON ty.id = level.account_type_id
            WHERE level.will {">" if gained else "<"} level.was
            ORDER BY level.name_folded, level.taxpayer_id, level.number LIMIT %(size)s OFFSET %(first)s""",
            {**parameters, "first": first, "size": size},
        )
        return [
            ChangedAccount(name, account_type, number, Rights(was), Rights(will))
            for name, account_type, number, was, will in cursor.fetchall()
        ]


def _levels(portfolio: int, before: Limits, after: Limits, at: datetime) -> tuple[str, dict[str, Any]]:
    """SQL that ends in ``level``: every account that may change, with its rights before (was) and after (will)."""
    parameters: dict[str, Any] = {
        "portfolio": portfolio,
        "at": at,
        "either": sorted(before.groups | after.groups),
        "refined": _singled_out(before, after),
        **_side("was", before),
        **_side("will", after),
    }

    def alive(alias: str) -> str:
        return live(alias, past=False)

    sources, client_sources = sources_of_holder()
    sql = f"""WITH held AS MATERIALIZED (
        SELECT {sources} AS sources, {client_sources} AS client_sources FROM access_portfolioholder h
        WHERE h.portfolio_id = %(portfolio)s AND {alive("h")} AND {active("h.holder_id", past=False)}
          AND {parentless("h.holder_id")}),
    granted AS MATERIALIZED (
        SELECT g.account_id, max(g.rights) AS rights FROM held JOIN access_grant g
          ON g.third_party_id = ANY(held.client_sources) AND {alive("g")} GROUP BY g.account_id),
    customer AS MATERIALIZED (
        SELECT k.taxpayer_id, k.name_folded, ({GROUP_NOW}) AS group_id, k.taxpayer_id = ANY(held.sources) AS own,
               {paused("k.taxpayer_id", past=False)} AS paused
        FROM access_customer k CROSS JOIN held
        WHERE k.portfolio_id = %(portfolio)s AND k.passed_on AND (k.timed OR k.group_id = ANY(%(either)s))
          AND (%(refined)s::bigint[] IS NULL OR k.taxpayer_id = ANY(%(refined)s))
          AND NOT {taxpayer_has("k.taxpayer_id", "frozen_as_taxpayer", past=False)}),
    limit_was AS MATERIALIZED (
        SELECT * FROM unnest(%(was_t)s::bigint[], %(was_a)s::bigint[], %(was_r)s::int[]) x(t, a, r)),
    limit_will AS MATERIALIZED (
        SELECT * FROM unnest(%(will_t)s::bigint[], %(will_a)s::bigint[], %(will_r)s::int[]) x(t, a, r)),
    through AS MATERIALIZED (
        SELECT c.taxpayer_id, c.name_folded, c.group_id, a.id AS account_id, a.number, a.account_type_id,
               CASE WHEN c.own THEN 3 WHEN NOT c.paused THEN granted.rights END AS rights
        FROM customer c JOIN taxpayers_account a ON a.taxpayer_id = c.taxpayer_id
        LEFT JOIN granted ON granted.account_id = a.id),
    level AS MATERIALIZED (
        SELECT o.taxpayer_id, o.name_folded, o.number, o.account_type_id,
               {_level("was")} AS was, {_level("will")} AS will
        FROM through o
        LEFT JOIN limit_was was_c ON was_c.t = o.taxpayer_id AND was_c.a = 0
        LEFT JOIN limit_was was_x ON was_x.t = o.taxpayer_id AND was_x.a = o.account_id
        LEFT JOIN limit_will will_c ON will_c.t = o.taxpayer_id AND will_c.a = 0
        LEFT JOIN limit_will will_x ON will_x.t = o.taxpayer_id AND will_x.a = o.account_id
        WHERE o.rights IS NOT NULL)"""
    return sql, parameters


def _level(side: str) -> str:
    """SPEC 2 for one account: nothing outside groups and account types, else the lower of parent's and ceiling."""
    return f"""CASE WHEN o.group_id = ANY(%({side}_groups)s::bigint[])
             AND (%({side}_types)s::bigint[] IS NULL OR o.account_type_id = ANY(%({side}_types)s))
        THEN least(o.rights, CASE WHEN {side}_c.r = 0 THEN 0
                             ELSE coalesce({side}_x.r, {side}_c.r, %({side}_ceiling)s) END)
        ELSE 0 END"""


def _side(side: str, limits: Limits) -> dict[str, Any]:
    refined = sorted(((taxpayer, account or 0), int(level)) for (taxpayer, account), level in limits.refined.items())
    return {
        f"{side}_groups": sorted(limits.groups),
        f"{side}_types": None if limits.account_types is None else sorted(limits.account_types),
        f"{side}_ceiling": int(limits.ceiling),
        f"{side}_t": [place[0] for place, _level in refined],
        f"{side}_a": [place[1] for place, _level in refined],
        f"{side}_r": [level for _place, level in refined],
    }


def _singled_out(before: Limits, after: Limits) -> list[int] | None:
    """The only taxpayers that can change, where nothing but refinements does; None: any may."""
    whole = ("groups", "account_types", "ceiling")
    if any(getattr(before, one) != getattr(after, one) for one in whole):
        return None
    places = {*before.refined.items()} ^ {*after.refined.items()}
    return sorted({taxpayer for (taxpayer, _account), _level in places})
