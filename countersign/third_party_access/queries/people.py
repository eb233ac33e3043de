"""The people of a side: who is told of what happens to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from countersign.access.models import LogonStanding, SecondaryLogon, TaxpayerAccess
from countersign.access.queries.own import live_at
from countersign.logons.models import Logon
from countersign.policy.facts import Standing
from countersign.policy.rights import AccessType
from countersign.submissions.models import Submission


def master_administrators(taxpayer: int, *, at: datetime) -> list[Logon]:
    """The logons that administer the taxpayer: active, parentless, full Master Administrators."""
    accesses = TaxpayerAccess.objects.filter(
        live_at(at),
        taxpayer_id=taxpayer,
        access_type=AccessType.MASTER_ADMINISTRATOR.value,
        accepted=True,
        provisional=False,
    )
    active = LogonStanding.objects.filter(live_at(at), status=Standing.ACTIVE.value)
    return list(
        Logon.objects.filter(pk__in=accesses.values("logon_id"))
        .filter(pk__in=active.values("logon_id"))
        .exclude(pk__in=SecondaryLogon.objects.values("logon_id"))
        .order_by("pk")
    )


def given_by(confirmation_numbers: Iterable[str]) -> dict[str, str]:
    """Who gave what these submissions began: number → name, for those that are submissions."""
    numbers = {number for number in confirmation_numbers if number}
    found = Submission.objects.filter(confirmation_number__in=numbers, closed_by__isnull=False)
    return {
        one.confirmation_number: one.closed_by.full_name for one in found.select_related("closed_by") if one.closed_by
    }
