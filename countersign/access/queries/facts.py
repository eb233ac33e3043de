"""Gathers the facts of many questions (logon, account, moment) in one prepared statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from django.utils import timezone

from countersign.access.queries.live import live
from countersign.access.queries.prepared import fetch_all, storable
from countersign.policy.facts import (
    AccessFacts,
    Condition,
    Facts,
    GrantFacts,
    SecondaryFacts,
    Standing,
    TaxpayerFacts,
)
from countersign.policy.rights import AccessType, Rights


class Question(NamedTuple):
    """Names as the outside world knows them. ``at`` None asks about now."""

    username: str
    account_number: str
    at: datetime | None = None


_NO_CONDITIONS: frozenset[Condition] = frozenset()


@cache
def _statement(past: bool) -> str:
    """``past`` false: all questions are about now.

    ``portfolio_id + 0`` keeps the planner from going through all of a firm's 500 groups for one of them.
    """

    def alive(alias: str) -> str:
        return live(alias, at="q.at", past=past)

    def conditions(taxpayer: str) -> str:
        return (
            f"ARRAY(SELECT c.condition FROM access_taxpayercondition c WHERE c.taxpayer_id = {taxpayer} "
            f"AND {alive('c')})"
        )

    source = f"""(NOT h.received OR EXISTS (SELECT FROM access_portfoliosource ps
        WHERE ps.portfolio_id = h.portfolio_id AND ps.taxpayer_id = m.taxpayer_id AND {alive("ps")}))"""
    return f"""
    SELECT q.ord, l.id, a.id, st.status, t.id, t.kind = 'individual', {conditions("t.id")},
           ta.access_type, ta.provisional, ta.accepted, ar.rights, gr.grants,
           s.ever, s.portfolio_id, s.access_type, s.default_rights, s.accepted,
           s.account_types IS NULL OR a.account_type_id = ANY(s.account_types),
           h.holder_id, hst.status,
           CASE WHEN s.portfolio_id IS NOT NULL THEN EXISTS (
               SELECT FROM access_taxpayeraccess m WHERE m.logon_id = h.holder_id AND m.taxpayer_id = t.id
               AND m.access_type = 'MA' AND m.accepted AND NOT m.provisional AND {alive("m")} AND {source}) END,
           CASE WHEN s.portfolio_id IS NOT NULL THEN ARRAY(
               SELECT gm.group_id FROM access_groupmember gm JOIN access_securitygroup sg ON sg.id = gm.group_id
               WHERE gm.logon_id = l.id AND sg.portfolio_id + 0 = s.portfolio_id
                 AND {alive("gm")} AND {alive("sg")}) END,
           (SELECT CASE WHEN {alive("pg")} THEN pg.id ELSE dg.id END FROM access_placement pl
            JOIN access_securitygroup pg ON pg.id = pl.group_id
                 AND pg.portfolio_id + 0 = pl.portfolio_id
            WHERE pl.portfolio_id = s.portfolio_id AND pl.taxpayer_id = t.id AND {alive("pl")} LIMIT 1),
           dg.id,
           (SELECT ra.rights FROM access_refinement ra WHERE s.portfolio_id IS NOT NULL AND ra.logon_id = l.id
            AND ra.taxpayer_id = t.id AND ra.account_id = a.id AND {alive("ra")} LIMIT 1),
           (SELECT rc.rights FROM access_refinement rc WHERE s.portfolio_id IS NOT NULL AND rc.logon_id = l.id
            AND rc.taxpayer_id = t.id AND rc.account_id IS NULL AND {alive("rc")} LIMIT 1)
    FROM unnest(%s::text[], %s::text[], %s::timestamptz[]) WITH ORDINALITY AS q(username, number, at, ord)
    LEFT JOIN logons_logon l ON l.username = q.username
    LEFT JOIN taxpayers_account a ON a.number = q.number
    LEFT JOIN taxpayers_taxpayer t ON t.id = a.taxpayer_id
    LEFT JOIN LATERAL (SELECT x.status FROM access_logonstanding x WHERE x.logon_id = l.id
        AND {alive("x")} LIMIT 1) st ON true
    LEFT JOIN LATERAL (SELECT true AS ever, x.* FROM (SELECT y.*, {alive("y")} AS is_live
            FROM access_secondarylogon y WHERE y.logon_id = l.id) x
        ORDER BY x.is_live DESC LIMIT 1) sx ON true
    LEFT JOIN LATERAL (SELECT sx.ever, CASE WHEN sx.is_live THEN sx.portfolio_id END AS portfolio_id,
        sx.access_type, sx.default_rights, sx.accepted, sx.account_types) s ON true
    LEFT JOIN LATERAL (SELECT x.holder_id, x.portfolio_id, x.received FROM access_portfolioholder x
        WHERE x.portfolio_id = s.portfolio_id AND {alive("x")} LIMIT 1) h ON true
    LEFT JOIN LATERAL (SELECT x.id FROM access_securitygroup x WHERE x.portfolio_id = s.portfolio_id
        AND x.is_default AND {alive("x")} LIMIT 1) dg ON true
    LEFT JOIN LATERAL (SELECT x.status FROM access_logonstanding x WHERE x.logon_id = h.holder_id
        AND {alive("x")} LIMIT 1) hst ON true
    LEFT JOIN LATERAL (SELECT x.* FROM access_taxpayeraccess x
        WHERE x.logon_id = CASE WHEN s.ever THEN h.holder_id ELSE l.id END AND x.taxpayer_id = t.id
        AND {alive("x")} LIMIT 1) ta ON true
    LEFT JOIN LATERAL (SELECT x.rights FROM access_accountrights x
        WHERE s.ever IS NULL AND x.logon_id = l.id AND x.account_id = a.id AND {alive("x")} LIMIT 1) ar ON true
    LEFT JOIN LATERAL (SELECT jsonb_agg(jsonb_build_array(
            g.id, g.third_party_id, g.rights, g.begins_at <= q.at,
            coalesce(g.ends_at <= q.at, false) OR NOT ({_not_ended("g", past)}),
            NOT m.provisional, {source}, {conditions("g.third_party_id")})) AS grants
        FROM access_grant g JOIN access_taxpayeraccess m ON m.taxpayer_id = g.third_party_id
            AND m.logon_id = CASE WHEN s.ever THEN h.holder_id ELSE l.id END
            AND m.access_type = 'MA' AND m.accepted AND {alive("m")}
        WHERE g.account_id = a.id) gr ON true
    """


def _not_ended(alias: str, past: bool) -> str:
    return f"({alias}.ended_at IS NULL OR {alias}.ended_at > q.at)" if past else f"{alias}.ended_at IS NULL"


def gather(questions: Sequence[Question]) -> list[Facts]:
    """The facts of each question, in the same order, all from one statement.

    Unknown names give facts whose ``logon`` or ``account`` is None. Questions without a moment are about now.
    """
    now = timezone.now()
    past = any(question.at is not None for question in questions)
    rows = fetch_all(
        _statement(past),
        (
            [storable(question.username).lower() for question in questions],
            [storable(question.account_number) for question in questions],
            [question.at or now for question in questions],
        ),
    )
    answered: list[Facts | None] = [None] * len(questions)
    for row in rows:
        answered[row[0] - 1] = _facts(row)
    return [facts for facts in answered if facts is not None]


def _facts(row: tuple[Any, ...]) -> Facts:
    (_ord, logon, account, standing, taxpayer, individual, conditions, *more) = row
    (access_type, provisional, accepted, account_rights, grants, secondary_ever, *secondary) = more
    return Facts(
        logon=logon,
        account=account,
        standing=Standing(standing) if standing else None,
        taxpayer=None if taxpayer is None else TaxpayerFacts(taxpayer, individual, _conditions(conditions)),
        access=None if access_type is None else AccessFacts(AccessType(access_type), provisional, accepted),
        account_rights=None if account_rights is None else Rights(account_rights),
        grants=tuple(_grant(grant) for grant in grants) if grants else (),
        secondary=_secondary(*secondary) if secondary[0] is not None else None,
        secondary_ever=bool(secondary_ever),
    )


def _conditions(names: Sequence[str]) -> frozenset[Condition]:
    return frozenset(Condition(name) for name in names) if names else _NO_CONDITIONS


def _grant(columns: Sequence[Any]) -> GrantFacts:
    key, third_party, rights, begun, ended, holder_full, is_source, conditions = columns
    return GrantFacts(key, third_party, Rights(rights), begun, ended, holder_full, is_source, _conditions(conditions))


def _secondary(
    portfolio: int,
    access_type: str,
    default_rights: int,
    accepted: bool,
    account_type_selected: bool | None,
    holder: int | None,
    holder_standing: str | None,
    own_source: bool,
    groups: Sequence[int],
    placed_in: int | None,
    default_group: int | None,
    account_refinement: int | None,
    customer_refinement: int | None,
) -> SecondaryFacts:
    return SecondaryFacts(
        portfolio=portfolio,
        access_type=AccessType(access_type),
        default_rights=Rights(default_rights),
        accepted=accepted,
        account_type_selected=bool(account_type_selected),
        holder=holder,
        holder_standing=Standing(holder_standing) if holder_standing else None,
        own_source=own_source,
        groups=frozenset(groups),
        placed_in=placed_in,
        default_group=default_group,
        account_refinement=None if account_refinement is None else Rights(account_refinement),
        customer_refinement=None if customer_refinement is None else Rights(customer_refinement),
    )
