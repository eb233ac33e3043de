"""The accounts that one logon can act on, as a page of a list: in name order, filtered and searched in SQL.

A firm's logon may reach 100,000 accounts. The page walks the derived customers (which already have the order and
the group) and asks the rule about each row until it is full, so that its cost depends on the page and
not on the firm. A row is shown because the facts say so, never because the derived table does.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from countersign.access.queries.live import live
from countersign.access.queries.paths import parentless_paths, paused, taxpayer_has
from countersign.access.queries.prepared import storable
from countersign.access.queries.secondary_profile import SecondaryProfile, secondary_profile
from countersign.policy.reasons import Reason
from countersign.policy.rights import Rights
from countersign.taxpayers.identifiers import folded_name
from countersign.taxpayers.models import Account


class Position(NamedTuple):
    """Where a page ends: the keyset by which the next one begins."""

    name_folded: str
    taxpayer: int
    account_number: str


class ListedAccount(NamedTuple):
    """One row of the list."""

    position: Position
    account: int
    account_number: str
    account_type: str
    closed: bool
    taxpayer: int
    taxpayer_name: str
    rights: Rights
    reason: Reason
    third_party: int | None
    third_party_name: str | None


class Filter(NamedTuple):
    """What the list is narrowed to; empty values narrow nothing.

    ``search``: a part of a taxpayer's name, or a whole account number. ``capacity``: ``own`` or ``client``.
    """

    search: str = ""
    account_type: int | None = None
    capacity: str = ""
    least: Rights = Rights.VIEW_ONLY
    taxpayer: int | None = None


EVERYTHING = Filter()
MERGED_GROUPS = 12
"""Above so many groups a walk of the whole portfolio finds one of their customers soon."""


class AccountPage(NamedTuple):
    """Rows in name order, and whether there is more on either side."""

    rows: list[ListedAccount]
    has_previous: bool
    has_next: bool


def accounts_page(
    logon: int,
    *,
    narrowed: Filter = EVERYTHING,
    after: Position | None = None,
    before: Position | None = None,
    size: int = 50,
) -> AccountPage:
    """A page of the accounts that the logon can act on now, by taxpayer name and account number.

    ``after`` and ``before`` are exclusive; with neither it is the first page. Two or three statements, whatever
    the size of the firm.
    """
    statement, parameters = _statement(logon, narrowed, after, before, size)
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows = [_listed(row) for row in cursor.fetchall()]
    more, rows = len(rows) > size, rows[:size]
    if before is not None:
        return AccountPage(rows[::-1], has_previous=more, has_next=True)
    return AccountPage(rows, has_previous=after is not None, has_next=more)


def count_accounts(logon: int, *, narrowed: Filter = EVERYTHING, most: int = 1000) -> tuple[int, bool]:
    """How many accounts the list has, counted up to ``most``, and whether there are more."""
    statement, parameters = _statement(logon, narrowed, None, None, most)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({statement}) counted", parameters)
        found = int(cursor.fetchone()[0])
    return min(found, most), found > most


def _statement(
    logon: int, narrowed: Filter, after: Position | None, before: Position | None, size: int
) -> tuple[str, dict[str, Any]]:
    profile = secondary_profile(logon)
    parameters: dict[str, Any] = {"at": timezone.now(), "logon": logon, "limit": size + 1}
    conditions = _narrow(narrowed, parameters)
    walk = _walk(after, before, parameters)
    if profile is None:
        candidates = _candidates_of_parentless(logon, conditions["candidate"] + walk.candidate)
        rule = _rule_for_parentless()
    else:
        candidate = conditions["candidate"] + walk.candidate
        if parameters["least"] > profile.ceiling:
            candidate += _REFINED  # nobody else is let in that far: without it a page would walk the whole firm
        candidates = _candidates_of_secondary(profile, candidate, walk)
        rule = _rule_for_secondary(profile, parameters)
    return (
        f"""
    SELECT c.name_folded, c.taxpayer_id, a.number, a.id, ty.name, coalesce(a.closed_on < %(today)s, false),
           t.legal_name, r.rights, r.reason, r.third_party_id, tp.legal_name
    FROM ({candidates}) c
    JOIN taxpayers_account a ON a.taxpayer_id = c.taxpayer_id
    JOIN taxpayers_taxpayer t ON t.id = c.taxpayer_id
    JOIN taxpayers_accounttype ty ON ty.id = a.account_type_id
    JOIN LATERAL ({rule}) r ON r.rights >= %(least)s
    LEFT JOIN taxpayers_taxpayer tp ON tp.id = r.third_party_id
    WHERE true {conditions["account"]} {walk.row}
    ORDER BY c.name_folded {walk.order}, c.taxpayer_id {walk.order}, a.number {walk.order}
    LIMIT %(limit)s""",
        parameters,
    )


def _narrow(narrowed: Filter, parameters: dict[str, Any]) -> dict[str, str]:
    """SQL conditions on candidates (alias k) and on accounts (a, r)."""
    candidate = account = ""
    parameters["least"] = max(int(narrowed.least), int(Rights.VIEW_ONLY))
    parameters["today"] = timezone.localdate()
    typed = storable(narrowed.search.strip())
    if narrowed.search.strip() and not typed:
        account += " AND false"  # nothing has such a name
    elif typed:
        found = Account.objects.filter(number=typed).values_list("pk", "taxpayer_id").first()
        if found is not None:
            parameters["found_account"], parameters["found_taxpayer"] = found
            candidate += " AND k.taxpayer_id = %(found_taxpayer)s"
            account += " AND a.id = %(found_account)s"
        else:
            parameters["like"] = f"%{_escaped(folded_name(typed))}%"
            candidate += " AND k.name_folded LIKE %(like)s"
    if narrowed.taxpayer is not None:
        parameters["taxpayer"] = narrowed.taxpayer
        candidate += " AND k.taxpayer_id = %(taxpayer)s"
    if narrowed.account_type is not None:
        parameters["account_type"] = narrowed.account_type
        account += " AND a.account_type_id = %(account_type)s"
    if narrowed.capacity == "client":
        account += " AND r.third_party_id IS NOT NULL"
    elif narrowed.capacity == "own":
        account += " AND r.third_party_id IS NULL"
    return {"candidate": candidate, "account": account}


def _escaped(text: str) -> str:
    """Text in which ``%`` and ``_`` stand for themselves inside LIKE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


