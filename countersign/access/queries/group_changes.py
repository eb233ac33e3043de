"""What a change of security groups would do: who gains and who loses which clients, before anybody saves it.

Set algebra on (group, member, customer), without writes or locks (DESIGN.md, "Previews are set algebra"): customers
are counted by group and by the account types that pass, each secondary logon adds up the counts of its groups, and
the few customers that its refinements single out are looked at one by one. ``tests/differential`` holds it to the
rule: reach after minus reach before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from countersign.access.queries.chosen_customers import GROUP_NOW, OWN_INDIVIDUAL, Chosen, condition
from countersign.access.queries.live import live
from countersign.access.queries.paths import active, parentless, paused, taxpayer_has
from countersign.access.queries.secondary_profile import sources_of_holder


class LogonChange(NamedTuple):
    """How many clients one secondary logon gains and loses."""

    logon: int
    gains: int
    losses: int


class Preview(NamedTuple):
    """What would happen. ``customers``: how many change their group; ``logons``: whoever gains or loses any."""

    customers: int
    logons: list[LogonChange]

    @property
    def gainers(self) -> int:
        """How many logons gain something."""
        return sum(change.gains > 0 for change in self.logons)

    @property
    def losers(self) -> int:
        """How many logons lose something."""
        return sum(change.losses > 0 for change in self.logons)

    @property
    def version(self) -> str:
        """Names exactly this outcome: a change is refused when it would do something else by then."""
        return hashlib.sha256(repr((self.customers, sorted(self.logons))).encode()).hexdigest()[:32]


class ChangedCustomer(NamedTuple):
    """One client that a logon gains or loses."""

    taxpayer: int
    legal_name: str


def preview_of_placing(portfolio: int, chosen: Chosen, *, group: int | None, at: datetime) -> Preview:
    """Every chosen customer goes to ``group``. Deleting a group is the same as placing all of it in Default.

    None: those of them that are the holder's own individuals are kept to the holder again, in no group.
    """
    return preview_of(_placing(portfolio, chosen, group, at))


def preview_of_groups(portfolio: int, logon: int, *, groups: Collection[int], at: datetime) -> Preview:
    """The secondary logon is let in to exactly these groups."""
    return preview_of(_membership(portfolio, logon, groups, at))


def customers_of_placing(
    portfolio: int, chosen: Chosen, *, group: int | None, logon: int, gained: bool, at: datetime, first: int, size: int
) -> list[ChangedCustomer]:
    """A page of the clients that one logon would gain or lose, by name."""
    return customers_of(_placing(portfolio, chosen, group, at), logon, gained, first, size)


def customers_of_groups(
    portfolio: int, *, groups: Collection[int], logon: int, gained: bool, at: datetime, first: int, size: int
) -> list[ChangedCustomer]:
    """The same for a change of the logon's groups."""
    return customers_of(_membership(portfolio, logon, groups, at), logon, gained, first, size)


# What a logon sees of a customer in its groups where no refinement speaks of that customer.
_PLAINLY = "m.ceiling > 0 AND (m.account_types IS NULL OR m.account_types && {types}::bigint[])"
SEEN = _PLAINLY.format(types="o.types")
# All that moves less what the logon had already: adding up 500 groups for each of 2,000 logons would take a minute.
_COUNTED_BY_GROUP = f"""
    SELECT m.logon_id, CASE WHEN %(target)s = ANY(m.groups) THEN whole.n - coalesce(own.n, 0) ELSE 0 END AS gains,
           CASE WHEN %(target)s = ANY(m.groups) THEN 0 ELSE coalesce(own.n, 0) END AS losses
    FROM member m
    CROSS JOIN LATERAL (SELECT coalesce(sum(o.n), 0) AS n FROM by_types o WHERE {SEEN}) whole
    LEFT JOIN (SELECT m.logon_id, sum(o.n) AS n FROM member m CROSS JOIN unnest(m.groups) AS own_group
               JOIN cell o ON o.before = own_group WHERE {SEEN} GROUP BY m.logon_id) own
               ON own.logon_id = m.logon_id"""
_COUNTED_PLAINLY = f"""
    SELECT m.logon_id,
           coalesce(sum(o.n) FILTER (WHERE o.before = ANY(%(wanted)s) AND NOT o.before = ANY(m.groups)), 0) AS gains,
           coalesce(sum(o.n) FILTER (WHERE o.before = ANY(m.groups) AND NOT o.before = ANY(%(wanted)s)), 0) AS losses
    FROM member m JOIN cell o ON {SEEN} GROUP BY m.logon_id"""

