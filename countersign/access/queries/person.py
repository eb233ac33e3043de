"""Whose a logon is: a username that was cancelled may be granted anew, to somebody else."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max

from countersign.access.models import LogonStanding
from countersign.policy.facts import Standing


def person_since(logon_pk: int) -> datetime | None:
    """Since when the logon is that of the person who has it now; None: from its beginning.

    "A secondary logon's username may be granted anew by its parent, with fresh enrollment" (SPEC 3). What the person
    before submitted, and what happened to that person's sign-ins, is not shown to the next one.
    """
    invited = LogonStanding.objects.filter(logon_id=logon_pk, status=Standing.INVITED.value)
    since: datetime | None = invited.aggregate(since=Max("begins_at"))["since"]
    return since
