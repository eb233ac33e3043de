"""What an import records: one event; the facts that it began carry its confirmation number."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.events import Event


@dataclass(frozen=True, kw_only=True)
class AccessImported(Event):
    """A folder of the agency's was imported: how many rows began, ended and changed something."""

    begun: int
    ended: int
    changed: int
    conflicts: int
    skipped: int
