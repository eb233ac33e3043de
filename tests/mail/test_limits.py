"""Limits per address over all kinds of mail; security mail has a reserve; a poisoned Host changes no link."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from countersign import mail
from countersign.mail.models import OutboxMail


@pytest.fixture(autouse=True)
def small(db: None, settings: Any) -> None:
    settings.MAIL_TO_ADDRESS_PER_HOUR, settings.MAIL_TO_ADDRESS_PER_DAY, settings.MAIL_SECURITY_RESERVE = 2, 4, 2


def send(kind: str = "some_kind", to: str = "dana@mail.example", *, security: bool = False) -> OutboxMail:
    message = mail.Message(to=to, language="en", kind=kind, subject="S", paragraphs=["P"], security=security)
    with transaction.atomic():
        return OutboxMail.objects.get(pk=mail.queue(message))


def state(one: OutboxMail) -> str:
    if one.gave_up_at is not None:
        return one.last_error
    return "waits" if one.next_attempt_at > timezone.now() + timedelta(minutes=50) else "due"


def test_beyond_the_limits_mail_waits_and_then_is_not_sent() -> None:
    assert [state(send(f"kind_{n}")) for n in range(6)] == ["due", "due", "waits", "waits", "over_limit", "over_limit"]
    assert state(send(to="other@mail.example")) == "due"


def test_capital_letters_make_no_other_address() -> None:
    ways = ("dana@mail.example", "Dana@mail.example", "DANA@MAIL.example", "dAna@mail.example", "daNa@Mail.Example")
    assert [state(send(to=one)) for one in ways] == ["due", "due", "waits", "waits", "over_limit"]


def test_security_mail_has_a_reserve() -> None:
    for _ in range(4):
        send()
    assert state(send()) == "over_limit"
    assert state(send(security=True)) == "waits"
    assert state(send(security=True)) == "over_limit"


def test_a_day_later_it_begins_anew() -> None:
    for _ in range(5):
        send()
    OutboxMail.objects.update(created_at=timezone.now() - timedelta(days=1, minutes=1))
    assert state(send()) == "due"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:8000@evil.example", "evil.example\r\nX-A: b"])
def test_a_poisoned_host_is_refused_and_changes_no_link(settings: Any, host: str) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    response = Client().post("/forgot-username-or-password/", {"email": "dana@mail.example"}, HTTP_HOST=host)
    assert response.status_code == 400
    assert "evil.example" not in "".join(OutboxMail.objects.values_list("text", flat=True))


def test_a_forwarded_host_is_not_believed(settings: Any) -> None:
    page = Client().get("/log-in/", HTTP_X_FORWARDED_HOST="evil.example").content.decode()
    assert "evil.example" not in page
