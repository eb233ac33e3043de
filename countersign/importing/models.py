"""What the last import said, so that a row acts only where it differs from it."""

from __future__ import annotations

from django.db import models


class ImportedRow(models.Model):
    """One row of an access file as the last import said it.

    ``key`` is the row's own key, ``digest`` stands for the rest of it, ``fact_id`` is the row (of the table that
    ``file`` speaks of) that it began. Where that fact is no longer the current one, the portal changed it.
    ``said`` keeps words that a later import compares one by one.
    """

    file = models.CharField(max_length=20)
    key = models.CharField(max_length=300)
    digest = models.BigIntegerField()
    fact_id = models.BigIntegerField(null=True)
    said = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "key"], name="one_row_per_key")]

    def __str__(self) -> str:
        return f"row {self.pk} of {self.file}"
