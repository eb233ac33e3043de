"""Files of secondary logons that somebody uploaded: kept until they are old, so that a closed browser loses nothing."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from countersign.access.models import Portfolio


class LogonFile(models.Model):
    """An uploaded file of secondary logons, and how far adding them has come.

    ``rows``: [line, cells by column]. ``results``, from Submit on: [line, username, outcome, key of the logon or 0], as
    far as ``done`` rows of those that can be added; ``invited`` of them have got their mail.
    """

    portfolio = models.ForeignKey(Portfolio, models.PROTECT, related_name="+", db_index=False)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    uploaded_at = models.DateTimeField(db_default=Now())
    rows = models.JSONField()
    skip_bad = models.BooleanField(default=False)
    submission = models.CharField(max_length=10, blank=True)
    results = models.JSONField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    invited = models.PositiveIntegerField(default=0)
    refused = models.CharField(max_length=40, blank=True, help_text="Why nothing at all was added")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["uploaded_at"], name="logon_files_by_age")]

    def __str__(self) -> str:
        return f"file of secondary logons {self.pk}"
