"""What waits to be read."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import ngettext

from countersign.logons.models import Logon
from countersign.notices.models import RECOVERY_STOPPED, Case, Notice
from countersign.ui.components.lists import Task

MOST = 1000


def recovery_stopped() -> Q:
    """Logons that nobody recovers by mail: a change of address was reported, and staff have not closed the case."""
    return Q(pk__in=Case.objects.filter(kind=RECOVERY_STOPPED, closed_at=None).values("logon_id"))


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
