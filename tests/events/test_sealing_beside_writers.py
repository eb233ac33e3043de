"""Sealing never makes a writer wait, and misses nobody who was slow to commit."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction

from countersign import events
from countersign.events.models import Entry, SealedEntry, UnsealedEntry
from countersign.events.sealing import seal_pending
from countersign.events.verification import verify
from tests.events.world import NOW, DoorOpened, record

LATER = NOW + timedelta(minutes=1)


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
