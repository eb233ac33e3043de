"""What a parentless logon is for a taxpayer: begin it, make it full, end it. Whether it may is the caller's question.

All of these run inside a transaction. Callers lock the taxpayer's row first (``hold_taxpayer``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q

from countersign.access.models import AccountRights, Grant, PortfolioHolder, TaxpayerAccess
from countersign.access.operations.customers import lock_reach, refresh
from countersign.access.operations.portfolios import ensure_portfolio
from countersign.logons.models import Logon
from countersign.policy.errors import Stale
from countersign.policy.reasons import Reason
from countersign.policy.rights import AccessType, Rights
from countersign.taxpayers.models import Taxpayer


def hold_taxpayer(taxpayer: int) -> Taxpayer:
    """Lock the taxpayer's row: every change of who has access to it queues here."""
    return Taxpayer.objects.select_for_update(no_key=True).get(pk=taxpayer)


def begin_access(
    *,
    logon: Logon,
    taxpayer: Taxpayer,
    access_type: AccessType,
    submission: str,
    now: datetime,
    provisional: bool = False,
    accepted: bool = True,
    rights: Mapping[int, Rights] | None = None,
) -> TaxpayerAccess:
    """Make the logon Master or Tax Administrator of the taxpayer; what it was before ends ("replaced").

    ``rights``: account key → what a Tax Administrator holds; No Access or absent for none. ``accepted`` false:
    held, not usable, until the person has accepted (SPEC 4, Enrollment).
    """
    lock_reach(taxpayer.pk, sources_change=True)
    _end_rows(logon.pk, taxpayer.pk, submission, now)
    begun = TaxpayerAccess.objects.create(
        logon=logon,
        taxpayer=taxpayer,
        access_type=access_type.value,
        provisional=provisional,
        accepted=accepted,
        begins_at=now,
        begun_by=submission,
    )
    AccountRights.objects.bulk_create(
        AccountRights(logon=logon, account_id=account, rights=int(level), begins_at=now, begun_by=submission)
        for account, level in sorted((rights or {}).items())
        if level > Rights.NO_ACCESS
    )
    _refresh(logon, begun, submission, now)
    return begun


def make_full(*, access: TaxpayerAccess, submission: str, now: datetime) -> TaxpayerAccess:
    """End a provisional fact and begin a full one (SPEC 3). Raises ``Stale`` when somebody ended it first."""
    if not _still(access):
        raise Stale(what=Reason.ACCESS_CHANGED)
    return begin_access(
        logon=access.logon,
        taxpayer=access.taxpayer,
        access_type=AccessType.MASTER_ADMINISTRATOR,
        submission=submission,
        now=now,
    )


def end_access(*, access: TaxpayerAccess, submission: str, now: datetime) -> None:
    """End what the logon is for the taxpayer, with its rights account by account, at once.

    What secondary logons reach through it ends in the same moment, because it is asked of this fact. Raises
    ``Stale`` when somebody ended it first.
    """
    lock_reach(access.taxpayer_id, sources_change=True)
    if not _end_rows(access.logon_id, access.taxpayer_id, submission, now, access=access.pk):
        raise Stale(what=Reason.ACCESS_CHANGED)
    _refresh(access.logon, None, submission, now, taxpayer=access.taxpayer_id)


def _still(access: TaxpayerAccess) -> bool:
    return TaxpayerAccess.objects.select_for_update().filter(pk=access.pk, ended_at__isnull=True).exists()


def _end_rows(logon: int, taxpayer: int, submission: str, now: datetime, *, access: int | None = None) -> int:
    which = Q(logon_id=logon, taxpayer_id=taxpayer, ended_at__isnull=True)
    if access is not None:
        which &= Q(pk=access)
    ended = TaxpayerAccess.objects.filter(which).update(ended_at=now, ended_by=submission)
    if ended:
        AccountRights.objects.filter(logon_id=logon, account__taxpayer_id=taxpayer, ended_at__isnull=True).update(
            ended_at=now, ended_by=submission
        )
    return ended


def _refresh(
    logon: Logon, begun: TaxpayerAccess | None, submission: str, now: datetime, *, taxpayer: int | None = None
) -> None:
    """Keep the derived customers of the logon's portfolios: the taxpayer itself, and its clients if it has any."""
    source = begun.taxpayer_id if begun is not None else taxpayer
    clients = Grant.objects.filter(third_party_id=source, ended_at__isnull=True).exists()
    full = begun is not None and begun.access_type == AccessType.MASTER_ADMINISTRATOR.value
    full = full and begun is not None and begun.accepted and not begun.provisional
    if clients and full:
        ensure_portfolio(logon, now=now, submission=submission)
    held = PortfolioHolder.objects.filter(holder=logon, ended_at__isnull=True)
    portfolios = list(held.order_by("portfolio_id").values_list("portfolio_id", flat=True))
    if portfolios:
        refresh(portfolios=portfolios, taxpayers=None if clients or source is None else [source])
