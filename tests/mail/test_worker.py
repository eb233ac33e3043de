"""``countersign worker`` as a process, with a real mail server that comes and goes."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable

import psycopg
import pytest
from django.db import connection, transaction

from countersign import mail
from countersign.events.verification import verify
from countersign.mail.models import OutboxMail
from tests.events.world import record
from tests.mail.conftest import Worker, message
from tests.mail.sink import Sink

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
Start = Callable[..., Worker]


def queue(count: int, first: int = 0) -> None:
    for number in range(first, first + count):
        with transaction.atomic():
            mail.queue(message(number))


def numbers(count: int) -> Counter[str]:
    return Counter(f"Number {number}" for number in range(count))


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    assert condition()


def nothing_waits() -> bool:
    return not OutboxMail.objects.filter(sent_at__isnull=True).exists()


def test_a_mail_server_that_is_down_delays_mail_and_loses_none(sink: Sink, start_worker: Start) -> None:
    start_worker()
    queue(20)
    time.sleep(3)
    assert sink.subjects() == [] and OutboxMail.objects.filter(gave_up_at__isnull=True).count() == 20
    sink.start()
    assert Counter(sink.wait_for(20)) == numbers(20)
    sink.stop()
    queue(5, first=20)
    time.sleep(1)
    sink.start()
    assert Counter(sink.wait_for(25)) == numbers(25)
    wait_until(nothing_waits)
    time.sleep(1)
    assert len(sink.subjects()) == 25


def test_mail_is_on_its_way_a_moment_after_commit(sink: Sink, start_worker: Start) -> None:
    sink.start()
    start_worker(MAIL_SWEEP_SECONDS="60")
    queue(1)
    sink.wait_for(1)
    time.sleep(1)
    took = []
    for number in range(5):
        began = time.monotonic()
        queue(1, first=number)
        sink.wait_for(number + 2)
        took.append(time.monotonic() - began)
    assert sorted(took)[2] < 0.5, took


def test_a_worker_asked_to_stop_finishes_its_mail_and_the_next_one_goes_on(sink: Sink, start_worker: Start) -> None:
    sink.seconds_per_mail = 0.1
    sink.start()
    queue(20)
    worker = start_worker()
    sink.wait_for(3)
    began = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0
    assert time.monotonic() - began < 3
    assert 3 <= len(sink.subjects()) < 20
    start_worker()
    assert Counter(sink.wait_for(20)) == numbers(20)
    wait_until(nothing_waits)
    assert Counter(sink.subjects()) == numbers(20)


def test_a_killed_worker_loses_nothing_and_repeats_at_most_what_was_in_its_hands(
    sink: Sink, start_worker: Start
) -> None:
    sink.seconds_per_mail = 0.05
    sink.start()
    queue(20)
    worker = start_worker()
    sink.wait_for(4)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    start_worker()
    wait_until(nothing_waits)
    counted = Counter(str(mail["Message-ID"]) for mail in sink.taken)
    assert len(counted) == 20, "each mail arrived, a repeat under the same Message-ID"
    assert sum(counted.values()) - 20 <= 5, "at most one for each thread that was sending"


def test_two_workers_send_each_mail_once(sink: Sink, start_worker: Start) -> None:
    sink.start()
    start_worker()
    start_worker()
    queue(40)
    assert Counter(sink.wait_for(40)) == numbers(40)
    wait_until(nothing_waits)
    assert Counter(sink.subjects()) == numbers(40)


def test_mail_whose_job_was_lost_goes_out_all_the_same(
    sink: Sink, start_worker: Start, database_environment: dict[str, str]
) -> None:
    sink.start()
    queue(3)
    with psycopg.connect(database_environment["DATABASE_OWNER_URL"]) as owner:
        owner.execute("DELETE FROM procrastinate_jobs")
    start_worker()
    assert Counter(sink.wait_for(3)) == numbers(3)


def test_a_database_that_drops_its_connections_is_waited_for(
    sink: Sink, start_worker: Start, database_environment: dict[str, str]
) -> None:
    sink.start()
    worker = start_worker(MAIL_SWEEP_SECONDS="60")
    queue(1)
    wait_until(nothing_waits)  # taken and noted: a mail in its hands may come twice
    connection.close()
    with psycopg.connect(database_environment["DATABASE_OWNER_URL"]) as owner:
        ended = owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        ).fetchall()
        assert len(ended) >= 3 and all(ended)
    connection.close()
    time.sleep(3)
    queue(1, first=1)
    # On a busy machine the worker may listen again only after this mail was queued: then the sweep finds it.
    assert Counter(sink.wait_for(2, seconds=90)) == numbers(2)
    assert worker.poll() is None


def test_the_worker_seals_the_audit_log(sink: Sink, start_worker: Start) -> None:
    start_worker()
    record(5)
    wait_until(lambda: verify().entries == 5)
    record(5)
    wait_until(lambda: verify().entries == 10)
    assert verify().ok
