"""Single-use links that mails carry."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from countersign.logons.models.logon import Logon


class Link(models.Model):
    """A link in a mail: single use, newest only, until it expires (SPEC 3).

    Only a hash of its token is kept. ``subject`` is what it is about where that is not a logon (a key as text).
    ``details`` holds what it was made for: keys and codes, and an address to be confirmed. It ends by use, or by
    whatever made it void.
    """

    kind = models.CharField(max_length=40)
    logon = models.ForeignKey(Logon, models.PROTECT, related_name="links", null=True, db_index=False)
    subject = models.CharField(max_length=64, blank=True)
    token_hash = models.BinaryField(max_length=32, unique=True)
    details = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    void_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["logon", "kind"],
                condition=models.Q(used_at__isnull=True, void_at__isnull=True),
                name="open_links_of_logon",
            ),
            models.Index(
                fields=["kind", "subject"],
                condition=models.Q(used_at__isnull=True, void_at__isnull=True),
                name="open_links_by_subject",
            ),
            models.Index(fields=["expires_at"], name="links_by_expiry"),
        ]

    def __str__(self) -> str:
        return f"link {self.pk} ({self.kind})"
