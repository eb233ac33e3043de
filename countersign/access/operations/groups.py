"""Facts of security groups: who is placed where, who is let in. Whether it may be done is the caller's question.

All of these run inside a transaction that holds the portfolio (``customers.lock_portfolio``).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection

from countersign.access.models import GroupMember, Placement, SecurityGroup
from countersign.access.operations.customers import refresh
from countersign.access.queries.chosen_customers import GROUP_NOW, OWN_INDIVIDUAL, Chosen, condition
from countersign.access.queries.live import after_waiting


def begin_group(*, portfolio: int, name: str, description: str, submission: str, now: datetime) -> SecurityGroup:
    """A new group without customers or logons."""
    return SecurityGroup.objects.create(
        portfolio_id=portfolio, name=name, description=description, begins_at=now, begun_by=submission
    )


def end_group(*, group: SecurityGroup, default_group: int, submission: str, now: datetime) -> int:
    """End a group: its customers go to Default, its logons are no longer let in. Returns how many customers."""
    moved = place(
        portfolio=group.portfolio_id,
        chosen=Chosen(group=group.pk),
        group=default_group,
        submission=submission,
        now=now,
    )
    # Also of taxpayers that are not reached at the moment, or are to come here by a plan: they come to Default.
    left = Placement.objects.filter(group=group, ended_at__isnull=True)
    others = list(left.values_list("taxpayer_id", flat=True))
    left.update(ended_at=now, ended_by=submission)
    GroupMember.objects.filter(group=group, ended_at__isnull=True).update(ended_at=now, ended_by=submission)
    SecurityGroup.objects.filter(pk=group.pk, ended_at__isnull=True).update(ended_at=now, ended_by=submission)
    if others:
        refresh(portfolios=[group.portfolio_id], taxpayers=others)
    return moved


_CHOOSE = """
CREATE TEMPORARY TABLE IF NOT EXISTS being_placed (taxpayer_id bigint PRIMARY KEY) ON COMMIT DROP
"""
_END = """
UPDATE access_placement pl SET ended_at = %(now)s, ended_by = %(submission)s FROM being_placed
WHERE pl.portfolio_id = %(portfolio)s AND pl.taxpayer_id = being_placed.taxpayer_id AND pl.ended_at IS NULL
"""
_BEGIN = """
INSERT INTO access_placement (portfolio_id, taxpayer_id, group_id, begins_at, begun_by, ended_by)
SELECT %(portfolio)s, being_placed.taxpayer_id, %(target)s, %(now)s, %(submission)s, '' FROM being_placed
WHERE NOT %(to_default)s OR EXISTS (
    SELECT FROM taxpayers_taxpayer t JOIN access_taxpayeraccess own ON own.taxpayer_id = t.id AND own.ended_at IS NULL
    JOIN access_portfolioholder h ON h.holder_id = own.logon_id AND h.ended_at IS NULL
    WHERE t.id = being_placed.taxpayer_id AND t.kind = 'individual' AND own.access_type = 'MA' AND own.accepted
      AND h.portfolio_id = %(portfolio)s)
"""
_DERIVE = """
UPDATE access_customer k SET group_id = %(target)s, timed = EXISTS (
    SELECT FROM access_securitygroup g WHERE g.id = %(target)s
    AND (g.ends_at IS NOT NULL OR g.begins_at > g.recorded_at)) FROM being_placed
WHERE k.portfolio_id = %(portfolio)s AND k.taxpayer_id = being_placed.taxpayer_id AND k.passed_on
"""


def place(*, portfolio: int, chosen: Chosen, group: int, submission: str, now: datetime) -> int:
    """Put the chosen customers in ``group``, and so take each out of the one it was in. Returns how many moved.

    An individual that the holder keeps to itself is shared by a placement, in Default too; every other customer
    needs none there.
    """
    parameters: dict[str, Any] = {
        "portfolio": portfolio,
        "target": group,
        "now": now,
        "at": after_waiting(now),
        "submission": submission,
        "to_default": SecurityGroup.objects.filter(pk=group, is_default=True).exists(),
    }
    where = condition(chosen, parameters)
    with connection.cursor() as cursor:
        cursor.execute(_CHOOSE)
        cursor.execute("TRUNCATE being_placed")
        cursor.execute(
            f"""INSERT INTO being_placed SELECT k.taxpayer_id FROM access_customer k
            WHERE {where} AND ({GROUP_NOW}) IS DISTINCT FROM %(target)s""",
            parameters,
        )
        moved = int(cursor.rowcount)
        if moved:
            cursor.execute(_END, parameters)
            cursor.execute(_BEGIN, parameters)
            cursor.execute(_DERIVE, parameters)
    return moved


_KEEP = """
UPDATE access_customer k SET group_id = NULL, timed = EXISTS (
    SELECT FROM access_taxpayeraccess own JOIN access_portfolioholder h ON h.holder_id = own.logon_id
    WHERE h.portfolio_id = %(portfolio)s AND h.ended_at IS NULL AND own.taxpayer_id = k.taxpayer_id
      AND own.access_type = 'MA' AND own.accepted AND own.ended_at IS NULL
      AND (own.ends_at IS NOT NULL OR own.begins_at > own.recorded_at)) FROM being_placed
WHERE k.portfolio_id = %(portfolio)s AND k.taxpayer_id = being_placed.taxpayer_id AND k.passed_on
"""


def keep(*, portfolio: int, chosen: Chosen, submission: str, now: datetime) -> int:
    """Take the holder's own individuals among the chosen out of every group. Returns how many.

    They are "kept to yourself: in no group until P places them" (SPEC 2), as before their placement.
    """
    parameters: dict[str, Any] = {
        "portfolio": portfolio,
        "now": now,
        "at": after_waiting(now),
        "submission": submission,
    }
    where = condition(chosen, parameters)
    with connection.cursor() as cursor:
        cursor.execute(_CHOOSE)
        cursor.execute("TRUNCATE being_placed")
        cursor.execute(
            f"""INSERT INTO being_placed SELECT k.taxpayer_id FROM access_customer k
            WHERE {where} AND {OWN_INDIVIDUAL} AND ({GROUP_NOW}) IS NOT NULL""",
            parameters,
        )
        kept = int(cursor.rowcount)
        if kept:
            cursor.execute(_END, parameters)
            cursor.execute(_KEEP, parameters)
    return kept


def set_groups(*, logon: int, groups: Collection[int], submission: str, now: datetime) -> tuple[list[int], list[int]]:
    """Let the secondary logon in to exactly these groups. Returns the groups that it came to and left."""
    current = set(GroupMember.objects.filter(logon_id=logon, ended_at__isnull=True).values_list("group_id", flat=True))
    come, left = sorted(set(groups) - current), sorted(current - set(groups))
    GroupMember.objects.filter(logon_id=logon, group_id__in=left, ended_at__isnull=True).update(
        ended_at=now, ended_by=submission
    )
    GroupMember.objects.bulk_create(
        GroupMember(logon_id=logon, group_id=group, begins_at=now, begun_by=submission) for group in come
    )
    return come, left
