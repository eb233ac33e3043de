"""The customers that one secondary logon reaches, as a page of a list in name order: each row is asked of the rule.

It also answers for a logon that is not there yet: what somebody with these limits would reach.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from countersign.access.queries import listing
from countersign.access.queries.chosen_customers import GROUP_NOW
from countersign.access.queries.covering import Limits
from countersign.access.queries.listing import Filter
from countersign.access.queries.live import live
from countersign.access.queries.paths import active, parentless
from countersign.access.queries.secondary_profile import SecondaryProfile, sources_of_holder
from countersign.policy.rights import Rights

NOBODY = 0
"""The key of no logon: whose refinements are asked for a logon that is not there yet."""


class ReachedCustomer(NamedTuple):
    """One customer: in which group, on how many of its accounts the logon may do something, and the most on any."""

    taxpayer: int
    legal_name: str
    name_folded: str
    group_name: str
    accounts: int
    most: Rights


Place = tuple[str, int]
"""Where a page begins or ends: folded name and key of a customer."""


class ReachedPage(NamedTuple):
    """Rows in name order, and whether there is more on either side."""

    rows: list[ReachedCustomer]
    has_previous: bool
    has_next: bool


def profile_of_limits(portfolio: int, limits: Limits, *, at: datetime) -> SecondaryProfile | None:
    """A logon with these limits, without refinements, as if it were in use; None while nobody holds the portfolio."""
    sources, client_sources = sources_of_holder()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT h.holder_id, {sources}, {client_sources},
                (SELECT dg.id FROM access_securitygroup dg WHERE dg.portfolio_id = h.portfolio_id AND dg.is_default
                 AND {live("dg", past=False)} LIMIT 1),
                EXISTS (SELECT FROM access_customer c WHERE c.portfolio_id = h.portfolio_id AND c.timed)
            FROM access_portfolioholder h WHERE h.portfolio_id = %(portfolio)s AND {live("h", past=False)}
              AND {active("h.holder_id", past=False)} AND {parentless("h.holder_id")}""",
            {"portfolio": portfolio, "at": at},
        )
        row = cursor.fetchone()
    if row is None:
        return None
    holder, own, clients, default_group, timed = row
    types = None if limits.account_types is None else sorted(limits.account_types)
    groups = sorted(limits.groups)
    return SecondaryProfile(portfolio, holder, limits.ceiling, timed, types, groups, default_group, own, clients)


def reached_customers(
    profile: SecondaryProfile,
    *,
    logon: int = NOBODY,
    group: int | None = None,
    search: str = "",
    after: Place | None = None,
    before: Place | None = None,
    at: datetime,
    size: int = 50,
) -> ReachedPage:
    """A page of the customers by name; ``group`` and ``search`` narrow it. One statement, or two."""
    if group is not None:
        profile = profile._replace(groups=[group] if group in profile.groups else [])
    parameters: dict[str, Any] = {"at": at, "logon": logon, "limit": size + 1}
    conditions = listing._narrow(Filter(search=search), parameters)
    candidate, order, beyond = conditions["candidate"], "ASC", before or after
    if profile.account_types is not None:
        candidate += " AND (k.planned OR k.account_types && %(account_types)s::bigint[])"
    if beyond is not None:
        order, sign = ("DESC", "<") if before is not None else ("ASC", ">")
        parameters["name"], parameters["key"] = beyond
        candidate += f" AND (k.name_folded, k.taxpayer_id) {sign} (%(name)s, %(key)s)"
    rule = listing._rule_for_secondary(profile, parameters)
    groups = "k.group_id = ANY(%(groups)s)"
    let_in = f"({groups} OR k.timed)" if profile.has_timed else groups
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT c.taxpayer_id, t.legal_name, c.name_folded, sg.name, x.accounts, x.most
            FROM (SELECT k.name_folded, k.taxpayer_id, {GROUP_NOW} AS group_id FROM access_customer k
                  WHERE k.portfolio_id = %(portfolio)s AND k.passed_on AND {let_in} {candidate}) c
            JOIN taxpayers_taxpayer t ON t.id = c.taxpayer_id
            JOIN access_securitygroup sg ON sg.id = c.group_id
            JOIN LATERAL (
                SELECT count(*) AS accounts, max(r.rights) AS most FROM taxpayers_account a
                JOIN LATERAL ({rule}) r ON r.rights >= %(least)s
                WHERE a.taxpayer_id = c.taxpayer_id {conditions["account"]}) x ON x.accounts > 0
            ORDER BY c.name_folded {order}, c.taxpayer_id {order} LIMIT %(limit)s""",
            parameters,
        )
        rows = [
            ReachedCustomer(key, name, folded, its_group, accounts, Rights(most))
            for key, name, folded, its_group, accounts, most in cursor.fetchall()
        ]
    more, rows = len(rows) > size, rows[:size]
    if before is not None:
        return ReachedPage(rows[::-1], has_previous=more, has_next=True)
    return ReachedPage(rows, has_previous=after is not None, has_next=more)