class _Walk(NamedTuple):
    candidate: str
    row: str
    order: str


def _walk(after: Position | None, before: Position | None, parameters: dict[str, Any]) -> _Walk:
    position = before or after
    if position is None:
        return _Walk("", "", "ASC")
    parameters.update(name=position.name_folded, from_taxpayer=position.taxpayer, number=position.account_number)
    sign, order = ("<", "DESC") if before is not None else (">", "ASC")
    return _Walk(
        f" AND (k.name_folded, k.taxpayer_id) {sign}= (%(name)s, %(from_taxpayer)s)",
        f" AND (c.name_folded, c.taxpayer_id, a.number) {sign} (%(name)s, %(from_taxpayer)s, %(number)s)",
        order,
    )


def _candidates_of_parentless(logon: int, conditions: str) -> str:
    """The customers of the logon's own portfolio: everything that it may reach is there.

    Every Master Administrator of a third party with clients has one, so that without one there are only the few
    taxpayers of its own; clients are looked for all the same, so that nothing ever depends on the portfolio.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT portfolio_id FROM access_portfolioholder
            WHERE holder_id = %s AND NOT received AND ended_at IS NULL LIMIT 1""",
            [logon],
        )
        own = cursor.fetchone()
    if own is not None:
        return f"""SELECT k.name_folded, k.taxpayer_id FROM access_customer k
        WHERE k.portfolio_id = {int(own[0])} {conditions}"""
    return f"""SELECT k.name_folded, k.taxpayer_id FROM (
            SELECT t.name_folded, t.id AS taxpayer_id FROM taxpayers_taxpayer t WHERE t.id IN (
                SELECT own.taxpayer_id FROM access_taxpayeraccess own
                WHERE own.logon_id = %(logon)s AND own.ended_at IS NULL
                UNION ALL
                SELECT granted.taxpayer_id FROM access_taxpayeraccess own
                JOIN access_grant g ON g.third_party_id = own.taxpayer_id AND g.ended_at IS NULL
                JOIN taxpayers_account granted ON granted.id = g.account_id
                WHERE own.logon_id = %(logon)s AND own.access_type = 'MA' AND own.ended_at IS NULL)) k
        WHERE true {conditions}"""


