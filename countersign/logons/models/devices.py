"""Browsers from which somebody signed in: sessions that are open, and devices that are known."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from countersign.logons.models.logon import Logon


class KnownDevice(models.Model):
    """A browser in which this logon once signed in with all its factors (SPEC 3, Lockout).

    Its cookie holds a token of which only the hash is kept; it has its own counter of failures, so that somebody
    else's wrong passwords never lock the owner out. Dead after 20 failures, a password reset or a change of factors.
    """

    logon = models.ForeignKey(Logon, models.PROTECT, related_name="known_devices", db_index=False)
    token_hash = models.BinaryField(max_length=32, unique=True)
    description = models.CharField(max_length=100, help_text="Browser and system in words, as Firefox on Windows")
    known_since = models.DateTimeField(db_default=Now())
    last_seen_at = models.DateTimeField(db_default=Now())
    failures = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["logon"], condition=models.Q(ended_at__isnull=True), name="known_devices_of_logon")
        ]

    def __str__(self) -> str:
        return f"known device {self.pk}"


class OpenSession(models.Model):
    """A signed-in session as its person sees it in the list; Django's own row holds what it remembers."""

    logon = models.ForeignKey(Logon, models.PROTECT, related_name="open_sessions", db_index=False)
    session_key = models.CharField(max_length=40, unique=True)
    description = models.CharField(max_length=100)
    began_at = models.DateTimeField()
    active_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["logon", "-active_at"], name="sessions_of_logon")]

    def __str__(self) -> str:
        return f"session {self.pk}"
