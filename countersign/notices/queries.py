"""What waits to be read."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import ngettext

from countersign.logons.models import Logon
from countersign.notices.models import Notice
from countersign.ui.components.lists import Task

MOST = 1000


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