_COUNTED_AS_LOST = f"""
    SELECT m.logon_id, 0 AS gains, sum(o.n) AS losses
    FROM member m JOIN cell o ON o.before = ANY(m.groups) AND {SEEN} GROUP BY m.logon_id"""


class Change(NamedTuple):
    """``moved``: SQL for (taxpayer_id, name_folded, before); the two conditions on its ``before`` and member ``m``.

    ``counted`` adds up cells (before, types, n) for each member.
    """

    moved: str
    members: str
    gains: str
    loses: str
    counted: str
    parameters: dict[str, Any]


def _placing(portfolio: int, chosen: Chosen, group: int | None, at: datetime) -> Change:
    parameters: dict[str, Any] = {"portfolio": portfolio, "target": group, "at": at}
    where = condition(chosen, parameters)
    if group is None:
        moved = f"""SELECT k.taxpayer_id, k.name_folded, {GROUP_NOW} AS before FROM access_customer k
        WHERE {where} AND {OWN_INDIVIDUAL} AND ({GROUP_NOW}) IS NOT NULL"""
        return Change(moved, "true", "false", "o.before = ANY(m.groups)", _COUNTED_AS_LOST, parameters)
    moved = f"""SELECT k.taxpayer_id, k.name_folded, {GROUP_NOW} AS before FROM access_customer k
        WHERE {where} AND ({GROUP_NOW}) IS DISTINCT FROM %(target)s"""
    return Change(
        moved,
        "true",
        "%(target)s = ANY(m.groups) AND (o.before IS NULL OR NOT o.before = ANY(m.groups))",
        "o.before = ANY(m.groups) AND NOT %(target)s = ANY(m.groups)",
        _COUNTED_BY_GROUP,
        parameters,
    )


def _membership(portfolio: int, logon: int, groups: Collection[int], at: datetime) -> Change:
    parameters = {"portfolio": portfolio, "logon": logon, "wanted": sorted(groups), "at": at}
    moved = f"""SELECT k.taxpayer_id, k.name_folded, {GROUP_NOW} AS before FROM access_customer k
        WHERE k.portfolio_id = %(portfolio)s AND k.passed_on AND (k.timed OR k.group_id IN (
            SELECT unnest(%(wanted)s::bigint[]) UNION
            SELECT gm.group_id FROM access_groupmember gm WHERE gm.logon_id = %(logon)s AND gm.ended_at IS NULL))"""
    return Change(
        moved,
        "s.logon_id = %(logon)s",
        "o.before = ANY(%(wanted)s) AND NOT o.before = ANY(m.groups)",
        "o.before = ANY(m.groups) AND NOT o.before = ANY(%(wanted)s)",
        _COUNTED_PLAINLY,
        parameters,
    )


def _alive(alias: str) -> str:
    return live(alias, past=False)


