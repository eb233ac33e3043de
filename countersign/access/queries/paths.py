"""The rule of SPEC 2 in SQL: every open path from a logon to an account.

:mod:`countersign.policy.decision` answers one question; this answers "all accounts of a logon", "all logons of
an account" and everything between, in one statement. The two are held equal by ``tests/differential``.

``paths(past=…)`` is a relation to put behind FROM, with the columns logon_id, account_id, taxpayer_id, rights
(1 to 3), reason, parent_id, group_id, third_party_id, grant_id. Its parameter is ``%(at)s``. Conditions on
logon_id and account_id reach into each branch, so that a check touches a handful of rows.
"""

from __future__ import annotations

from functools import cache

from countersign.access.queries.live import live


def taxpayer_has(taxpayer: str, *conditions: str, past: bool, unless: str = "") -> str:
    """SQL: one of the conditions holds for the taxpayer."""
    names = ", ".join(f"'{name}'" for name in conditions)
    return (
        f"EXISTS (SELECT FROM access_taxpayercondition c WHERE c.taxpayer_id = {taxpayer} "
        f"AND c.condition IN ({names}) AND {live('c', past=past)}{unless})"
    )


def paused(taxpayer: str, *, past: bool) -> str:
    """SQL: deceased or dissolved, and no fiduciary confirmed."""
    confirmed = (
        " AND NOT EXISTS (SELECT FROM access_taxpayercondition f WHERE f.taxpayer_id = c.taxpayer_id "
        f"AND f.condition = 'fiduciary_confirmed' AND {live('f', past=past)})"
    )
    return taxpayer_has(taxpayer, "deceased", "dissolved", past=past, unless=confirmed)


def active(logon: str, *, past: bool) -> str:
    """SQL: the logon's standing is active."""
    return (
        f"EXISTS (SELECT FROM access_logonstanding st WHERE st.logon_id = {logon} "
        f"AND st.status = 'active' AND {live('st', past=past)})"
    )


def parentless(logon: str) -> str:
    """SQL: no parent ever made this logon."""
    return f"NOT EXISTS (SELECT FROM access_secondarylogon sx WHERE sx.logon_id = {logon})"


def full_ma(alias: str, *, past: bool) -> str:
    """SQL: the access is a Master Administrator's, accepted, proved in full and live."""
    return f"{alias}.access_type = 'MA' AND {alias}.accepted AND NOT {alias}.provisional AND {live(alias, past=past)}"


def _third_party_open(third_party: str, *, past: bool) -> str:
    return "NOT " + taxpayer_has(third_party, "frozen_as_third_party", "deceased", "dissolved", past=past)


def _own_as_ma(past: bool) -> str:
    frozen = taxpayer_has("a.taxpayer_id", "frozen_as_taxpayer", past=past)
    return f"""
    SELECT ta.logon_id, a.id AS account_id, a.taxpayer_id,
           CASE WHEN {frozen} THEN 1 WHEN ta.provisional THEN 2 ELSE 3 END AS rights,
           CASE WHEN ta.provisional THEN 'own_provisional' ELSE 'own_master_administrator' END AS reason,
           NULL::bigint AS parent_id, NULL::bigint AS group_id,
           NULL::bigint AS third_party_id, NULL::bigint AS grant_id
    FROM access_taxpayeraccess ta
    JOIN taxpayers_account a ON a.taxpayer_id = ta.taxpayer_id
    WHERE ta.access_type = 'MA' AND ta.accepted AND {live("ta", past=past)}
      AND {active("ta.logon_id", past=past)} AND {parentless("ta.logon_id")}"""


def _own_as_ta(past: bool) -> str:
    return f"""
    SELECT ar.logon_id, a.id AS account_id, a.taxpayer_id, ar.rights, 'own_tax_administrator' AS reason,
           NULL::bigint AS parent_id, NULL::bigint AS group_id,
           NULL::bigint AS third_party_id, NULL::bigint AS grant_id
    FROM access_accountrights ar
    JOIN taxpayers_account a ON a.id = ar.account_id
    JOIN access_taxpayeraccess ta ON ta.logon_id = ar.logon_id AND ta.taxpayer_id = a.taxpayer_id
    WHERE {live("ar", past=past)}
      AND ta.access_type = 'TA' AND ta.accepted AND {live("ta", past=past)}
      AND {active("ar.logon_id", past=past)} AND {parentless("ar.logon_id")}
      AND NOT {taxpayer_has("a.taxpayer_id", "frozen_as_taxpayer", past=past)}
      AND NOT {paused("a.taxpayer_id", past=past)}"""


def _client(past: bool) -> str:
    return f"""
    SELECT ta.logon_id, g.account_id, a.taxpayer_id, g.rights, 'client' AS reason,
           NULL::bigint AS parent_id, NULL::bigint AS group_id, g.third_party_id, g.id AS grant_id
    FROM access_grant g
    JOIN access_taxpayeraccess ta ON ta.taxpayer_id = g.third_party_id
    JOIN taxpayers_account a ON a.id = g.account_id
    WHERE {live("g", past=past)} AND {full_ma("ta", past=past)}
      AND {active("ta.logon_id", past=past)} AND {parentless("ta.logon_id")}
      AND NOT {taxpayer_has("a.taxpayer_id", "frozen_as_taxpayer", past=past)}
      AND NOT {paused("a.taxpayer_id", past=past)}
      AND {_third_party_open("g.third_party_id", past=past)}"""


