"""Keeps the derived list of each portfolio's customers (see :class:`countersign.access.models.Customer`)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

# Every taxpayer that the holder may reach through the portfolio, now or by plan: the sources themselves, and
# whoever granted something to a source; in the holder's own portfolio also what it reaches but never passes on.
# Periods are left to the rule, which each list asks about each row.
_PLANNED = "{0}.ends_at IS NOT NULL OR {0}.begins_at > {0}.recorded_at"
_WANTED = f"""
    WITH holder AS (
        SELECT h.portfolio_id, h.holder_id, h.received FROM access_portfolioholder h
        WHERE h.ended_at IS NULL
          AND (%(portfolios)s::bigint[] IS NULL OR h.portfolio_id = ANY(%(portfolios)s))
    ), source AS (
        SELECT h.portfolio_id, h.holder_id, ta.taxpayer_id,
               ({_PLANNED.format("ta")}) OR EXISTS (
                   SELECT FROM access_portfoliosource ps WHERE h.received AND ps.portfolio_id = h.portfolio_id
                   AND ps.taxpayer_id = ta.taxpayer_id AND ps.ended_at IS NULL AND ({_PLANNED.format("ps")})) AS planned
        FROM holder h
        JOIN access_taxpayeraccess ta ON ta.logon_id = h.holder_id AND ta.access_type = 'MA' AND ta.accepted
             AND NOT ta.provisional AND ta.ended_at IS NULL
        WHERE NOT h.received OR EXISTS (
               SELECT FROM access_portfoliosource ps WHERE ps.portfolio_id = h.portfolio_id
               AND ps.taxpayer_id = ta.taxpayer_id AND ps.ended_at IS NULL)
    ), found AS (
        SELECT source.portfolio_id, source.holder_id, source.taxpayer_id, true AS passed_on,
               a.account_type_id, CASE WHEN a.id IS NOT NULL THEN 'infinity'::timestamptz END AS until, source.planned
        FROM source LEFT JOIN taxpayers_account a ON a.taxpayer_id = source.taxpayer_id
        WHERE %(taxpayers)s::bigint[] IS NULL OR source.taxpayer_id = ANY(%(taxpayers)s)
        UNION ALL
        SELECT source.portfolio_id, source.holder_id, a.taxpayer_id, true, a.account_type_id,
               coalesce(g.ends_at, 'infinity'), source.planned OR g.begins_at > g.recorded_at
        FROM source
        JOIN access_grant g ON g.third_party_id = source.taxpayer_id AND g.ended_at IS NULL
        JOIN taxpayers_account a ON a.id = g.account_id
        WHERE %(taxpayers)s::bigint[] IS NULL OR a.taxpayer_id = ANY(%(taxpayers)s)
        UNION ALL
        SELECT h.portfolio_id, h.holder_id, ta.taxpayer_id, false, NULL, NULL, false
        FROM holder h
        JOIN access_taxpayeraccess ta ON ta.logon_id = h.holder_id AND ta.ended_at IS NULL
        WHERE NOT h.received AND (%(taxpayers)s::bigint[] IS NULL OR ta.taxpayer_id = ANY(%(taxpayers)s))
    ), typed AS (
        SELECT portfolio_id, holder_id, taxpayer_id, account_type_id, bool_or(passed_on) AS passed_on,
               max(until) FILTER (WHERE NOT planned) AS until, bool_or(planned) AS planned
        FROM found GROUP BY portfolio_id, holder_id, taxpayer_id, account_type_id
    ), candidate AS (
        SELECT portfolio_id, holder_id, taxpayer_id, bool_or(passed_on) AS passed_on, bool_or(planned) AS planned,
               coalesce(array_agg(account_type_id ORDER BY account_type_id) FILTER (WHERE until IS NOT NULL), '{{}}')
                   AS account_types,
               CASE WHEN bool_or(until <> 'infinity')
                    THEN array_agg(nullif(until, 'infinity') ORDER BY account_type_id) FILTER (WHERE until IS NOT NULL)
                    ELSE '{{}}' END AS type_ends
        FROM typed GROUP BY portfolio_id, holder_id, taxpayer_id
    )
    SELECT candidate.portfolio_id, candidate.taxpayer_id,
           CASE WHEN NOT candidate.passed_on THEN NULL
                WHEN pl.id IS NOT NULL THEN CASE WHEN pg.ended_at IS NULL THEN pg.id ELSE dg.id END
                WHEN t.kind = 'individual' AND EXISTS (
                     SELECT FROM access_taxpayeraccess own WHERE own.logon_id = candidate.holder_id
                     AND own.taxpayer_id = t.id AND own.access_type = 'MA' AND own.accepted
                     AND own.ended_at IS NULL) THEN NULL
                ELSE dg.id END AS group_id,
           candidate.passed_on,
           candidate.passed_on AND CASE
                WHEN pl.id IS NOT NULL THEN {_PLANNED.format("pl")} OR pg.ended_at IS NULL AND ({_PLANNED.format("pg")})
                ELSE t.kind = 'individual' AND EXISTS (
                     SELECT FROM access_taxpayeraccess own WHERE own.logon_id = candidate.holder_id
                     AND own.taxpayer_id = t.id AND own.access_type = 'MA' AND own.accepted
                     AND own.ended_at IS NULL AND ({_PLANNED.format("own")})) END AS timed,
           candidate.account_types, candidate.type_ends, candidate.planned, t.name_folded
    FROM candidate
    JOIN taxpayers_taxpayer t ON t.id = candidate.taxpayer_id
    LEFT JOIN access_securitygroup dg ON dg.portfolio_id = candidate.portfolio_id AND dg.is_default
         AND dg.ended_at IS NULL
    LEFT JOIN (access_placement pl
               JOIN access_securitygroup pg ON pg.id = pl.group_id AND pg.portfolio_id = pl.portfolio_id)
         ON pl.portfolio_id = candidate.portfolio_id
         AND pl.taxpayer_id = candidate.taxpayer_id AND pl.ended_at IS NULL
