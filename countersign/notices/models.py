"""Notices in the portal, how their mail comes, and the cases that *This wasn't me* opens."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Notice(models.Model):
    """Something a person is told. Its words are made when it is read, from ``kind`` and ``details`` (keys, codes)."""

    logon = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices", db_index=False)
    kind = models.CharField(max_length=60)
    details = models.JSONField(default=dict)
    path = models.CharField(max_length=200, blank=True)
    submission = models.CharField(max_length=12, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True, blank=True)
    digest = models.BooleanField(default=False, help_text="Waits for the daily mail")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["logon", "kind", "submission"],
                condition=~models.Q(submission=""),
                name="one_notice_per_submission_and_person",
            ),
        ]
        indexes = [
            models.Index(fields=["logon", "-created_at"], name="notices_of_logon"),
            models.Index(fields=["logon"], condition=models.Q(read_at__isnull=True), name="unread_notices"),
            models.Index(fields=["logon"], condition=models.Q(digest=True), name="notices_for_digest"),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}: {self.kind}"


class MailChoice(models.TextChoices):
    """How mail comes that is not about security."""

    EACH = "each"
    DAILY = "daily"


class NoticeChoice(models.Model):
    """What a person chose; without a row each notice is mailed at once."""

    logon = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, primary_key=True, related_name="+")
    mail = models.CharField(max_length=5, choices=MailChoice.choices, default=MailChoice.EACH)

    def __str__(self) -> str:
        return f"choice of logon {self.pk}"


NOT_ME, RECOVERY_STOPPED = "not_me", "recovery_stopped"


class Case(models.Model):
    """Something that agency staff should look into: opened by *This wasn't me*.

    ``kind``: ``not_me``; or ``recovery_stopped``, while which is open nobody recovers the logon by mail.
    """

    kind = models.CharField(max_length=40)
    logon = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    about = models.CharField(max_length=60, blank=True, help_text="Kind of the notice that was reported")
    opened_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["opened_at"], condition=models.Q(closed_at__isnull=True), name="open_cases")]

    def __str__(self) -> str:
        return f"case {self.pk}"
