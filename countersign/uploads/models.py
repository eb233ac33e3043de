"""What every uploaded file has: it is kept for a while, so that a closed browser loses nothing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Func, IntegerField, JSONField, Value
from django.db.models.functions import Coalesce, Now


class UploadedFile(models.Model):
    """An uploaded file, and how far its rows are done. Each feature has a table of its own.

    ``rows``: [line, cell, cell, …] as read, or what the feature makes of it. ``results``, from Submit on: one list per
    row, in the order of the rows, as far as they were looked at; ``done`` counts those that were carried out.
    ``refused``: why it stopped, a code; ``finished_at``: nothing more happens to it.
    """

    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    uploaded_at = models.DateTimeField(db_default=Now())
    rows = models.JSONField()
    skip_bad = models.BooleanField(default=False)
    submission = models.CharField(max_length=10, blank=True)
    results = models.JSONField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    refused = models.CharField(max_length=40, blank=True, help_text="Why nothing more was done")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def running(self) -> bool:
        """Whether it was submitted and is not finished."""
        return bool(self.submission) and self.finished_at is None

    def counted(self) -> tuple[int, int]:
        """How many rows there are, and how many of them were looked at. Fetches neither."""
        rows, results = (
            Func(F(name), function="jsonb_array_length", output_field=IntegerField()) for name in ("rows", "results")
        )
        found = type(self)._default_manager.filter(pk=self.pk).values_list(rows, Coalesce(results, 0)).get()
        return int(found[0]), int(found[1])

    def rows_from(self, first: int, most: int) -> list[list[Any]]:
        """At the most so many rows, beginning with row number ``first`` (0 is the first one). Fetches only those."""
        piece = Func(
            F("rows"),
            Value(f"$[{first} to {first + most - 1}]"),
            template="jsonb_path_query_array(%(expressions)s::jsonpath)",
            output_field=JSONField(),
        )
        return list(type(self)._default_manager.filter(pk=self.pk).values_list(piece, flat=True).get())
