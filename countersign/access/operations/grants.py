"""Begin and end third-party access to an account. Whether it may be done is the caller's question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Q

from countersign.access.models import Grant
from countersign.access.operations.customers import lock_reach, portfolios_fed_by, refresh
from countersign.access.operations.portfolios import ensure_portfolios_of
from countersign.policy.errors import Stale
from countersign.policy.rights import Rights
from countersign.taxpayers.models import Account


def begin_grants(
    *,
    third_party: int,
    rights: Mapping[int, Rights],
    begins_at: datetime,
    ends_at: datetime | None,
    submission: str,
    now: datetime,
) -> list[Grant]:
    """Give the third party access to accounts of one taxpayer (account key → rights).

    What overlaps on the same account is ended first ("replaced"); periods of one pair never overlap. The accounts'
    rows are locked in key order, so that two of these never both begin. Must run inside a transaction.
    """
    accounts = lock_accounts(rights)
    lock_reach(third_party, sources_change=False)
    overlapping = Grant.objects.filter(
        third_party_id=third_party, account_id__in=accounts, ended_at__isnull=True
    ).filter(Q(ends_at__isnull=True) | Q(ends_at__gt=begins_at))
    if ends_at is not None:
        overlapping = overlapping.filter(begins_at__lt=ends_at)
    overlapping.update(ended_at=now, ended_by=submission)
    # A lapsed grant that began at the same moment would still hold its place among the current ones.
    Grant.objects.filter(
        third_party_id=third_party, account_id__in=accounts, ended_at__isnull=True, begins_at=begins_at
    ).update(ended_at=now, ended_by=submission)
    begun = Grant.objects.bulk_create(
        Grant(
            third_party_id=third_party,
            account_id=account,
            rights=int(rights[account]),
            begins_at=begins_at,
            ends_at=ends_at,
            begun_by=submission,
        )
        for account in accounts
    )
    new = ensure_portfolios_of(third_party, now=now, submission=submission)
    if new:
        refresh(portfolios=new, taxpayers=None)
    _refresh_customers(third_party, accounts)
    return begun


def end_grants(*, grants: Iterable[Grant], submission: str, now: datetime) -> None:
    """End these grants of one third party at once.

    Raises ``Stale`` (and so undoes the transaction) when somebody ended one of them first.
    """
    ending = list(grants)
    if not ending:
        return
    third_party = ending[0].third_party_id
    accounts = lock_accounts({grant.account_id for grant in ending})
    lock_reach(third_party, sources_change=False)
    keys = [grant.pk for grant in ending]
    ended = Grant.objects.filter(pk__in=keys, ended_at__isnull=True).update(ended_at=now, ended_by=submission)
    if ended != len(keys):
        raise Stale(what="grant_ended")
    _refresh_customers(third_party, accounts)


def lock_accounts(accounts: Iterable[int]) -> list[int]:
    """Lock these accounts in key order: every change of grants on an account queues here."""
    locked = Account.objects.select_for_update(no_key=True).filter(pk__in=list(accounts)).order_by("pk")
    return [account.pk for account in locked]


def _refresh_customers(third_party: int, accounts: Iterable[int]) -> None:
    portfolios = portfolios_fed_by(third_party)
    taxpayers = Account.objects.filter(pk__in=list(accounts)).values_list("taxpayer_id", flat=True).distinct()
    if portfolios:
        refresh(portfolios=portfolios, taxpayers=list(taxpayers))
