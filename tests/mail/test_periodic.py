"""Periodic work: one at a time, and no failure ends it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from countersign import mail
from countersign.background.jobs import forget_old_jobs, rescue_stalled_jobs
from countersign.background.periodic import Periodic, run_once
from tests.mail.conftest import message

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_workers_never_do_the_same_work_at_once() -> None:
    began, may_end = threading.Event(), threading.Event()

    def slow() -> None:
        began.set()
        may_end.wait(20)

    work = Periodic("a test's work", 1, slow)

    def other_worker() -> None:
        run_once(work)
        connection.close()

    thread = threading.Thread(target=other_worker)
    thread.start()
    assert began.wait(20)
    assert run_once(work) is False
    assert run_once(Periodic("another work", 1, lambda: None)) is True
    may_end.set()
    thread.join()
    assert run_once(work) is True


def test_what_fails_is_logged_without_what_it_says_and_lets_go_of_its_lock(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 'dana@example.com'::int")

    work = Periodic("failing work", 1, fail)
    with caplog.at_level(logging.ERROR):
        assert run_once(work) is False
    assert "failing work" in caplog.text and "DataError" in caplog.text and "dana" not in caplog.text
    assert run_once(Periodic("failing work", 1, lambda: None)) is True


def in_own_thread(act: Callable[[], object]) -> None:
    """Run and close the thread's connection, so that the database can be emptied afterwards."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result()


def test_jobs_of_a_dead_worker_go_back_into_the_queue() -> None:
    with transaction.atomic():
        mail.queue(message())
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')")
        cursor.execute("SELECT id FROM procrastinate_fetch_job_v2(NULL, (SELECT max(id) FROM procrastinate_workers))")
        cursor.execute("SELECT status FROM procrastinate_jobs")
        assert cursor.fetchall() == [("doing",)]
    # In a thread of their own, as in the worker: a browser test before may have left an event loop in this one.
    for upkeep in (rescue_stalled_jobs, forget_old_jobs):
        in_own_thread(upkeep)
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs")
        assert cursor.fetchall() == [("todo",)]
