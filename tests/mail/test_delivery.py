"""Sending what is due, against a real mail server with every kind of answer."""

from __future__ import annotations

import email
import json
import socket
import threading
from datetime import timedelta
from email import policy
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from countersign import mail
from countersign.command_line import main
from countersign.mail.delivery import deliver_due
from countersign.mail.models import OutboxMail
from countersign.mail.server import pause
from countersign.mail.upkeep import forget_sent, outbox_status
from tests.mail.conftest import message
from tests.mail.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)


def queue(*messages: mail.Message) -> list[int]:
    with transaction.atomic():
        return mail.queue_all(messages)


def due_now() -> None:
    OutboxMail.objects.filter(sent_at__isnull=True).update(next_attempt_at=timezone.now() - timedelta(seconds=1))


def test_each_mail_goes_out_once_in_the_order_it_was_written(sink: Sink) -> None:
    sink.start()
    queue(*(message(number) for number in range(5)))
    assert deliver_due() == 5
    assert deliver_due() == 0
    assert sink.subjects() == [f"Number {number}" for number in range(5)]
    assert not OutboxMail.objects.filter(sent_at__isnull=True).exists()


def test_an_unreachable_server_costs_no_mail_its_attempts(sink: Sink, settings: Any) -> None:
    settings.MAIL_SERVER_PAUSE_SECONDS = 0.0
    queue(message(1), message(2))
    OutboxMail.objects.update(created_at=timezone.now() - timedelta(days=30))
    for _ in range(10):
        assert deliver_due() == 0
    assert set(OutboxMail.objects.values_list("attempts", "gave_up_at")) == {(0, None)}
    assert outbox_status().errors == {"unreachable": 1}
    sink.start()
    assert deliver_due() == 2


def test_a_dead_server_is_left_alone_for_a_while_by_everybody(sink: Sink, settings: Any) -> None:
    settings.MAIL_SERVER_PAUSE_SECONDS = 60
    queue(message())
    assert deliver_due() == 0
    sink.start()
    assert deliver_due() == 0
    pause.end()
    assert deliver_due() == 1


def test_one_refused_recipient_does_not_hold_up_the_others_and_is_given_up(sink: Sink, capsys: Any) -> None:
    sink.answer_recipient = lambda address: "550 no such" if address.startswith("dana1@") else "250 OK"
    sink.start()
    keys = queue(message(0), message(1, logon_id=77), message(2))
    assert deliver_due() == 2
    for attempt in (1, 2):
        assert OutboxMail.objects.get(pk=keys[1]).refusals == attempt
        due_now()
        deliver_due()
    row = OutboxMail.objects.get(pk=keys[1])
    assert row.gave_up_at is not None and (row.attempts, row.last_error) == (3, "recipient_550")
    due_now()
    assert deliver_due() == 0

    assert main(["mail", "status", "--json"]) == 1
    shown = capsys.readouterr().out
    status = json.loads(shown)
    assert status["given_up"] == 1 and status["given_up_latest"][0]["logon_id"] == 77
    assert "@" not in shown
    assert main(["mail", "status"]) == 1 and "recipient_550" in capsys.readouterr().out
    sink.answer_recipient = lambda address: "250 OK"
    assert main(["mail", "retry"]) == 0
    assert deliver_due() == 1
    assert main(["mail", "status"]) == 0


def test_later_means_later_with_growing_pauses_for_days(sink: Sink, settings: Any) -> None:
    settings.MAIL_RETRY_SECONDS, settings.MAIL_RETRY_LONGEST_SECONDS = 60, 200
    sink.answer_recipient = lambda address: "451 greylisted"
    sink.start()
    (key,) = queue(message())
    waits = []
    for _ in range(6):
        deliver_due()
        row = OutboxMail.objects.get(pk=key)
        waits.append(round((row.next_attempt_at - timezone.now()).total_seconds() / 10) * 10)
        due_now()
    assert waits == [60, 120, 200, 200, 200, 200]
    assert row.gave_up_at is None
    sink.answer_recipient = lambda address: "250 OK"
    assert deliver_due() == 1


def test_after_days_of_later_it_is_given_up(sink: Sink) -> None:
    sink.answer_content = lambda address: "452 full"
    sink.start()
    (key,) = queue(message())
    OutboxMail.objects.update(created_at=timezone.now() - timedelta(days=6))
    deliver_due()
    row = OutboxMail.objects.get(pk=key)
    assert row.gave_up_at is not None and row.last_error == "content_452"


def test_a_mail_that_cannot_be_put_together_holds_up_nobody(sink: Sink) -> None:
    sink.start()
    keys = queue(message(0), message(1))
    OutboxMail.objects.filter(pk=keys[0]).update(subject="a\nb")
    assert deliver_due() == 1
    assert OutboxMail.objects.get(pk=keys[0]).last_error == "compose_BadHeaderError"


def test_a_server_that_says_nothing_is_given_up_on_in_time(sink: Sink) -> None:
    with socket.create_server(("127.0.0.1", sink.port)):
        queue(message())
        assert deliver_due() == 0
    assert outbox_status().errors == {"unreachable": 1}


def test_a_connection_that_dies_over_one_mail_takes_no_other_with_it(sink: Sink) -> None:
    sink.answer_content = lambda address: _raise() if address.startswith("dana1@") else "250 OK"
    sink.start()
    queue(*(message(number) for number in range(4)))
    assert deliver_due() == 3
    assert sorted(sink.subjects()) == ["Number 0", "Number 2", "Number 3"]


def _raise() -> str:
    raise ConnectionResetError


def test_a_closing_server_counts_against_no_mail(sink: Sink) -> None:
    sink.answer_recipient = lambda address: "421 going down"
    sink.start()
    (key,) = queue(message())
    assert deliver_due() == 0
    row = OutboxMail.objects.get(pk=key)
    assert (row.attempts, row.last_error) == (0, "closing_421")


def test_eight_senders_at_once_send_each_mail_once(sink: Sink) -> None:
    sink.seconds_per_mail = 0.01
    sink.start()
    queue(*(message(number) for number in range(60)))
    totals: list[int] = []

    def send() -> None:
        totals.append(deliver_due())
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(totals) == 60 and sorted(sink.subjects()) == sorted(f"Number {number}" for number in range(60))


def test_stopping_leaves_the_rest_for_the_next_time(sink: Sink) -> None:
    sink.start()
    queue(*(message(number) for number in range(3)))
    asked = iter([False, False, True])
    assert deliver_due(lambda: next(asked)) == 2
    assert deliver_due() == 1


def test_sent_mail_is_forgotten_in_time_and_nothing_else(sink: Sink) -> None:
    old, fresh, waiting = queue(message(0), message(1), message(2))
    OutboxMail.objects.filter(pk=old).update(sent_at=timezone.now() - timedelta(days=31))
    OutboxMail.objects.filter(pk=fresh).update(sent_at=timezone.now())
    OutboxMail.objects.filter(pk=waiting).update(created_at=timezone.now() - timedelta(days=90))
    assert forget_sent() == 1
    assert set(OutboxMail.objects.values_list("pk", flat=True)) == {fresh, waiting}


def test_a_long_subject_begins_on_its_own_line(sink: Sink) -> None:
    subject = "Petra Pöttering-Vandersmissen asks to act for Harbor Bakery LLC"
    sink.start()
    queue(message(1, subject=subject))
    assert deliver_due() == 1
    (taken,) = sink.taken
    raw = taken.as_bytes()
    assert b"Subject: =?utf-8?" in raw
    read = email.message_from_bytes(raw, policy=policy.default)
    assert read["Subject"] == subject
