"""Files that somebody uploaded: kept until they are old, so that a closed browser loses nothing."""

from __future__ import annotations

from django.db import models

from countersign.access.models import Portfolio
from countersign.uploads.models import UploadedFile


class LogonFile(UploadedFile):
    """An uploaded file of secondary logons, and how far adding them has come.

    ``rows``: [line, cells by column]. ``results``, from Submit on: [line, username, outcome, key of the logon or 0], as
    far as ``done`` rows of those that can be added; ``invited`` of them have got their mail.
    """

    portfolio = models.ForeignKey(Portfolio, models.PROTECT, related_name="+", db_index=False)
    invited = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["uploaded_at"], name="logon_files_by_age")]

    def __str__(self) -> str:
        return f"file of secondary logons {self.pk}"


class RefinementFile(UploadedFile):
    """An uploaded file of refinements, and how far setting them has come.

    ``rows``: [line, username, customer number, customer, account, rights], from Submit on by username, so that all of
    a logon's rows are done together. ``seen``: key of the logon → what was shown of it (:meth:`Plan.seen`).
    ``results``: [line, username, customer, account, rights, outcome].
    """

    portfolio = models.ForeignKey(Portfolio, models.PROTECT, related_name="+", db_index=False)
    seen = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["uploaded_at"], name="refinement_files_by_age")]

    def __str__(self) -> str:
        return f"file of refinements {self.pk}"
