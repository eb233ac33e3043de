"""What every fact has: a period, and which submissions began and ended it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class Fact(models.Model):
    """A row that decisions read (SPEC 2, "Facts have periods").

    Inserted, and ended once; nothing else ever changes and nothing is deleted. The application's database
    role can do nothing else: it may UPDATE only ``ended_at`` and ``ended_by``, and a trigger refuses a second
    end. Live at t: begun, not past its planned end, not ended.
    """

    fact: ClassVar[bool] = True
    display_columns: ClassVar[tuple[str, ...]] = ()

    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True, help_text="Planned end")
    recorded_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When somebody ended it")
    begun_by = models.CharField(max_length=12, blank=True, help_text="Confirmation number that began it")
    ended_by = models.CharField(max_length=12, blank=True, help_text="Confirmation number that ended it")

    class Meta:
        abstract = True


NOT_ENDED = models.Q(ended_at__isnull=True)
