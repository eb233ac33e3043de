"""The people of a side: who is told of what happens to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import QuerySet

from countersign.access.models import LogonStanding, SecondaryLogon, TaxpayerAccess
from countersign.access.queries.own import live_at
from countersign.logons.models import Logon
from countersign.policy.facts import Standing
from countersign.policy.rights import AccessType
from countersign.submissions.models import Submission


def master_administrators(taxpayer: int, *, at: datetime) -> list[Logon]:
    """The logons that administer the taxpayer: active, parentless, full Master Administrators."""
    return list(Logon.objects.filter(pk__in=_administering([taxpayer], at).values("logon_id")).order_by("pk"))


def administrators_of_all(taxpayers: Collection[int], *, at: datetime) -> dict[int, list[int]]:
    """Key of a logon → those of the taxpayers that it administers, by key."""
    found: dict[int, list[int]] = defaultdict(list)
    accesses = _administering(taxpayers, at).order_by("logon_id", "taxpayer_id")
    for logon, taxpayer in accesses.values_list("logon_id", "taxpayer_id"):
        found[logon].append(taxpayer)
    return found


def _administering(taxpayers: Collection[int], at: datetime) -> QuerySet[TaxpayerAccess]:
    active = LogonStanding.objects.filter(live_at(at), status=Standing.ACTIVE.value)
    return (
        TaxpayerAccess.objects.filter(
            live_at(at),
            taxpayer_id__in=taxpayers,
            access_type=AccessType.MASTER_ADMINISTRATOR.value,
            accepted=True,
            provisional=False,
        )
        .filter(logon_id__in=active.values("logon_id"))
        .exclude(logon_id__in=SecondaryLogon.objects.values("logon_id"))
    )


def given_by(confirmation_numbers: Iterable[str]) -> dict[str, str]:
    """Who gave what these submissions began: number → name, for those that are submissions."""
    numbers = {number for number in confirmation_numbers if number}
    found = Submission.objects.filter(confirmation_number__in=numbers, closed_by__isnull=False)
    return {
        one.confirmation_number: one.closed_by.full_name for one in found.select_related("closed_by") if one.closed_by
    }
