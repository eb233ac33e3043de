"""Every password that a logon ever had, so that none is used twice (law 9)."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from countersign.logons.models.logon import Logon


class UsedPassword(models.Model):
    """The keyed digest of a password hashed under the logon's one salt: all history is compared after one hash.

    ``cost``: the parameters of that hash, so that a later, dearer cost is told from today's.
    """

    logon = models.ForeignKey(Logon, models.PROTECT, related_name="used_passwords", db_index=False)
    cost = models.CharField(max_length=40)
    digest = models.BinaryField(max_length=32)
    used_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["logon", "cost", "digest"], name="no_password_twice"),
        ]

    def __str__(self) -> str:
        return f"a password of logon {self.logon_id}"
