"""Reads of registration: one's own registration under way, who decides about a taxpayer, requests for access."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from countersign.access.models import LogonStanding, SecondaryLogon, TaxpayerAccess
from countersign.access.queries.own import live_at
from countersign.logons.models import Logon
from countersign.policy.entry import Outcome, outcome
from countersign.policy.facts import Standing
from countersign.policy.rights import AccessType
from countersign.registration.models import Registration, RequestForAccess
from countersign.taxpayers.models import ProofKind


def open_registration(key: object, *, at: datetime) -> Registration | None:
    """The registration that a session's key names, while it is unfinished and not over."""
    if not isinstance(key, int):
        return None
    return (
        Registration.objects.select_related("taxpayer").filter(pk=key, done_at__isnull=True, expires_at__gt=at).first()
    )


def masters(taxpayer: int, *, provisional: bool, at: datetime) -> QuerySet[Logon]:
    """The active, parentless Master Administrators of the taxpayer: the full ones, or the provisional ones."""
    accesses = TaxpayerAccess.objects.filter(
        live_at(at),
        taxpayer_id=taxpayer,
        access_type=AccessType.MASTER_ADMINISTRATOR.value,
        accepted=True,
        provisional=provisional,
    )
    active = LogonStanding.objects.filter(live_at(at), status=Standing.ACTIVE.value)
    return (
        Logon.objects.filter(pk__in=accesses.values("logon_id"))
        .filter(pk__in=active.values("logon_id"))
        .exclude(pk__in=SecondaryLogon.objects.values("logon_id"))
        .order_by("pk")
    )


def outcome_for(taxpayer: int, *, proved_by: str, logon: int | None, at: datetime) -> Outcome:
    """What somebody with this proof becomes, as things stand. ``logon``: of the person, who never counts as another."""
    return outcome(
        full_master=masters(taxpayer, provisional=False, at=at).exclude(pk=logon or 0).exists(),
        provisional_master=masters(taxpayer, provisional=True, at=at).exclude(pk=logon or 0).exists(),
        by_letter=proved_by == ProofKind.LETTER_ID,
    )


def own_access(logon: int, taxpayer: int, *, at: datetime) -> TaxpayerAccess | None:
    """What the logon is for the taxpayer now, accepted or not."""
    found = TaxpayerAccess.objects.filter(live_at(at), logon_id=logon, taxpayer_id=taxpayer)
    return found.select_related("logon", "taxpayer").first()


def waiting_accesses(logon: int, *, at: datetime) -> QuerySet[TaxpayerAccess]:
    """Where the logon is a provisional Master Administrator and waits."""
    return TaxpayerAccess.objects.filter(
        live_at(at), logon_id=logon, provisional=True, access_type=AccessType.MASTER_ADMINISTRATOR.value
    ).select_related("taxpayer")


def request_with_sides(pk: int) -> RequestForAccess | None:
    """A request for access with its taxpayer and people."""
    return RequestForAccess.objects.select_related("taxpayer", "requested_by", "closed_by").filter(pk=pk).first()
