"""What somebody asked for who cannot sign in."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class ForgottenAsk(models.Model):
    """An address typed under *Forgot username or password?*, until the worker has answered it and deleted this.

    The page does the same for every address, whether somebody has it or not; who has it is looked up afterwards.
    """

    email = models.CharField(max_length=254)
    language = models.CharField(max_length=8)
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"forgotten {self.pk}"


class FactorRemoval(models.Model):
    """All second factors are lost: they are removed when the waiting is over, unless somebody cancels (SPEC 3)."""

    logon = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    OPEN: ClassVar[models.Q] = models.Q(cancelled_at__isnull=True, done_at__isnull=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["logon"],
                condition=models.Q(cancelled_at__isnull=True, done_at__isnull=True),
                name="one_open_removal_per_logon",
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(cancelled_at__isnull=True, done_at__isnull=True),
                name="factor_removals_due",
            )
        ]

    def __str__(self) -> str:
        return f"factor removal {self.pk}"


class FactorLetter(models.Model):
    """A letter to the address on record whose code removes lost second factors at once. Only a keyed hash is kept."""

    logon = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    code_hash = models.CharField(max_length=64)
    written_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["logon"], condition=models.Q(ended_at__isnull=True), name="one_open_factor_letter_per_logon"
            )
        ]

    def __str__(self) -> str:
        return f"factor letter {self.pk}"
