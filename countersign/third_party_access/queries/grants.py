"""Grants between a client and a third party that are live or planned, and the version of what was seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from countersign.access.models import Grant
from countersign.policy.rights import Rights
from countersign.taxpayers.models import Account
from countersign.third_party_access.queries.periods import day_of, last_day_of


@dataclass(frozen=True, slots=True)
class Holding:
    """One grant as pages show it."""

    grant: Grant
    account: Account
    rights: Rights
    since: date
    until: date | None
    begun: bool

    def closed(self, on: date) -> bool:
        """Whether the account is closed that day: nothing is widened on it (SPEC 6: only on open accounts)."""
        return self.account.closed_on is not None and self.account.closed_on <= on


def current_grants(third_party: int, *, at: datetime) -> QuerySet[Grant]:
    """Grants of the third party that are live or have yet to begin (``at`` is the present moment)."""
    return Grant.objects.filter(third_party_id=third_party, ended_at__isnull=True).filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at)
    )


def holdings(third_party: int, client: int, *, at: datetime) -> list[Holding]:
    """What the third party holds, or will hold, on accounts of the client: by account number and begin."""
    grants = (
        current_grants(third_party, at=at)
        .filter(account__taxpayer_id=client)
        .select_related("account__account_type")
        .order_by("account__number", "begins_at")
    )
    return [holding_of(grant, at=at) for grant in grants]


def holding_of(grant: Grant, *, at: datetime) -> Holding:
    """The grant as pages show it."""
    return Holding(
        grant,
        grant.account,
        Rights(grant.rights),
        day_of(grant.begins_at),
        last_day_of(grant.ends_at),
        grant.begins_at <= at,
    )


def open_accounts(client: int, *, account_types: Iterable[int], on: date) -> list[Account]:
    """The client's accounts of these types that are open on the day (SPEC 6: new grants only on those)."""
    return list(
        Account.objects.filter(taxpayer_id=client, account_type_id__in=list(account_types))
        .filter(Q(closed_on__isnull=True) | Q(closed_on__gt=on))
        .select_related("account_type")
        .order_by("account_type__name", "number")
    )


def version_of(*parts: object) -> str:
    """A short name for exactly what somebody saw: it changes when any part does."""
    return hashlib.sha256(json.dumps(parts, default=str, sort_keys=True).encode()).hexdigest()[:32]


def version_of_holdings(seen: Iterable[Holding]) -> str:
    """The version of a list of grants: facts never change, so their keys say everything."""
    return version_of(sorted(holding.grant.pk for holding in seen))
