"""Write an event into the log, inside the transaction of the change that it reports."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from django.db import connection

from countersign.events import delivery
from countersign.events.event import Channel, Event, body_of, code

E = TypeVar("E", bound=Event)
E_co = TypeVar("E_co", bound=Event, covariant=True)

# One round trip for the entry and what it concerns. A trigger puts the entry on the sealer's list.
INSERT = """
WITH entry AS (
    INSERT INTO events_entry (recorded_at, actor_logon_id, channel, name, submission, reason, body)
    VALUES (%s, %s, %s, %s, %s, %s, %s::jsonb) RETURNING id
), subjects AS (
    INSERT INTO events_entrysubject (entry_id, kind, subject_id)
    SELECT entry.id, subject.kind, subject.key
    FROM entry, unnest(%s::text[], %s::bigint[]) AS subject (kind, key)
)
SELECT id FROM entry
"""


class HasKey(Protocol):
    """A row of some table; here always a logon or a taxpayer."""

    @property
    def pk(self) -> int: ...


class NotInTransaction(RuntimeError):
    """An event was recorded outside a transaction: it could stay while the change it reports is undone."""


@dataclass(frozen=True)
class Occurrence(Generic[E_co]):
    """An event with its circumstances, as subscribers get it."""

    event: E_co
    entry_id: int
    actor_logon_id: int | None
    channel: Channel
    at: datetime
    submission: str
    reason: str
    taxpayers: tuple[int, ...]
    logons: tuple[int, ...]


def record(
    event: E,
    *,
    actor: HasKey | int | None,
    channel: Channel | str,
    at: datetime,
    submission: str = "",
    reason: str = "",
    taxpayers: Iterable[HasKey | int] = (),
    logons: Iterable[HasKey | int] = (),
) -> Occurrence[E]:
    """Append the event to the log and run its subscribers, all in the caller's transaction.

    SPEC, law 10: "Every change of access is recorded with who, when, why and through which channel, in the same
    transaction; a refused one changes nothing."

    ``actor`` is the logon that did it (None: the system); ``at`` the operation's ``now``, with a time zone;
    ``submission`` its confirmation number; ``reason`` a code, never a sentence. ``taxpayers`` and ``logons`` are
    those in whose history it appears; the actor is always one of the logons. Models or keys, both will do.

    Raises ``NotInTransaction``, ``NotACode`` for a field that may not stand in the log, ``ValueError`` for a
    moment without time zone. What a subscriber raises propagates, and so undoes everything.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(f"{type(event).__name__} must be recorded in the transaction that made it true")
    if at.tzinfo is None:
        raise ValueError("an event's moment needs a time zone")
    actor_id = None if actor is None else _key(actor)
    involved = {_key(logon) for logon in logons} | ({actor_id} if actor_id is not None else set())
    occurrence = Occurrence(
        event=event,
        entry_id=0,  # until it is inserted
        actor_logon_id=actor_id,
        channel=Channel(channel),
        at=at,
        submission=code(submission, "submission"),
        reason=code(str(reason), "reason"),
        taxpayers=tuple(sorted({_key(taxpayer) for taxpayer in taxpayers})),
        logons=tuple(sorted(involved)),
    )
    occurrence = replace(occurrence, entry_id=_insert(occurrence))
    delivery.deliver(occurrence)
    return occurrence


def _insert(occurrence: Occurrence[Event]) -> int:
    kinds = ["taxpayer"] * len(occurrence.taxpayers) + ["logon"] * len(occurrence.logons)
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT,
            [
                occurrence.at,
                occurrence.actor_logon_id,
                occurrence.channel.value,
                type(occurrence.event).__name__,
                occurrence.submission,
                occurrence.reason,
                json.dumps(body_of(occurrence.event)),
                kinds,
                [*occurrence.taxpayers, *occurrence.logons],
            ],
        )
        (key,) = cursor.fetchone()
    return int(key)


def _key(row: HasKey | int) -> int:
    return row if isinstance(row, int) else row.pk
