"""Sealing beside writers, and the first bad entry by name, whatever was tampered with."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction

from countersign import events
from countersign.events.models import Entry, Seal, SealedEntry, UnsealedEntry
from countersign.events.sealing import seal_pending
from countersign.events.verification import Finding, verify
from tests.events.world import NOW, DoorOpened, Tamperer, record

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def three_seals(tamperer: Tamperer) -> list[list[int]]:
    """Entries of three seals of five."""
    sealed = []
    for _ in range(3):
        sealed.append(record(5, taxpayers=(1,)))
        seal_pending(LATER)
    return sealed


@pytest.mark.django_db(transaction=True)
def test_a_log_that_nobody_touched_is_good() -> None:
    assert verify().ok and verify().seals == 0
    record(7)
    assert [seal.size for seal in seal_pending(LATER, batch=3)] == [3, 3, 1]
    assert seal_pending(LATER) == []
    found = verify()
    assert (found.ok, found.seals, found.entries, found.pending) == (True, 3, 7, 0)
    record(2)
    assert (verify().ok, verify().pending) == (True, 2)


@pytest.mark.parametrize(
    "change",
    [
        'UPDATE events_entry SET body = \'{"door": 9, "code": "front"}\' WHERE id = %s',
        "UPDATE events_entry SET recorded_at = recorded_at + interval '1 microsecond' WHERE id = %s",
        "UPDATE events_entry SET actor_logon_id = NULL WHERE id = %s",
        "UPDATE events_entry SET channel = 'staff' WHERE id = %s",
        "UPDATE events_entry SET name = 'DoorClosed' WHERE id = %s",
        "UPDATE events_entry SET submission = 'X' WHERE id = %s",
        "UPDATE events_entry SET reason = 'x' WHERE id = %s",
        "UPDATE events_entrysubject SET subject_id = 2 WHERE kind = 'taxpayer' AND entry_id = %s",
        "UPDATE events_entrysubject SET kind = 'logon' WHERE kind = 'taxpayer' AND entry_id = %s",
        "DELETE FROM events_entrysubject WHERE kind = 'taxpayer' AND entry_id = %s",
        "INSERT INTO events_entrysubject (kind, subject_id, entry_id) VALUES ('taxpayer', 99, %s)",
        "UPDATE events_sealedentry SET leaf_hash = sha256('x') WHERE entry_id = %s",
    ],
)
def test_a_changed_entry_is_named(change: str, three_seals: list[list[int]], tamperer: Tamperer) -> None:
    later, first = three_seals[2][0], three_seals[1][2]
    assert tamperer.do("UPDATE events_entry SET reason = 'also' WHERE id = %s", later) == 1
    assert tamperer.do(change, first) == 1
    assert verify().finding == Finding("entry_changed", seal=2, entry=first)


def test_a_deleted_entry_is_named(three_seals: list[list[int]], tamperer: Tamperer) -> None:
    tamperer.do("DELETE FROM events_entry WHERE id = %s", three_seals[0][4])
    found = verify()
    assert found.finding == Finding("entry_missing", seal=1, entry=three_seals[0][4])
    assert str(three_seals[0][4]) in str(found.finding)


def test_an_entry_deleted_with_its_traces_is_found_by_its_seal(
    three_seals: list[list[int]], tamperer: Tamperer
) -> None:
    last = three_seals[1][4]
    for table, column in (
        ("events_entry", "id"),
        ("events_entrysubject", "entry_id"),
        ("events_sealedentry", "entry_id"),
    ):
        tamperer.do(f"DELETE FROM {table} WHERE {column} = %s", last)
    assert verify().finding == Finding("seal_changed", seal=2)


def test_swapped_entries_are_named(three_seals: list[list[int]], tamperer: Tamperer) -> None:
    one, other = three_seals[1][1], three_seals[1][3]
    tamperer.do("UPDATE events_sealedentry SET position = 99 WHERE entry_id = %s", one)
    tamperer.do("UPDATE events_sealedentry SET position = 1 WHERE entry_id = %s", other)
    tamperer.do("UPDATE events_sealedentry SET position = 3 WHERE entry_id = %s", one)
    assert verify().finding == Finding("order_changed", seal=2, entry=three_seals[1][2])


@pytest.mark.parametrize(("number", "missing"), [(1, 1), (2, 2), (3, 3)])
def test_a_deleted_seal_is_named(number: int, missing: int, three_seals: list[list[int]], tamperer: Tamperer) -> None:
    tamperer.do("DELETE FROM events_seal WHERE number = %s", number)
    assert verify().finding == Finding("seal_missing", seal=missing)


@pytest.mark.parametrize(
    "change",
    [
        "sealed_at = sealed_at + interval '1 second'",
        "size = 4",
        "root = sha256('x')",
        "head = sha256('x')",
    ],
)
def test_a_changed_seal_is_named(change: str, three_seals: list[list[int]], tamperer: Tamperer) -> None:
    tamperer.do(f"UPDATE events_seal SET {change} WHERE number = 2")
    assert verify().finding == Finding("seal_changed", seal=2)


def test_a_seal_made_anew_over_other_entries_breaks_the_chain(three_seals: list[list[int]], tamperer: Tamperer) -> None:
    published = verify().head
    second = Seal.objects.get(number=2)
    for table in ("events_seal WHERE number = 2", "events_sealedentry WHERE seal_id = 2"):
        tamperer.do(f"DELETE FROM {table}")
    tamperer.do("UPDATE events_seal SET number = 2, previous_head = %s WHERE number = 3", second.previous_head)
    tamperer.do("UPDATE events_sealedentry SET seal_id = 2 WHERE seal_id = 3")
    assert verify().finding == Finding("seal_changed", seal=2)
    assert not verify(published_head=published).ok


def test_what_was_cut_off_at_the_end_is_found_by_the_published_head(
    three_seals: list[list[int]], tamperer: Tamperer
) -> None:
    published = verify().head
    assert verify(published_head=published.upper()).ok
    tamperer.do("DELETE FROM events_seal WHERE number = 3")
    tamperer.do("DELETE FROM events_sealedentry WHERE seal_id = 3")
    assert verify().finding == Finding("unsealed", entry=three_seals[2][0])
    tamperer.do("DELETE FROM events_entry WHERE id = ANY(%s)", three_seals[2])
    assert verify().ok, "from the inside this cannot be seen"
    assert verify(published_head=published).finding == Finding("head_unknown")


def test_an_entry_put_into_the_past_is_named(three_seals: list[list[int]], tamperer: Tamperer) -> None:
    insert = (
        "INSERT INTO events_entry (id, recorded_at, channel, name, submission, reason, body)"
        " VALUES (%s, %s, 'online', 'DoorOpened', '', '', '{}')"
    )
    tamperer.do(insert, -5, NOW - timedelta(days=3))
    assert verify().finding == Finding("unsealed", entry=-5)


def test_an_entry_hidden_from_the_sealer_is_named(three_seals: list[list[int]], tamperer: Tamperer) -> None:
    (key,) = record()
    assert verify().ok
    tamperer.do("DELETE FROM events_unsealedentry")
    assert verify().finding == Finding("unsealed", entry=key)


def test_an_entry_deleted_before_it_was_sealed_is_named(three_seals: list[list[int]], tamperer: Tamperer) -> None:
    (key,) = record()
    tamperer.do("DELETE FROM events_entry WHERE id = %s", key)
    assert seal_pending(LATER) == []
    assert verify().finding == Finding("entry_lost", entry=key)


@pytest.mark.django_db(transaction=True)
def test_an_entry_that_commits_late_goes_into_the_next_seal() -> None:
    recorded, may_commit = threading.Event(), threading.Event()
    late: list[int] = []

    def slow_writer() -> None:
        with transaction.atomic():
            late.append(events.record(DoorOpened(0), actor=1, channel="online", at=NOW).entry_id)
            recorded.set()
            may_commit.wait(20)
        connection.close()

    thread = threading.Thread(target=slow_writer)
    thread.start()
    assert recorded.wait(20)
    (younger,) = record()
    assert younger > late[0]
    assert [seal.size for seal in seal_pending(LATER)] == [1], "the sealer does not wait for the slow one"
    may_commit.set()
    thread.join()
    assert [seal.size for seal in seal_pending(LATER)] == [1]
    assert verify().ok and verify().entries == 2


@pytest.mark.django_db(transaction=True)
def test_twenty_writers_and_three_sealers_at_once_seal_everything_once_and_no_writer_waits() -> None:
    each, writers = 25, 20
    stop = threading.Event()
    slowest: list[float] = []
    failures: list[BaseException] = []

    def write() -> None:
        worst = 0.0
        try:
            for _ in range(each):
                began = time.monotonic()
                record(1, taxpayers=(1, 2))
                worst = max(worst, time.monotonic() - began)
            slowest.append(worst)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    def seal() -> None:
        try:
            while not stop.is_set():
                seal_pending(LATER, batch=40)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    sealing = [threading.Thread(target=seal) for _ in range(3)]
    writing = [threading.Thread(target=write) for _ in range(writers)]
    for thread in sealing + writing:
        thread.start()
    for thread in writing:
        thread.join()
    stop.set()
    for thread in sealing:
        thread.join()
    seal_pending(LATER)
    assert not failures
    found = verify()
    assert (found.ok, found.entries, found.pending) == (True, each * writers, 0)
    assert SealedEntry.objects.count() == Entry.objects.count() == each * writers
    assert len(slowest) == writers


@pytest.mark.django_db(transaction=True)
def test_a_writer_does_not_wait_for_a_sealer_that_is_stuck() -> None:
    record(3)
    sealed, may_end = threading.Event(), threading.Event()

    def stuck_sealer() -> None:
        with transaction.atomic():
            seal_pending(LATER)
            sealed.set()
            may_end.wait(20)
        connection.close()

    thread = threading.Thread(target=stuck_sealer)
    thread.start()
    assert sealed.wait(20)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    try:
        record(5)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
        may_end.set()
        thread.join()
    assert UnsealedEntry.objects.count() == 5
    seal_pending(LATER)
    assert verify().ok and verify().entries == 8
