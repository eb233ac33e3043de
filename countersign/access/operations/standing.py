"""Change the standing of a logon, or a condition of a taxpayer."""

from __future__ import annotations

from datetime import datetime

from countersign.access.models import LogonStanding, TaxpayerCondition
from countersign.logons.models import Logon
from countersign.policy.facts import Condition, Standing
from countersign.taxpayers.models import Taxpayer


def change_standing(*, logon: Logon, standing: Standing, submission: str, now: datetime) -> None:
    """End the logon's present standing and begin another. Must run inside a transaction."""
    Logon.objects.select_for_update().get(pk=logon.pk)
    LogonStanding.objects.filter(logon=logon, ended_at__isnull=True).update(ended_at=now, ended_by=submission)
    LogonStanding.objects.create(logon=logon, status=standing.value, begins_at=now, begun_by=submission)


def begin_condition(*, taxpayer: Taxpayer, condition: Condition, submission: str, now: datetime) -> None:
    """Let a condition (frozen, deceased, …) hold for the taxpayer from now on; no change if it does."""
    Taxpayer.objects.select_for_update(no_key=True).get(pk=taxpayer.pk)
    live = TaxpayerCondition.objects.filter(taxpayer=taxpayer, condition=condition.value, ended_at__isnull=True)
    if not live.exists():
        TaxpayerCondition.objects.create(
            taxpayer=taxpayer, condition=condition.value, begins_at=now, begun_by=submission
        )


def end_condition(*, taxpayer: Taxpayer, condition: Condition, submission: str, now: datetime) -> None:
    """End a condition of the taxpayer, if it holds."""
    TaxpayerCondition.objects.filter(taxpayer=taxpayer, condition=condition.value, ended_at__isnull=True).update(
        ended_at=now, ended_by=submission
    )
