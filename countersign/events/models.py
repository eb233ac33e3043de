"""The event log and its seals. The application's database role may only insert and read here.

``append_only`` is what the grants of that role go by. No foreign key is enforced: what the log says was true when
it was written, and whether something was changed since is the seals' question, not a constraint's.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from countersign.events.event import Channel


class Entry(models.Model):
    """One event. ``body`` holds keys and codes only, never a name or an identifier (SPEC 7)."""

    append_only: ClassVar[bool] = True

    recorded_at = models.DateTimeField()
    actor_logon_id = models.BigIntegerField(null=True, blank=True, help_text="None: the system")
    channel = models.CharField(max_length=8, choices=[(channel.value, channel.value) for channel in Channel])
    name = models.CharField(max_length=80)
    submission = models.CharField(max_length=12, blank=True, help_text="Confirmation number")
    reason = models.CharField(max_length=128, blank=True)
    body = models.JSONField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="entry_channel_known", condition=models.Q(channel__in=[channel.value for channel in Channel])
            ),
        ]
        indexes = [
            models.Index(fields=["submission", "id"], condition=~models.Q(submission=""), name="entries_of_submission"),
        ]

    def __str__(self) -> str:
        return f"entry {self.pk}: {self.name}"


class EntrySubject(models.Model):
    """In whose history an entry appears. Its key is the index that a page of a history is read from."""

    append_only: ClassVar[bool] = True

    pk = models.CompositePrimaryKey("kind", "subject_id", "entry_id")
    kind = models.CharField(max_length=8, choices=[("taxpayer", "taxpayer"), ("logon", "logon")])
    subject_id = models.BigIntegerField()
    entry = models.ForeignKey(Entry, models.DO_NOTHING, related_name="subjects", db_constraint=False)

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id} in entry {self.entry_id}"


class UnsealedEntry(models.Model):
    """The sealer's list: filled by a trigger on the log, emptied by the sealer. Not part of the evidence."""

    entry = models.OneToOneField(
        Entry, models.DO_NOTHING, primary_key=True, related_name="unsealed", db_constraint=False
    )

    def __str__(self) -> str:
        return f"entry {self.entry_id} waits for its seal"


class Seal(models.Model):
    """A batch of entries under one Merkle root, chained to the seal before it.

    Whoever knows ``head`` of a seal can tell whether anything in it or before it was changed.
    """

    append_only: ClassVar[bool] = True

    number = models.BigIntegerField(primary_key=True, help_text="1, 2, 3, … without a gap")
    sealed_at = models.DateTimeField()
    size = models.PositiveIntegerField()
    root = models.BinaryField(max_length=32)
    previous_head = models.BinaryField(max_length=32)
    head = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"seal {self.number}"


class SealedEntry(models.Model):
    """Which seal holds an entry, at which leaf."""

    append_only: ClassVar[bool] = True

    entry = models.OneToOneField(Entry, models.DO_NOTHING, primary_key=True, related_name="sealed", db_constraint=False)
    seal = models.ForeignKey(Seal, models.DO_NOTHING, related_name="entries", db_constraint=False, db_index=False)
    position = models.PositiveIntegerField()
    leaf_hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seal", "position"], name="one_entry_a_leaf")]

    def __str__(self) -> str:
        return f"entry {self.entry_id} in seal {self.seal_id}"
