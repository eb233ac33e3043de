"""The outbox: mail that was decided on, written in the transaction that decided it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Lower, Now


class OutboxMail(models.Model):
    """One mail to one address. It ends in exactly one of ``sent_at`` or ``gave_up_at``; until then it is due.

    ``last_error`` is a code of :mod:`countersign.mail.errors`, never an address or an answer of a mail server.
    ``message_id`` stays the same over all attempts, so that receiving servers drop an accidental repeat.
    """

    created_at = models.DateTimeField(db_default=Now())
    to = models.TextField()
    subject = models.TextField()
    text = models.TextField()
    html = models.TextField()
    language = models.CharField(max_length=8)
    kind = models.CharField(max_length=60)
    logon_id = models.BigIntegerField(null=True, blank=True)
    message_id = models.UUIDField(default=uuid.uuid4)
    attempts = models.PositiveIntegerField(default=0)
    refusals = models.PositiveIntegerField(default=0, help_text="Attempts that ended in a permanent refusal")
    next_attempt_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True, blank=True)
    gave_up_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=models.Q(sent_at__isnull=True, gave_up_at__isnull=True),
                name="outbox_due",
            ),
            models.Index(Lower("to"), models.F("created_at").desc(), name="outbox_by_folded_address"),
            models.Index(fields=["sent_at"], condition=models.Q(sent_at__isnull=False), name="outbox_sent"),
            models.Index(fields=["gave_up_at"], condition=models.Q(gave_up_at__isnull=False), name="outbox_given_up"),
        ]

    def __str__(self) -> str:
        return f"mail {self.pk}: {self.kind}"
