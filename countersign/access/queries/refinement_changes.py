"""What a file of refinements would do to many secondary logons at once, before anybody submits it.

For one logon :mod:`countersign.access.queries.limits_change` says the same; this one looks only at the customers that
are named, for all logons in one statement. Without writes or locks; as if each logon were in use.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from countersign.access.queries.chosen_customers import GROUP_NOW
from countersign.access.queries.limits_change import ChangedAccount
from countersign.access.queries.live import live
from countersign.access.queries.paths import active, parentless, paused, taxpayer_has
from countersign.access.queries.secondary_profile import sources_of_holder
from countersign.policy.rights import Rights

Places = Mapping[Any, Rights | None]
"""(taxpayer, account or None) → the most there from then on; None: the default holds again."""


class LogonRefined(NamedTuple):
    """On how many accounts one logon may do more and less, and how many clients it sees newly or no more."""

    logon: int
    accounts_gained: int
    accounts_lost: int
    clients_gained: int
    clients_lost: int


class RefinementsPreview(NamedTuple):
    """What would happen: whoever gains or loses anything, by key."""

    logons: list[LogonRefined]

    @property
    def version(self) -> str:
        """Names exactly this outcome."""
        return hashlib.sha256(repr(sorted(self.logons)).encode()).hexdigest()[:32]


def preview_of_refinements(portfolio: int, changes: Mapping[int, Places], *, at: datetime) -> RefinementsPreview:
    """Count what changes. ``changes``: logon → places. One statement."""
    sql, parameters = _levels(portfolio, changes, at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""{sql}, client AS (
                SELECT logon_id, taxpayer_id, max(was) AS was, max(will) AS will FROM level GROUP BY 1, 2),
            of_clients AS (
                SELECT logon_id, count(*) FILTER (WHERE was = 0 AND will > 0) AS gained,
                       count(*) FILTER (WHERE was > 0 AND will = 0) AS lost FROM client GROUP BY 1),
            of_accounts AS (
                SELECT logon_id, count(*) FILTER (WHERE will > was) AS gained,
                       count(*) FILTER (WHERE will < was) AS lost FROM level GROUP BY 1)
            SELECT a.logon_id, a.gained, a.lost, c.gained, c.lost
            FROM of_accounts a JOIN of_clients c ON c.logon_id = a.logon_id
            WHERE a.gained > 0 OR a.lost > 0 ORDER BY 1""",
            parameters,
        )
        return RefinementsPreview([LogonRefined(*row) for row in cursor.fetchall()])


def accounts_of_refinements(
    portfolio: int, changes: Mapping[int, Places], *, logon: int, gained: bool, at: datetime, first: int, size: int
) -> list[ChangedAccount]:
    """A page of the accounts behind a count of one logon, by client and account number."""
    sql, parameters = _levels(portfolio, {logon: changes.get(logon, {})}, at)
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