"""
_DERIVED = ("group_id", "passed_on", "timed", "account_types", "type_ends", "planned", "name_folded")


def _of(alias: str) -> str:
    return ", ".join(f"{alias}.{column}" for column in _DERIVED)


_SCOPE = """
    (%(portfolios)s::bigint[] IS NULL OR kept.portfolio_id = ANY(%(portfolios)s))
    AND (%(taxpayers)s::bigint[] IS NULL OR kept.taxpayer_id = ANY(%(taxpayers)s))
"""
# What is wanted is found once, and only rows that differ are written: a portfolio that passes on with all its customers
# writes next to nothing. A full join, because the planner takes a firm's customers for a handful and would compare each
# with each.
_REFRESH = f"""
    WITH wanted AS MATERIALIZED ({_WANTED}),
    difference AS MATERIALIZED (
        SELECT portfolio_id, taxpayer_id, {_of("wanted")}
        FROM wanted FULL JOIN (SELECT * FROM access_customer kept WHERE {_SCOPE}) there
             USING (portfolio_id, taxpayer_id)
        WHERE ({_of("wanted")}) IS DISTINCT FROM ({_of("there")})),
    removed AS (
        DELETE FROM access_customer gone USING difference
        WHERE difference.name_folded IS NULL
          AND gone.portfolio_id = difference.portfolio_id AND gone.taxpayer_id = difference.taxpayer_id)
    INSERT INTO access_customer AS kept (portfolio_id, taxpayer_id, {", ".join(_DERIVED)})
    SELECT * FROM difference WHERE name_folded IS NOT NULL
    ON CONFLICT (portfolio_id, taxpayer_id) DO UPDATE
    SET {", ".join(f"{column} = excluded.{column}" for column in _DERIVED)}
"""
_DIFFERENCES = f"""
    SELECT count(*) FROM (
        (SELECT portfolio_id, taxpayer_id, {", ".join(_DERIVED)} FROM access_customer
         EXCEPT ({_WANTED}))
        UNION ALL
        (({_WANTED})
         EXCEPT SELECT portfolio_id, taxpayer_id, {", ".join(_DERIVED)} FROM access_customer)
    ) difference
"""


def refresh(*, portfolios: Sequence[int] | None, taxpayers: Sequence[int] | None) -> None:
    """Make the derived customers of these portfolios and taxpayers (keys; None: all) agree with the facts.

    Call it in the transaction of every change of a source, a grant, a placement, a group or a taxpayer's
    name. The caller holds the lock of :func:`lock_reach` where grants and sources may change at once. Placements
    of a portfolio never change beside it (:func:`lock_portfolio`).
    """
    parameters = {
        "portfolios": None if portfolios is None else list(portfolios),
        "taxpayers": None if taxpayers is None else list(taxpayers),
    }
    with connection.cursor() as cursor:
        for portfolio in sorted(portfolios or ()):
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [_PORTFOLIO_LOCK, portfolio % 2**31])
        cursor.execute(_REFRESH, parameters)


def differences() -> int:
    """How many rows of the derived table differ from the facts. Anything but 0 is a bug."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES, {"portfolios": None, "taxpayers": None})
        row = cursor.fetchone()
    return int(row[0])


def lock_reach(third_party: int, *, sources_change: bool) -> None:
    """Keep "a grant to this third party" and "who is its Master Administrator" from changing at once.

    Changes of grants share the lock; a change of the Master Administrators takes it alone. Without it
    each of two transactions would miss the other's row, and a customer would be missing from a list.
    """
    share = "" if sources_change else "_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock{share}(%s, %s)", [_LOCK_SPACE, third_party % 2**31])


def lock_portfolio(portfolio: int) -> None:
    """Hold a portfolio's groups, placements, secondary logons and derived customers until the transaction ends.

    Every change of them queues here, so that of two parallel saves the second sees what the first left.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_PORTFOLIO_LOCK, portfolio % 2**31])


_LOCK_SPACE = 20_101
_PORTFOLIO_LOCK = 20_104


def portfolios_fed_by(taxpayer: int) -> list[int]:
    """The portfolios whose holder is a full Master Administrator of this taxpayer."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT h.portfolio_id FROM access_portfolioholder h
            JOIN access_taxpayeraccess ta ON ta.logon_id = h.holder_id AND ta.access_type = 'MA'
                 AND ta.accepted AND NOT ta.provisional AND ta.ended_at IS NULL
            WHERE h.ended_at IS NULL AND ta.taxpayer_id = %s ORDER BY 1""",
            [taxpayer],
        )
        return [row[0] for row in cursor.fetchall()]
