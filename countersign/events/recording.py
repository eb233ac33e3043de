"""Write an event into the log, inside the transaction of the change that it reports."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

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
# The same for many entries of one submission, whose keys are drawn first. Subjects: a place in the list of bodies, a
# kind, a key.
INSERT_EACH = """
WITH given AS MATERIALIZED (
    SELECT nextval(pg_get_serial_sequence('events_entry', 'id')) AS id, body, place
    FROM unnest(%s::text[]) WITH ORDINALITY AS bodies (body, place) ORDER BY place
), entry AS (
    INSERT INTO events_entry (id, recorded_at, actor_logon_id, channel, name, submission, reason, body)
    SELECT id, %s, %s, %s, %s, %s, %s, body::jsonb FROM given ORDER BY id
), subjects AS (
    INSERT INTO events_entrysubject (entry_id, kind, subject_id)
    SELECT given.id, subject.kind, subject.key
    FROM unnest(%s::bigint[], %s::text[], %s::bigint[]) AS subject (place, kind, key) JOIN given USING (place)
)
SELECT id FROM given ORDER BY place
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
    occurrence = _occurrence(event, actor, channel, at, submission, reason, taxpayers, logons)
    occurrence = replace(occurrence, entry_id=_insert(occurrence))
    delivery.deliver(occurrence)
    return occurrence


def record_each(
    events: Sequence[tuple[E, Iterable[HasKey | int]]],
    *,
    actor: HasKey | int | None,
    channel: Channel | str,
    at: datetime,
    submission: str = "",
    reason: str = "",
) -> list[Occurrence[E]]:
    """:func:`record` for many events of one class and one submission, in one statement: (event, logons) each.

    A file of 10,000 rows is 10,000 events; one by one they would take longer than everything else about it.
    """
    found = [_occurrence(event, actor, channel, at, submission, reason, (), logons) for event, logons in events]
    if len({type(one.event) for one in found}) > 1:
        raise ValueError("events of one class are recorded together")
    keys = _insert_each(found) if found else []
    recorded = [replace(one, entry_id=key) for one, key in zip(found, keys, strict=True)]
    for occurrence in recorded:
        delivery.deliver(occurrence)
    return recorded


def _occurrence(
    event: E,
    actor: HasKey | int | None,
    channel: Channel | str,
    at: datetime,
    submission: str,
    reason: str,
    taxpayers: Iterable[HasKey | int],
    logons: Iterable[HasKey | int],
) -> Occurrence[E]:
    if not connection.in_atomic_block:
        raise NotInTransaction(f"{type(event).__name__} must be recorded in the transaction that made it true")
    if at.tzinfo is None:
        raise ValueError("an event's moment needs a time zone")
    actor_id = None if actor is None else _key(actor)
    involved = {_key(logon) for logon in logons} | ({actor_id} if actor_id is not None else set())
    return Occurrence(
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


def _insert_each(occurrences: Sequence[Occurrence[Any]]) -> list[int]:
    first = occurrences[0]
    subjects = [(place, "logon", key) for place, one in enumerate(occurrences, 1) for key in one.logons]
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT_EACH,
            [
                [json.dumps(body_of(one.event)) for one in occurrences],
                first.at,
                first.actor_logon_id,
                first.channel.value,
                type(first.event).__name__,
                first.submission,
                first.reason,
                [place for place, _kind, _key in subjects],
                [kind for _place, kind, _key in subjects],
                [key for _place, _kind, key in subjects],
            ],
        )
        return [int(key) for (key,) in cursor.fetchall()]


def _key(row: HasKey | int) -> int:
    return row if isinstance(row, int) else row.pk
