"""One change that somebody asked for, with a confirmation number and a status (SPEC 1, 7)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from countersign.taxpayers.models import Taxpayer


class Status(models.TextChoices):
    """SPEC 7."""

    PENDING = "pending", _("Pending")
    PROCESSED = "processed", _("Processed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    REJECTED = "rejected", _("Rejected")


class Submission(models.Model):
    """The receipt of one change. What it changed are facts that carry its confirmation number.

    ``taxpayer`` is whose access it concerns; ``third_party`` the other side, if there is one; ``waits_for`` the
    taxpayer whose Master Administrator (or the third party whose one) has to decide while it is pending.
    ``subject`` is the key of the row of the feature that ``kind`` belongs to.
    """

    confirmation_number = models.CharField(max_length=10, unique=True)
    kind = models.CharField(max_length=60)
    status = models.CharField(max_length=9, choices=Status.choices)
    channel = models.CharField(max_length=10)
    submitted_at = models.DateTimeField(db_default=Now())
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="submissions",
        db_index=False,
    )
    taxpayer = models.ForeignKey(
        Taxpayer, models.PROTECT, null=True, blank=True, related_name="submissions", db_index=False
    )
    third_party = models.ForeignKey(Taxpayer, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    waits_for = models.ForeignKey(Taxpayer, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    subject = models.BigIntegerField(null=True, blank=True)
    token = models.UUIDField(
        null=True, blank=True, help_text="Of the page that was submitted: a repeated submit finds its first"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["submitted_by", "token"],
                condition=models.Q(token__isnull=False),
                name="one_submission_per_token",
            ),
        ]
        indexes = [
            models.Index(fields=["submitted_by", "-submitted_at"], name="submissions_of_logon"),
            models.Index(fields=["taxpayer", "-submitted_at"], name="submissions_of_taxpayer"),
            models.Index(fields=["third_party", "-submitted_at"], name="submissions_of_third_party"),
            models.Index(
                fields=["waits_for", "submitted_at"],
                condition=models.Q(status="pending"),
                name="submissions_waiting",
            ),
        ]

    def __str__(self) -> str:
        return self.confirmation_number
