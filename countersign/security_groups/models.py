"""Files of placements that somebody uploaded: kept until they are old, so that a closed browser loses nothing."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from countersign.access.models import Portfolio


class PlacementFile(models.Model):
    """An uploaded file of placements. ``rows`` as typed: [line, customer number, customer, security group].

    ``results`` are set when it was submitted: [line, customer number, customer, security group, outcome].
    """

    portfolio = models.ForeignKey(Portfolio, models.PROTECT, related_name="+", db_index=False)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    uploaded_at = models.DateTimeField(db_default=Now())
    rows = models.JSONField()
    results = models.JSONField(null=True, blank=True)
    submission = models.CharField(max_length=10, blank=True)

    class Meta:
        indexes = [models.Index(fields=["uploaded_at"], name="placement_files_by_age")]

    def __str__(self) -> str:
        return f"placement file {self.pk}"
