"""Facts of secondary logons: what each is, and what it may have at most. Who may change them is the caller's question.

All of these run inside a transaction that holds the portfolio (``customers.lock_portfolio``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q

from countersign.access.models import GroupMember, Refinement, SecondaryLogon
from countersign.policy.rights import AccessType, Rights


class Terms(NamedTuple):
    """What a secondary logon is. ``account_types``: keys, None for all, also for those that come later."""

    access_type: AccessType
    default_rights: Rights
    account_types: frozenset[int] | None


def begin_secondary(
    *, logon: int, portfolio: int, terms: Terms, accepted: bool, submission: str, now: datetime
) -> SecondaryLogon:
    """The logon belongs to the portfolio from now on. Usable only when ``accepted``, and while it is active."""
    return SecondaryLogon.objects.create(
        logon_id=logon,
        portfolio_id=portfolio,
        access_type=terms.access_type.value,
        default_rights=int(terms.default_rights),
        account_types=None if terms.account_types is None else sorted(terms.account_types),
        accepted=accepted,
        begins_at=now,
        begun_by=submission,
    )


def terms_of(fact: SecondaryLogon) -> Terms:
    """The terms that the fact states."""
    types = fact.account_types
    return Terms(AccessType(fact.access_type), Rights(fact.default_rights), None if types is None else frozenset(types))


def replace_secondary(
    *, fact: SecondaryLogon, terms: Terms, submission: str, now: datetime, accepted: bool | None = None
) -> SecondaryLogon:
    """Other terms from now on: facts never change, so one ends and another begins. ``accepted`` None: as it was."""
    end_facts([fact.pk], submission=submission, now=now)
    return begin_secondary(
        logon=fact.logon_id,
        portfolio=fact.portfolio_id,
        terms=terms,
        accepted=fact.accepted if accepted is None else accepted,
        submission=submission,
        now=now,
    )


def end_facts(facts: Collection[int], *, submission: str, now: datetime) -> int:
    """End these facts of secondary logons; returns how many had not ended yet."""
    return SecondaryLogon.objects.filter(pk__in=facts, ended_at__isnull=True).update(ended_at=now, ended_by=submission)


def end_everything(*, fact: SecondaryLogon, submission: str, now: datetime) -> None:
    """The logon leaves the portfolio: its place in it, its groups and its refinements end together."""
    end_facts([fact.pk], submission=submission, now=now)
    GroupMember.objects.filter(logon_id=fact.logon_id, ended_at__isnull=True).update(ended_at=now, ended_by=submission)
    Refinement.objects.filter(logon_id=fact.logon_id, ended_at__isnull=True).update(ended_at=now, ended_by=submission)


class Place(NamedTuple):
    """Where a refinement holds: one account, or (None) the whole customer."""

    taxpayer: int
    account: int | None


def refine(*, logon: int, place: Place, rights: Rights | None, submission: str, now: datetime) -> None:
    """The most that the logon may have there from now on; None lets its default hold again."""
    there = Q(account_id=place.account) if place.account is not None else Q(account=None)
    Refinement.objects.filter(there, logon_id=logon, taxpayer_id=place.taxpayer, ended_at__isnull=True).update(
        ended_at=now, ended_by=submission
    )
    if rights is not None:
        Refinement.objects.create(
            logon_id=logon,
            taxpayer_id=place.taxpayer,
            account_id=place.account,
            rights=int(rights),
            begins_at=now,
            begun_by=submission,
        )


_NEW = "unnest(%(logons)s::bigint[], %(taxpayers)s::bigint[], %(accounts)s::bigint[], %(rights)s::int[]) n(l, t, a, r)"
_END = f"""
UPDATE access_refinement old SET ended_at = %(now)s, ended_by = %(submission)s FROM {_NEW}
WHERE old.logon_id = n.l AND old.taxpayer_id = n.t AND coalesce(old.account_id, 0) = n.a AND old.ended_at IS NULL
"""
_BEGIN = f"""
INSERT INTO access_refinement (logon_id, taxpayer_id, account_id, rights, begins_at, begun_by, ended_by)
SELECT n.l, n.t, nullif(n.a, 0), n.r, %(now)s, %(submission)s, '' FROM {_NEW} WHERE n.r >= 0
"""


def refine_all(*, changes: Mapping[int, Mapping[Place, Rights | None]], submission: str, now: datetime) -> None:
    """As :func:`refine` for many logons (key → places) at once: two statements, however many there are."""
    rows = [
        (logon, place.taxpayer, place.account or 0, -1 if rights is None else int(rights))
        for logon, places in changes.items()
        for place, rights in places.items()
    ]
    parameters: dict[str, Any] = {
        "logons": [row[0] for row in rows],
        "taxpayers": [row[1] for row in rows],
        "accounts": [row[2] for row in rows],
        "rights": [row[3] for row in rows],
        "submission": submission,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_END, parameters)
        cursor.execute(_BEGIN, parameters)
