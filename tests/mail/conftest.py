from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from countersign import mail
from countersign.mail.server import pause
from tests.mail.sink import Sink

Worker = subprocess.Popen[bytes]


@pytest.fixture(autouse=True)
def no_jobs_of_the_test_before(request: pytest.FixtureRequest) -> None:
    """Django does not empty the job queue between tests: its tables are not Django's."""
    marker = request.node.get_closest_marker("django_db")
    if marker is not None:
        request.getfixturevalue("transactional_db" if marker.kwargs.get("transaction") else "db")
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
            cursor.execute("DELETE FROM procrastinate_workers")


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """A mail server, not yet started, that this process and its workers send to."""
    sink = Sink()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
    settings.EMAIL_TIMEOUT = 1
    pause.end()
    yield sink
    sink.stop()
    pause.end()


@pytest.fixture
def start_worker(
    sink: Sink, transactional_db: None, database_environment: dict[str, str]
) -> Iterator[Callable[[], Worker]]:
    """Starts ``countersign worker`` as its own process, with everything shortened; ended with the test."""
    started: list[Worker] = []
    shortened = {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(sink.port),
        "SMTP_TIMEOUT_SECONDS": "2",
        "MAIL_SWEEP_SECONDS": "0.2",
        "MAIL_SERVER_PAUSE_SECONDS": "0.05",
        "MAIL_SERVER_LONGEST_PAUSE_SECONDS": "0.2",
        "MAIL_RETRY_SECONDS": "0.2",
        "MAIL_RETRY_LONGEST_SECONDS": "0.4",
        "AUDIT_SEAL_SECONDS": "0.3",
        "SECRET_KEY": "of a test",
    }

    def start(**environment: str) -> Worker:
        given = {f"COUNTERSIGN_{name}": value for name, value in {**shortened, **environment}.items()}
        worker = subprocess.Popen(
            [sys.executable, "-m", "countersign.command_line", "worker"],
            env={**os.environ, **database_environment, **given},
        )
        started.append(worker)
        return worker

    yield start
    for worker in started:
        if worker.poll() is None:
            worker.send_signal(signal.SIGKILL)
        worker.wait()


def message(number: int = 0, **changes: Any) -> mail.Message:
    """A mail of these tests."""
    given = {
        "to": f"dana{number}@example.com",
        "language": "en",
        "kind": "test",
        "subject": f"Number {number}",
        "paragraphs": ["One.", "Two."],
        **changes,
    }
    return mail.Message(**given)
