"""The outbox: written with the change, dropped with it; safe against what people typed."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from countersign import mail
from countersign.mail.composition import usable_address
from countersign.mail.models import OutboxMail
from countersign.mail.server import letter
from tests.mail.conftest import message


def jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'mail.deliver'")
        return int(cursor.fetchone()[0])


def sent_form(**changes: Any) -> EmailMessage:
    """The mail as it would travel."""
    with transaction.atomic():
        row = OutboxMail.objects.get(pk=mail.queue(message(**changes)))
    parsed = message_from_bytes(letter(row).message().as_bytes(), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def texts(sent: EmailMessage) -> tuple[str, str]:
    plain, html = sent.get_body(("plain",)), sent.get_body(("html",))
    assert isinstance(plain, EmailMessage) and isinstance(html, EmailMessage)
    return plain.get_content(), html.get_content()


@pytest.mark.django_db(transaction=True)
def test_mail_outside_a_transaction_is_a_bug() -> None:
    with pytest.raises(mail.NotInTransaction):
        mail.queue(message())


@pytest.mark.django_db(transaction=True)
def test_rollback_drops_the_mail_and_its_job_and_commit_keeps_both() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        mail.queue(message())
        assert (OutboxMail.objects.count(), jobs()) == (1, 1)
        raise RuntimeError
    assert (OutboxMail.objects.count(), jobs()) == (0, 0)
    with transaction.atomic():
        mail.queue_all([message(1), message(2)])
    assert (OutboxMail.objects.count(), jobs()) == (2, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a@example.com\r\nBcc: b@example.com",
        "a@example.com, b@example.com",
        "Dana <a@example.com>",
        '"a\rb"@example.com',
        "a\0@example.com",
        "a" * 250 + "@example.com",
    ],
)
def test_an_unusable_address_is_kept_as_given_up_and_stops_nothing(address: str) -> None:
    assert not usable_address(address)
    with transaction.atomic():
        row = OutboxMail.objects.get(pk=mail.queue(message(to=address)))
    assert row.gave_up_at is not None and row.last_error == "unusable_address"
    assert jobs() == 0


@pytest.mark.django_db
def test_nothing_that_was_typed_becomes_a_header_a_link_or_markup() -> None:
    hostile = "Lopez\r\nBcc: x@evil.example\0\u202e <script>alert(1)</script> https://evil.example/a www.evil.example"
    sent = sent_form(subject=hostile, paragraphs=[hostile], footer=hostile)
    assert sent["Bcc"] is None and sent["To"] == "dana0@example.com"
    assert "\n" not in str(sent["Subject"]) and "\u202e" not in str(sent["Subject"])
    plain, html = texts(sent)
    assert "<script" not in html and "://evil" not in html + plain and "www." not in html + plain
    assert "&lt;script&gt;" in html and "<script>" in plain


@pytest.mark.django_db
def test_the_headers_of_a_mail(settings: Any) -> None:
    settings.AGENCY_NAME, settings.DEFAULT_FROM_EMAIL = "Bureau, of Revenue", "no-reply@bureau.example"
    sent = sent_form(language="es")
    assert sent["From"].addresses[0].display_name == "Bureau, of Revenue"
    assert sent["From"].addresses[0].addr_spec == "no-reply@bureau.example"
    assert sent["Message-ID"].strip().endswith("@bureau.example>")
    assert (sent["Auto-Submitted"], sent["Content-Language"]) == ("auto-generated", "es")
    plain, html = texts(sent)
    assert 'lang="es"' in html and "Bureau, of Revenue" in plain and "One." in plain


@pytest.mark.django_db
def test_a_mail_speaks_its_readers_language_whatever_the_page_speaks(settings: Any) -> None:
    with mail.in_language("en"):
        row_key = None
        with transaction.atomic():
            row_key = mail.queue(message(language="es", subject=_("Yes"), paragraphs=[_("No")]))
        assert get_language() == "en"
    row = OutboxMail.objects.get(pk=row_key)
    assert row.subject == "Sí" and row.language == "es"
    assert mail.in_language("xx-unknown") is not None
    with mail.in_language("xx-unknown"):
        assert get_language() == settings.LANGUAGE_CODE


@pytest.mark.django_db
def test_the_button_leads_to_the_agencys_own_address_only(settings: Any) -> None:
    settings.BASE_URL = "https://portal.example"
    plain, html = texts(sent_form(action=mail.Action(label="Decide", path="/requests/5/?a=1&b=2")))
    assert "https://portal.example/requests/5/?a=1&b=2" in plain
    assert html.count("href=") == 1 and 'href="https://portal.example/requests/5/?a=1&amp;b=2"' in html


@pytest.mark.parametrize(
    "path", ["", "requests", "//evil.example", "/\\evil.example", "https://evil.example", "/a b", "/a\n"]
)
def test_an_action_that_leads_elsewhere_is_a_bug(path: str) -> None:
    with pytest.raises(ValueError, match="path of this site"):
        mail.Action(label="Go", path=path)
