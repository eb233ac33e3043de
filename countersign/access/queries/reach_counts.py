"""How many customers secondary logons reach, security group by security group: by the rule, for a matrix or a preview.

Set algebra as in :mod:`countersign.access.queries.group_changes`: customers are counted by group and by the account
types that pass, and each logon adds up the counts of its groups. For nearly all customers both stand in the derived
list, so that 100,000 are counted in the time of one walk over it. Whoever may change by a plan, or is singled out by a
refinement, is asked of the facts. ``tests/differential`` holds it to the rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from countersign.access.models import GroupMember, SecondaryLogon
from countersign.access.queries.chosen_customers import GROUP_NOW
from countersign.access.queries.covering import Limits
from countersign.access.queries.group_changes import SEEN, relations
from countersign.access.queries.live import live
from countersign.access.queries.own import live_at
from countersign.access.queries.paths import paused, taxpayer_has
from countersign.access.queries.secondary_profile import sources_of_holder
from countersign.policy.rights import Rights

Counts = dict[int, int]
"""Key of a security group → how many of its customers are reached. Groups without any are missing."""


class Reach(NamedTuple):
    """``of``: key of a logon → what it reaches. ``whole``: what the parent logon passes on in each of their groups."""

    of: dict[int, Counts]
    whole: Counts


def reach_of_logons(portfolio: int, logons: Collection[int], *, at: datetime) -> Reach:
    """What each of these secondary logons really reaches, in each group that it is let in to. Three statements.

    A logon that has not enrolled, or is deactivated, reaches nothing. The cost follows the customers of the groups that
    any of them is let in to, not logons × customers.
    """
    groups, bounded = _groups_and_bounds(portfolio, logons, at)
    parameters: dict[str, Any] = {"portfolio": portfolio, "at": at, "logons": sorted(logons), "groups": groups}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""{_cells(_REFINED, "s.logon_id = ANY(%(logons)s)", kept="types" if bounded else "NULL::bigint[]")},
            bound AS MATERIALIZED (SELECT DISTINCT account_types FROM member WHERE ceiling > 0),
            bound_cell AS MATERIALIZED (
                SELECT b.account_types, c.before, sum(c.n) AS n FROM bound b
                JOIN cell c ON b.account_types IS NULL OR c.types && b.account_types
                GROUP BY b.account_types, c.before)
            SELECT logon_id, group_id, sum(n)::bigint FROM (
                SELECT m.logon_id, b.before AS group_id, b.n FROM member m CROSS JOIN unnest(m.groups) AS let_in
                JOIN bound_cell b ON b.before = let_in AND b.account_types IS NOT DISTINCT FROM m.account_types
                WHERE m.ceiling > 0
                UNION ALL
                SELECT m.logon_id, o.before, f.sees::int - ({SEEN})::int
                FROM refined f JOIN member m ON m.logon_id = f.logon_id JOIN open o ON o.taxpayer_id = f.taxpayer_id
                WHERE o.before = ANY(m.groups)) found
            GROUP BY logon_id, group_id HAVING sum(n) > 0
            UNION ALL SELECT NULL, before, sum(n)::bigint FROM cell WHERE before IS NOT NULL GROUP BY before""",
            parameters,
        )
        found: dict[int | None, Counts] = defaultdict(dict)
        for logon, group, count in cursor.fetchall():
            found[logon][group] = count
    whole = found.pop(None, {})
    return Reach({logon: counts for logon, counts in found.items() if logon is not None}, whole)


