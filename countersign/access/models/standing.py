"""Standing: whether a logon is active, and what is true of a taxpayer for a while."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from countersign.access.models.fact import NOT_ENDED, Fact
from countersign.taxpayers.models import Taxpayer


class LogonStanding(Fact):
    """invited, active, deactivated, cancelled or closed. Only an active logon is ever allowed anything."""

    logon = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="standings", db_index=False)
    status = models.CharField(max_length=11)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["logon"], condition=NOT_ENDED, name="one_standing_per_logon"),
        ]
        indexes = [models.Index(fields=["logon", "begins_at"], name="standing_history")]

    def __str__(self) -> str:
        return f"logon {self.logon_id} {self.status}"


class TaxpayerCondition(Fact):
    """frozen as taxpayer, frozen as third party, deceased, dissolved, fiduciary confirmed."""

    taxpayer = models.ForeignKey(Taxpayer, models.PROTECT, related_name="conditions", db_index=False)
    condition = models.CharField(max_length=21)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["taxpayer", "condition"], condition=NOT_ENDED, name="one_condition_of_a_kind"
            ),
        ]
        indexes = [models.Index(fields=["taxpayer", "condition", "begins_at"], name="condition_history")]

    def __str__(self) -> str:
        return f"taxpayer {self.taxpayer_id} {self.condition}"
