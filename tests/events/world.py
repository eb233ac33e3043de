"""Events that only these tests know, and how they are recorded and tampered with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
from django.db import connection, transaction

from countersign import events

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class DoorOpened(events.Event):
    """A test's event."""

    door: int
    code: str = "front"


def record(
    count: int = 1, *, at: datetime = NOW, taxpayers: tuple[int, ...] = (), logons: tuple[int, ...] = ()
) -> list[int]:
    """Record ``count`` events, each in its own transaction; returns the entries' keys."""
    keys = []
    for number in range(count):
        with transaction.atomic():
            occurrence = events.record(
                DoorOpened(number), actor=7, channel=events.Channel.ONLINE, at=at, taxpayers=taxpayers, logons=logons
            )
        keys.append(occurrence.entry_id)
    return keys


class Tamperer:
    """Somebody with the owner's login, who can do everything but keep the hashes right."""

    def __init__(self, url: str) -> None:
        self._url = url

    def do(self, statement: str, *values: object) -> int:
        """Run one statement behind the application's back; returns how many rows it touched."""
        connection.close()
        with psycopg.connect(self._url) as own:
            return own.execute(statement.encode(), values).rowcount
