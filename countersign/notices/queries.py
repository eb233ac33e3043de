"""What waits to be read."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import ngettext

from countersign.events.models import EntrySubject
from countersign.logons.models import Link, Logon
from countersign.notices.models import RECOVERY_STOPPED, Case, Notice
from countersign.notices.telling import Stops
from countersign.ui.components.lists import Task

MOST = 1000


def recovery_stopped() -> Q:
    """Logons that nobody recovers by mail: a change of address was reported, and staff have not closed the case."""
    return Q(pk__in=Case.objects.filter(kind=RECOVERY_STOPPED, closed_at=None).values("logon_id"))


def what_it_stops(link: Link) -> Stops:
    """What the link of a mail suspends, as things are by now.

    Where the address was changed since the mail was written, the mail went to an address of before: recovery would go
    to whoever changed it. So it "ends sessions and recovery" (SPEC 3), whichever of its mails the owner opens first.
    """
    changed = EntrySubject.objects.filter(
        kind="logon",
        subject_id=link.details["logon"],
        entry__name="EmailChanged",
        entry__recorded_at__gte=link.created_at,
    )
    return Stops.RECOVERY if changed.exists() else Stops(link.details["stops"])


def unread_tasks(reader: Logon) -> list[Task]:
    """One task for Home that leads to the notices, where some are not read yet."""
    count = Notice.objects.filter(logon=reader, read_at=None)[:MOST].count()
    if not count:
        return []
    return [
        Task(
            ngettext("%(count)d new notice", "%(count)d new notices", count) % {"count": count}, reverse("notices:list")
        )
    ]