def relations(moved: str, members: str) -> str:
    """moved, open (the moved customers of which something passes, with the account types), member, refined.

    ``moved`` is SQL for (taxpayer_id, name_folded, before), ``members`` a condition on the secondary logon ``s``.
    """
    sources, client_sources = sources_of_holder()
    passes = f"""(o.taxpayer_id = ANY(held.sources) OR EXISTS (
            SELECT FROM access_grant g WHERE g.account_id = a.id AND g.third_party_id = ANY(held.client_sources)
            AND {_alive("g")}) AND NOT {paused("o.taxpayer_id", past=False)})"""
    return f"""WITH moved AS MATERIALIZED ({moved}),
    held AS MATERIALIZED (
        SELECT {sources} AS sources, {client_sources} AS client_sources FROM access_portfolioholder h
        WHERE h.portfolio_id = %(portfolio)s AND {_alive("h")} AND {active("h.holder_id", past=False)}
          AND {parentless("h.holder_id")}),
    passing AS MATERIALIZED (
        SELECT o.taxpayer_id, o.name_folded, o.before, a.id AS account_id, a.account_type_id
        FROM moved o CROSS JOIN held JOIN taxpayers_account a ON a.taxpayer_id = o.taxpayer_id
        WHERE {passes} AND NOT {taxpayer_has("o.taxpayer_id", "frozen_as_taxpayer", past=False)}),
    open AS MATERIALIZED (
        SELECT taxpayer_id, name_folded, before, array_agg(DISTINCT account_type_id) AS types
        FROM passing GROUP BY taxpayer_id, name_folded, before),
    member AS MATERIALIZED (
        SELECT s.logon_id, s.account_types, CASE s.access_type WHEN 'MA' THEN 3 ELSE s.default_rights END AS ceiling,
               ARRAY(SELECT gm.group_id FROM access_groupmember gm JOIN access_securitygroup sg ON sg.id = gm.group_id
                     AND sg.portfolio_id = s.portfolio_id
                     WHERE gm.logon_id = s.logon_id AND {_alive("gm")} AND {_alive("sg")}) AS groups
        FROM access_secondarylogon s
        WHERE s.portfolio_id = %(portfolio)s AND s.accepted AND {_alive("s")}
          AND {active("s.logon_id", past=False)} AND {members}),
    refined AS MATERIALIZED (
        SELECT m.logon_id, p.taxpayer_id,
               bool_or((m.account_types IS NULL OR p.account_type_id = ANY(m.account_types))
                   AND CASE WHEN rc.rights = 0 THEN 0 ELSE coalesce(ra.rights, rc.rights, m.ceiling) END > 0) AS sees
        FROM (SELECT DISTINCT r.logon_id, r.taxpayer_id FROM access_refinement r
              WHERE r.ended_at IS NULL AND r.logon_id IN (SELECT logon_id FROM member)) r
        JOIN member m ON m.logon_id = r.logon_id
        JOIN passing p ON p.taxpayer_id = r.taxpayer_id
        LEFT JOIN access_refinement ra ON ra.logon_id = m.logon_id AND ra.taxpayer_id = p.taxpayer_id
             AND ra.account_id = p.account_id AND {_alive("ra")}
        LEFT JOIN access_refinement rc ON rc.logon_id = m.logon_id AND rc.taxpayer_id = p.taxpayer_id
             AND rc.account_id IS NULL AND {_alive("rc")}
        GROUP BY m.logon_id, p.taxpayer_id)"""


def preview_of(change: Change) -> Preview:
    """Count what the change would do for each secondary logon."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""{relations(change.moved, change.members)},
            cell AS MATERIALIZED (SELECT before, types, count(*) AS n FROM open GROUP BY before, types),
            by_types AS MATERIALIZED (SELECT types, sum(n) AS n FROM cell GROUP BY types),
            counted AS (
                {change.counted}
                UNION ALL
                SELECT m.logon_id,
                       coalesce(sum(f.sees::int - ({SEEN})::int) FILTER (WHERE {change.gains}), 0),
                       coalesce(sum(f.sees::int - ({SEEN})::int) FILTER (WHERE {change.loses}), 0)
                FROM refined f JOIN member m ON m.logon_id = f.logon_id JOIN open o ON o.taxpayer_id = f.taxpayer_id
                GROUP BY m.logon_id)
            SELECT logon_id, sum(gains)::bigint, sum(losses)::bigint, (SELECT count(*) FROM moved)
            FROM counted GROUP BY logon_id HAVING sum(gains) > 0 OR sum(losses) > 0
            UNION ALL SELECT NULL, 0, 0, (SELECT count(*) FROM moved)
            ORDER BY 1 NULLS LAST""",
            change.parameters,
        )
        rows = cursor.fetchall()
    return Preview(rows[-1][3], [LogonChange(logon, gains, losses) for logon, gains, losses, _ in rows[:-1]])


def customers_of(change: Change, logon: int, gained: bool, first: int, size: int) -> list[ChangedCustomer]:
    """A page of the clients that one logon would gain or lose."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""{relations(change.moved, change.members)}
            SELECT t.id, t.legal_name
            FROM member m JOIN open o ON {change.gains if gained else change.loses}
            JOIN taxpayers_taxpayer t ON t.id = o.taxpayer_id
            LEFT JOIN refined f ON f.logon_id = m.logon_id AND f.taxpayer_id = o.taxpayer_id
            WHERE m.logon_id = %(whose)s AND coalesce(f.sees, {SEEN})
            ORDER BY o.name_folded, o.taxpayer_id LIMIT %(size)s OFFSET %(first)s""",
            {**change.parameters, "whose": logon, "size": size, "first": first},
        )
        return [ChangedCustomer(*row) for row in cursor.fetchall()]
