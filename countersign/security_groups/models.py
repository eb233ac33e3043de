"""Files of placements that somebody uploaded: kept until they are old, so that a closed browser loses nothing."""

from __future__ import annotations

from django.db import models

from countersign.access.models import Portfolio
from countersign.uploads.models import UploadedFile


class PlacementFile(UploadedFile):
    """An uploaded file of placements, and how far it is. ``rows`` as typed: [line, customer number, customer, group].

    ``results``, from Submit on: [line, customer number, customer, security group, outcome]. ``seen``: the version of
    the preview that was shown.
    """

    portfolio = models.ForeignKey(Portfolio, models.PROTECT, related_name="+", db_index=False)
    seen = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(fields=["uploaded_at"], name="placement_files_by_age")]

    def __str__(self) -> str:
        return f"placement file {self.pk}"