def _candidates_of_secondary(profile: SecondaryProfile, conditions: str, walk: _Walk) -> str:
    """The customers of the logon's groups.

    Where nothing but the order leads to them, a walk of the firm by name would pass by all customers of other groups.
    In an index each group has that order itself: told to put each in order, the planner merges a few of them and reads
    no more than the page needs.
    """
    groups = ", ".join(map(str, profile.groups)) or "NULL"
    let_in = f"k.group_id IN ({groups})"
    if profile.groups and profile.has_timed:
        let_in = f"({let_in} OR k.timed)"

    def listed(which: str) -> str:
        return f"""SELECT k.name_folded, k.taxpayer_id FROM access_customer k
        WHERE k.portfolio_id = {profile.portfolio} AND {which} {conditions}"""

    only_walks = conditions == walk.candidate and not profile.has_timed
    if only_walks and 1 < len(profile.groups) <= MERGED_GROUPS:
        order = f"ORDER BY k.name_folded {walk.order}, k.taxpayer_id {walk.order}"
        return " UNION ALL ".join(f"({listed(f'k.group_id = {group}')} {order})" for group in profile.groups)
    return listed(let_in)


_REFINED = """ AND k.taxpayer_id IN (SELECT refined.taxpayer_id FROM access_refinement refined
        WHERE refined.logon_id = %(logon)s AND refined.ended_at IS NULL AND refined.rights >= %(least)s)"""


def _rule_for_parentless() -> str:
    return f"""SELECT p.rights, p.reason, p.third_party_id FROM {parentless_paths(past=False)} p
        WHERE p.logon_id = %(logon)s AND p.account_id = a.id
        ORDER BY p.rights DESC, p.grant_id NULLS FIRST LIMIT 1"""


def _rule_for_secondary(profile: SecondaryProfile, parameters: dict[str, Any]) -> str:
    """The secondary logon's part of SPEC 2 for one account ``a``, its own facts being known already."""
    parameters.update(
        portfolio=profile.portfolio,
        holder=profile.holder,
        sources=profile.sources,
        client_sources=profile.client_sources,
        groups=profile.groups,
        default_group=profile.default_group,
        account_types=profile.account_types,
        ceiling=int(profile.ceiling),
    )

    def alive(alias: str) -> str:
        return live(alias, past=False)

    kept_to_parent = f"""t.kind = 'individual' AND EXISTS (SELECT FROM access_taxpayeraccess own
        WHERE own.logon_id = %(holder)s AND own.taxpayer_id = t.id AND own.access_type = 'MA' AND own.accepted
        AND {alive("own")})"""
    return f"""
        SELECT least(through.rights, CASE WHEN rc.rights = 0 THEN 0
                 ELSE coalesce(ra.rights, rc.rights, %(ceiling)s) END) AS rights,
               'secondary_logon' AS reason, through.third_party_id
        FROM (SELECT 3 AS rights, NULL::bigint AS third_party_id, NULL::bigint AS grant_id
              WHERE a.taxpayer_id = ANY(%(sources)s)
              UNION ALL
              SELECT g.rights, g.third_party_id, g.id FROM access_grant g
              WHERE g.account_id = a.id AND g.third_party_id = ANY(%(client_sources)s) AND {alive("g")}
                AND NOT {paused("a.taxpayer_id", past=False)}) through
        LEFT JOIN access_refinement rc ON rc.logon_id = %(logon)s AND rc.taxpayer_id = a.taxpayer_id
             AND rc.account_id IS NULL AND {alive("rc")}
        LEFT JOIN access_refinement ra ON ra.logon_id = %(logon)s AND ra.taxpayer_id = a.taxpayer_id
             AND ra.account_id = a.id AND {alive("ra")}
        WHERE (%(account_types)s::bigint[] IS NULL OR a.account_type_id = ANY(%(account_types)s))
          AND NOT {taxpayer_has("a.taxpayer_id", "frozen_as_taxpayer", past=False)}
          AND coalesce(
              (SELECT CASE WHEN {alive("pg")} THEN pg.id ELSE %(default_group)s END FROM access_placement pl
               JOIN access_securitygroup pg ON pg.id = pl.group_id AND pg.portfolio_id = pl.portfolio_id
               WHERE pl.portfolio_id = %(portfolio)s AND pl.taxpayer_id = a.taxpayer_id AND {alive("pl")} LIMIT 1),
              CASE WHEN NOT ({kept_to_parent}) THEN %(default_group)s END) = ANY(%(groups)s)
        ORDER BY 1 DESC, through.grant_id NULLS FIRST LIMIT 1"""


def _listed(row: tuple[Any, ...]) -> ListedAccount:
    (name_folded, taxpayer, number, account, account_type, closed, name, rights, reason, third_party, their_name) = row
    return ListedAccount(
        Position(name_folded, taxpayer, number),
        account,
        number,
        account_type,
        closed,
        taxpayer,
        name,
        Rights(rights),
        Reason(reason),
        third_party,
        their_name,
    )
