"""What happened to a taxpayer's access, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from countersign.access.queries.own import administered_taxpayer
from countersign.events.models import Entry
from countersign.events.queries import history_of_taxpayer
from countersign.logons.models import Logon
from countersign.taxpayers.models import Taxpayer

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Happening:
    """One line: the entry, who did it, and the other taxpayers that it concerns."""

    entry: Entry
    who: str


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page of the history; ``following`` begins the next one."""

    taxpayer: Taxpayer
    happenings: Sequence[Happening]
    following: int | None


def history_page(reader: Logon, taxpayer: int, *, at: datetime, after: int | None) -> HistoryPage:
    """The history of a taxpayer that the reader administers. Raises ``Refused`` for anybody else."""
    found = administered_taxpayer(reader, taxpayer, at=at)
    entries = history_of_taxpayer(found.pk, after=after, limit=PAGE_SIZE + 1)
    shown = entries[:PAGE_SIZE]
    actors = Logon.objects.in_bulk({entry.actor_logon_id for entry in shown if entry.actor_logon_id})
    happenings = [
        Happening(entry, actors[entry.actor_logon_id].full_name if entry.actor_logon_id in actors else "")
        for entry in shown
    ]
    return HistoryPage(found, happenings, shown[-1].pk if len(entries) > PAGE_SIZE else None)
