"""Wrong secrets in a row, counted in the database."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class FailureCounter(models.Model):
    """Wrong secrets in a row: for one username, or from one source. Written only by the limiter.

    ``subject`` is a keyed hash, so that a username nobody has is counted and answered exactly as one that
    somebody has, and no address of a person is kept.
    """

    pk = models.CompositePrimaryKey("kind", "subject")
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=64)
    failures = models.PositiveIntegerField()
    began_at = models.DateTimeField(help_text="When the first of these failures was counted")
    last_at = models.DateTimeField()
    blocked_until = models.DateTimeField()
    recent = ArrayField(
        models.DateTimeField(),
        default=list,
        db_default=[],
        help_text="Of a sliding window: when the newest failures were, the newest first",
    )

    class Meta:
        indexes = [models.Index(fields=["last_at"], name="failure_counters_by_age")]

    def __str__(self) -> str:
        return f"{self.failures} failures of kind {self.kind}"