def reach_of_limits(portfolio: int, limits: Limits, *, at: datetime) -> Counts:
    """What a logon with these limits, and without refinements, would reach as soon as it is in use. One statement."""
    if limits.ceiling == Rights.NO_ACCESS or not limits.groups:
        return {}
    types = limits.account_types
    parameters: dict[str, Any] = {"portfolio": portfolio, "at": at, "groups": sorted(limits.groups)}
    which = "types <> '{}'"
    if types is not None:
        parameters["types"], which = sorted(types), "types && %(types)s::bigint[]"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""{_cells("", "false", kept="NULL::bigint[]", which=which)}
            SELECT before, sum(n)::bigint FROM cell WHERE before = ANY(%(groups)s) GROUP BY before""",
            parameters,
        )
        return dict(cursor.fetchall())


def total(counts: Mapping[int, int]) -> int:
    """All customers: each is in one group only (law 3)."""
    return sum(counts.values())


# The account types of customer ``k`` on which something passes now.
_TYPES_NOW = """CASE WHEN k.type_ends = '{}' THEN k.account_types ELSE ARRAY(
    SELECT x.t FROM unnest(k.account_types, k.type_ends) x (t, e) WHERE x.e IS NULL OR x.e > %(at)s) END"""


_REFINED = """SELECT r.taxpayer_id FROM access_refinement r
    WHERE r.logon_id = ANY(%(logons)s) AND r.ended_at IS NULL"""


def _cells(singled_out: str, members: str, *, kept: str, which: str = "types <> '{}'") -> str:
    """SQL that ends in ``cell`` (before, types, n): customers of ``%(groups)s``, by group and account types that pass.

    ``singled_out`` is SQL for keys of customers that are looked at one by one, besides those that change by a plan.
    ``kept``: what is told apart, ``types`` or nothing; ``which``: a condition on ``types``.
    """
    sources, client_sources = sources_of_holder()
    # While a source is closed as third party its own accounts pass and its clients' do not: the list has both together.
    closed = f"""(SELECT {sources} <> {client_sources} FROM access_portfolioholder h
        WHERE h.portfolio_id = %(portfolio)s AND {live("h", past=False)})"""
    here = "k.portfolio_id = %(portfolio)s AND k.passed_on"
    in_groups = f"{here} AND NOT k.timed AND k.group_id = ANY(%(groups)s::bigint[])"
    alone = f"k.taxpayer_id IN ({singled_out})" if singled_out else "false"
    moved = " UNION ALL ".join(
        f"SELECT k.taxpayer_id, k.name_folded, {group} AS before FROM access_customer k WHERE {condition}"
        for group, condition in (
            (GROUP_NOW, f"{here} AND k.timed"),
            ("k.group_id", f"{in_groups} AND k.planned"),
            ("k.group_id", f"{in_groups} AND NOT k.planned AND {alone}"),
            ("k.group_id", f"{in_groups} AND NOT k.planned AND NOT {alone} AND {closed}"),
        )
    )
    return f"""{relations(moved, members)},
    cell AS MATERIALIZED (
        SELECT before, {kept} AS types, count(*) AS n FROM open WHERE {which} GROUP BY before, {kept}
        UNION ALL
        SELECT before, {kept}, count(*) FROM (
            SELECT k.group_id AS before, {_TYPES_NOW} AS types FROM access_customer k CROSS JOIN held
            WHERE {in_groups} AND NOT k.planned AND NOT {alone} AND NOT {closed}
              AND NOT {taxpayer_has("k.taxpayer_id", "frozen_as_taxpayer", past=False)}
              AND (k.taxpayer_id = ANY(held.sources) OR NOT {paused("k.taxpayer_id", past=False)})) plain
        WHERE {which} GROUP BY before, {kept})"""


def _groups_and_bounds(portfolio: int, logons: Collection[int], at: datetime) -> tuple[list[int], bool]:
    """Every group that any of these logons is let in to, and whether any is limited to some account types."""
    members = GroupMember.objects.filter(live_at(at), logon_id__in=logons, group__portfolio_id=portfolio)
    limited = SecondaryLogon.objects.filter(live_at(at), logon_id__in=logons, account_types__isnull=False)
    return sorted(members.values_list("group_id", flat=True).distinct()), limited.exists()
