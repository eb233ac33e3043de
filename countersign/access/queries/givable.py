"""The accounts on which a parent may limit one of its secondary logons: all that it would reach without refinements."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from countersign.access.queries import listing
from countersign.access.queries.listing import Filter, Position
from countersign.access.queries.secondary_profile import secondary_profile
from countersign.policy.rights import Rights


class GivableAccount(NamedTuple):
    """One account. ``through``: the most that the parent can pass on there at the moment."""

    position: Position
    account: int
    account_number: str
    account_type: str
    closed: bool
    taxpayer: int
    taxpayer_name: str
    through: Rights


class GivablePage(NamedTuple):
    """Rows in name order, and whether there is more on either side."""

    rows: list[GivableAccount]
    has_previous: bool
    has_next: bool


def givable_accounts(
    logon: int,
    *,
    narrowed: Filter = listing.EVERYTHING,
    refined_only: bool = False,
    after: Position | None = None,
    before: Position | None = None,
    size: int = 50,
    only: Collection[int] | None = None,
) -> GivablePage:
    """A page of the accounts that pass the secondary logon's groups and account types, whatever it may do there.

    Also those limited to No Access, and also while the logon is not usable. ``only``: of these accounts, all on one
    page. Two statements, whatever the size of the firm.
    """
    if only is not None and not only:
        return GivablePage([], False, False)
    profile = secondary_profile(logon, as_if_usable=True)
    if profile is None:
        return GivablePage([], False, False)
    # The rule without the logon's own limits: nobody has key 0, so that no refinement is found.
    parameters: dict[str, Any] = {"at": timezone.now(), "limit": size + 1, "whose": logon}
    conditions = listing._narrow(narrowed, parameters)
    walk = listing._walk(after, before, parameters)
    candidate, account = conditions["candidate"] + walk.candidate, conditions["account"]
    if refined_only:
        candidate += """ AND k.taxpayer_id IN (SELECT refined.taxpayer_id FROM access_refinement refined
            WHERE refined.logon_id = %(whose)s AND refined.ended_at IS NULL)"""
    if only is not None:
        parameters["only"] = list(only)
        candidate += " AND k.taxpayer_id IN (SELECT o.taxpayer_id FROM taxpayers_account o WHERE o.id = ANY(%(only)s))"
        account += " AND a.id = ANY(%(only)s)"
    candidates = listing._candidates_of_secondary(profile, candidate, walk)
    rule = listing._rule_for_secondary(profile, parameters)
    parameters |= {"logon": 0, "ceiling": int(Rights.ALL_ACCESS)}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT c.name_folded, c.taxpayer_id, a.number, a.id, ty.name, coalesce(a.closed_on < %(today)s, false),
                   t.legal_name, r.rights
            FROM ({candidates}) c
            JOIN taxpayers_account a ON a.taxpayer_id = c.taxpayer_id
            JOIN taxpayers_taxpayer t ON t.id = c.taxpayer_id
            JOIN taxpayers_accounttype ty ON ty.id = a.account_type_id
            JOIN LATERAL ({rule}) r ON r.rights >= 1
            WHERE true {account} {walk.row}
            ORDER BY c.name_folded {walk.order}, c.taxpayer_id {walk.order}, a.number {walk.order}
            LIMIT %(limit)s""",
            parameters,
        )
        rows = [_listed(row) for row in cursor.fetchall()]
    more, rows = len(rows) > size, rows[:size]
    if before is not None:
        return GivablePage(rows[::-1], has_previous=more, has_next=True)
    return GivablePage(rows, has_previous=after is not None, has_next=more)


def passed_places(portfolio: int, places: Iterable[tuple[int, int | None]]) -> set[tuple[int, int | None]]:
    """Those of the places (taxpayer, account or None) that the portfolio can pass on, now or by plan.

    What else there may be of a client stays unknown to its firm (law 4).
    """
    wanted = set(places)
    taxpayers = sorted({taxpayer for taxpayer, _account in wanted})
    accounts = sorted({account for _taxpayer, account in wanted if account is not None})
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT k.taxpayer_id, NULL::bigint FROM access_customer k
            WHERE k.portfolio_id = %(portfolio)s AND k.passed_on AND k.taxpayer_id = ANY(%(taxpayers)s)
            UNION ALL
            SELECT a.taxpayer_id, a.id FROM taxpayers_account a
            JOIN access_customer k ON k.portfolio_id = %(portfolio)s AND k.taxpayer_id = a.taxpayer_id AND k.passed_on
            JOIN access_portfolioholder h ON h.portfolio_id = k.portfolio_id AND h.ended_at IS NULL
            JOIN access_taxpayeraccess ta ON ta.logon_id = h.holder_id AND ta.access_type = 'MA' AND ta.ended_at IS NULL
            WHERE a.id = ANY(%(accounts)s) AND (ta.taxpayer_id = a.taxpayer_id OR EXISTS (
                SELECT FROM access_grant g WHERE g.account_id = a.id AND g.third_party_id = ta.taxpayer_id
                AND g.ended_at IS NULL))""",
            {"portfolio": portfolio, "taxpayers": taxpayers, "accounts": accounts},
        )
        known = set(cursor.fetchall())
    return wanted & known


def _listed(row: tuple[Any, ...]) -> GivableAccount:
    name_folded, taxpayer, number, account, account_type, closed, name, through = row
    return GivableAccount(
        Position(name_folded, taxpayer, number), account, number, account_type, closed, taxpayer, name, Rights(through)
    )