def _secondary(past: bool, *, client: bool) -> str:
    """Through the parent: the lower of what passes and the ceiling, for customers of the logon's groups.

    A customer placed in a group that has been deleted is in Default. ``sg.portfolio_id + 0`` keeps the planner
    from going through all groups of the portfolio for each customer.
    """
    if client:
        passed = f"""
    JOIN access_grant g ON g.third_party_id = ta.taxpayer_id AND {live("g", past=past)}
    JOIN taxpayers_account a ON a.id = g.account_id"""
        through, links = "g.rights", "g.third_party_id, g.id AS grant_id"
        barred = f"""
      AND NOT {paused("a.taxpayer_id", past=past)}
      AND {_third_party_open("g.third_party_id", past=past)}"""
    else:
        passed = "\n    JOIN taxpayers_account a ON a.taxpayer_id = ta.taxpayer_id"
        through, links, barred = "3", "NULL::bigint AS third_party_id, NULL::bigint AS grant_id", ""
    ceiling = """CASE WHEN rc.rights = 0 THEN 0
                ELSE coalesce(ra.rights, rc.rights, CASE s.access_type WHEN 'MA' THEN 3 ELSE s.default_rights END)
           END"""
    kept_to_parent = f"""t.kind = 'individual' AND EXISTS (
                 SELECT FROM access_taxpayeraccess own WHERE own.logon_id = h.holder_id
                 AND own.taxpayer_id = t.id AND own.access_type = 'MA' AND own.accepted AND {live("own", past=past)})"""
    return f"""
    SELECT s.logon_id, a.id AS account_id, a.taxpayer_id, least({through}, {ceiling})::int AS rights,
           'secondary_logon' AS reason, h.holder_id AS parent_id, sg.id AS group_id, {links}
    FROM access_secondarylogon s
    JOIN access_portfolioholder h ON h.portfolio_id = s.portfolio_id AND {live("h", past=past)}
    JOIN access_taxpayeraccess ta ON ta.logon_id = h.holder_id AND {full_ma("ta", past=past)}{passed}
    JOIN taxpayers_taxpayer t ON t.id = a.taxpayer_id
    LEFT JOIN access_securitygroup dg ON dg.portfolio_id = s.portfolio_id AND dg.is_default
         AND {live("dg", past=past)}
    LEFT JOIN (access_placement pl
               JOIN access_securitygroup pg ON pg.id = pl.group_id AND pg.portfolio_id = pl.portfolio_id)
         ON pl.portfolio_id = s.portfolio_id AND pl.taxpayer_id = a.taxpayer_id AND {live("pl", past=past)}
    JOIN access_groupmember gm ON gm.logon_id = s.logon_id AND {live("gm", past=past)}
         AND gm.group_id = CASE WHEN pl.id IS NOT NULL THEN
                                     CASE WHEN {live("pg", past=past)} THEN pg.id ELSE dg.id END
                                WHEN NOT ({kept_to_parent}) THEN dg.id END
    JOIN access_securitygroup sg ON sg.id = gm.group_id AND {live("sg", past=past)}
         AND sg.portfolio_id + 0 = s.portfolio_id
    LEFT JOIN access_refinement rc ON rc.logon_id = s.logon_id AND rc.taxpayer_id = a.taxpayer_id
         AND rc.account_id IS NULL AND {live("rc", past=past)}
    LEFT JOIN access_refinement ra ON ra.logon_id = s.logon_id AND ra.taxpayer_id = a.taxpayer_id
         AND ra.account_id = a.id AND {live("ra", past=past)}
    WHERE s.accepted AND {live("s", past=past)}
      AND {active("s.logon_id", past=past)} AND {active("h.holder_id", past=past)}
      AND {parentless("h.holder_id")}
      AND (NOT h.received OR EXISTS (
           SELECT FROM access_portfoliosource ps WHERE ps.portfolio_id = h.portfolio_id
           AND ps.taxpayer_id = ta.taxpayer_id AND {live("ps", past=past)}))
      AND (s.account_types IS NULL OR a.account_type_id = ANY(s.account_types))
      AND least({through}, {ceiling}) > 0
      AND NOT {taxpayer_has("a.taxpayer_id", "frozen_as_taxpayer", past=past)}{barred}"""


@cache
def paths(*, past: bool) -> str:
    """The relation of all open paths at ``%(at)s``; ``past`` false for now (see :func:`live`)."""
    return _relation(*_parentless_branches(past), _secondary(past, client=False), _secondary(past, client=True))


@cache
def parentless_paths(*, past: bool) -> str:
    """The same relation, without secondary logons."""
    return _relation(*_parentless_branches(past))


def _parentless_branches(past: bool) -> tuple[str, ...]:
    return _own_as_ma(past), _own_as_ta(past), _client(past)


def _relation(*branches: str) -> str:
    return "(" + "\n    UNION ALL".join(branches) + ")"
