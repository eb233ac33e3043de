"""Who was named to follow as Master Administrator. No decision reads it: what it leads to is a fact."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from countersign.taxpayers.models import Taxpayer


class OfferState(models.TextChoices):
    """How an offer goes on. What is past its time has expired."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class SuccessorOffer(models.Model):
    """The last Master Administrator of a taxpayer left and named somebody of its Tax Administrators to follow."""

    taxpayer = models.ForeignKey(Taxpayer, models.PROTECT, related_name="+", db_index=False)
    offered_to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    confirmation_number = models.CharField(max_length=10, help_text="Of the submission with which the other left")
    offered_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=OfferState.choices, default=OfferState.OPEN)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["offered_to"], condition=models.Q(state="open"), name="open_offers_of_logon"),
        ]

    def __str__(self) -> str:
        return f"offer {self.pk}"