def _levels(portfolio: int, changes: Mapping[int, Places], at: datetime) -> tuple[str, dict[str, Any]]:
    """SQL that ends in ``level``: every account of a named customer, with each logon's rights before and after."""
    wanted = [
        (logon, taxpayer, account or 0, -1 if rights is None else int(rights))
        for logon, places in changes.items()
        for (taxpayer, account), rights in places.items()
    ]
    parameters: dict[str, Any] = {
        "portfolio": portfolio,
        "at": at,
        "logons": [one[0] for one in wanted],
        "taxpayers": [one[1] for one in wanted],
        "accounts": [one[2] for one in wanted],
        "rights": [one[3] for one in wanted],
    }

    def alive(alias: str) -> str:
        return live(alias, past=False)

    sources, client_sources = sources_of_holder()
    sql = f"""WITH held AS MATERIALIZED (
        SELECT {sources} AS sources, {client_sources} AS client_sources FROM access_portfolioholder h
        WHERE h.portfolio_id = %(portfolio)s AND {alive("h")} AND {active("h.holder_id", past=False)}
          AND {parentless("h.holder_id")}),
    wanted AS MATERIALIZED (
        SELECT * FROM unnest(%(logons)s::bigint[], %(taxpayers)s::bigint[], %(accounts)s::bigint[], %(rights)s::int[])
            x(logon_id, t, a, r)),
    touched AS MATERIALIZED (SELECT DISTINCT logon_id, t AS taxpayer_id FROM wanted),
    member AS MATERIALIZED (
        SELECT s.logon_id, s.account_types, CASE s.access_type WHEN 'MA' THEN 3 ELSE s.default_rights END AS ceiling,
               ARRAY(SELECT gm.group_id FROM access_groupmember gm
                     WHERE gm.logon_id = s.logon_id AND {alive("gm")}) AS groups
        FROM access_secondarylogon s
        WHERE s.portfolio_id = %(portfolio)s AND {alive("s")} AND s.logon_id IN (SELECT logon_id FROM touched)),
    customer AS MATERIALIZED (
        SELECT k.taxpayer_id, k.name_folded, ({GROUP_NOW}) AS group_id, k.taxpayer_id = ANY(held.sources) AS own,
               {paused("k.taxpayer_id", past=False)} AS paused
        FROM access_customer k CROSS JOIN held
        WHERE k.portfolio_id = %(portfolio)s AND k.passed_on AND k.taxpayer_id IN (SELECT taxpayer_id FROM touched)
          AND NOT {taxpayer_has("k.taxpayer_id", "frozen_as_taxpayer", past=False)}),
    through AS MATERIALIZED (
        SELECT c.taxpayer_id, c.name_folded, c.group_id, a.id AS account_id, a.number, a.account_type_id,
               CASE WHEN c.own THEN 3 WHEN NOT c.paused THEN (
                   SELECT max(g.rights) FROM held, access_grant g WHERE g.account_id = a.id
                   AND g.third_party_id = ANY(held.client_sources) AND {alive("g")}) END AS rights
        FROM customer c JOIN taxpayers_account a ON a.taxpayer_id = c.taxpayer_id),
    ceiling AS (
        SELECT m.logon_id, o.taxpayer_id, o.name_folded, o.number, o.account_type_id, o.rights, m.ceiling,
               o.group_id = ANY(m.groups)
               AND (m.account_types IS NULL OR o.account_type_id = ANY(m.account_types)) AS let_in,
               rc.rights AS was_c, ra.rights AS was_a,
               CASE WHEN wc.r IS NULL THEN rc.rights WHEN wc.r >= 0 THEN wc.r END AS will_c,
               CASE WHEN wa.r IS NULL THEN ra.rights WHEN wa.r >= 0 THEN wa.r END AS will_a
        FROM touched JOIN member m ON m.logon_id = touched.logon_id
        JOIN through o ON o.taxpayer_id = touched.taxpayer_id AND o.rights IS NOT NULL
        LEFT JOIN wanted wc ON wc.logon_id = m.logon_id AND wc.t = o.taxpayer_id AND wc.a = 0
        LEFT JOIN wanted wa ON wa.logon_id = m.logon_id AND wa.t = o.taxpayer_id AND wa.a = o.account_id
        LEFT JOIN access_refinement rc ON rc.logon_id = m.logon_id AND rc.taxpayer_id = o.taxpayer_id
             AND rc.account_id IS NULL AND {alive("rc")}
        LEFT JOIN access_refinement ra ON ra.logon_id = m.logon_id AND ra.taxpayer_id = o.taxpayer_id
             AND ra.account_id = o.account_id AND {alive("ra")}),
    level AS MATERIALIZED (
        SELECT logon_id, taxpayer_id, name_folded, number, account_type_id,
               CASE WHEN let_in THEN least(rights, CASE WHEN was_c = 0 THEN 0
                    ELSE coalesce(was_a, was_c, ceiling) END) ELSE 0 END AS was,
               CASE WHEN let_in THEN least(rights, CASE WHEN will_c = 0 THEN 0
                    ELSE coalesce(will_a, will_c, ceiling) END) ELSE 0 END AS will
        FROM ceiling)"""
    return sql, parameters
