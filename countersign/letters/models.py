"""Letters that wait to be printed, and those that were."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from countersign.taxpayers.models import Taxpayer


class Letter(models.Model):
    """One letter to the address that the agency has on record for a taxpayer. No page of the portal shows it.

    ``body`` is the text, with the code that it carries where it carries one; it is emptied once it is printed,
    so that codes do not lie about.
    """

    taxpayer = models.ForeignKey(Taxpayer, models.PROTECT, related_name="letters", db_index=False)
    kind = models.CharField(max_length=40)
    language = models.CharField(max_length=2, default="en")
    subject = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    written_at = models.DateTimeField(db_default=Now())
    printed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["written_at"], condition=models.Q(printed_at__isnull=True), name="letters_to_print"),
            models.Index(fields=["taxpayer", "-written_at"], name="letters_of_taxpayer"),
        ]

    def __str__(self) -> str:
        return f"letter {self.pk} ({self.kind})"

    @property
    def address_lines(self) -> list[str]:
        """Name and address on record, as they stand today."""
        to = self.taxpayer
        town = " ".join(filter(None, (to.city, to.state, to.postal_code)))
        return [line for line in (to.legal_name, to.address1, to.address2, town) if line]
