"""The demo's mailbox: a real SMTP server, and pages on which nothing of a mail runs."""

from __future__ import annotations

import asyncio
import smtplib
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from countersign.demo.mail_store import MailStore
from countersign.demo.mailbox import serve_pages, take_mail, with_links
from countersign.demo.ports import HOST, listen, port_of

LINK = "http://127.0.0.1:8000/requests/4?token=a_b-c"


class Mailbox:
    def __init__(self, path: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        smtp, web = listen(0), listen(0)
        self.smtp, self.web = port_of(smtp), port_of(web)
        store = MailStore(path)
        self._pages = serve_pages(web, store)
        asyncio.run_coroutine_threadsafe(take_mail(smtp, store), self._loop).result(10)

    def stop(self) -> None:
        self._pages.shutdown()
        self._pages.server_close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def send(self, subject: str, text: str, markup: str = "") -> None:
        mail = EmailMessage()
        mail["Subject"], mail["From"], mail["To"] = subject, "no-reply@agency.example", "dana@bakery.example"
        mail.set_content(text)
        if markup:
            mail.add_alternative(markup, subtype="html")
        with smtplib.SMTP(HOST, self.smtp, timeout=10) as client:
            client.send_message(mail)

    def get(self, path: str, host: str = "") -> tuple[int, str, str]:
        request = urllib.request.Request(f"http://{HOST}:{self.web}{path}")
        if host:
            request.add_header("Host", host)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own address
                return answer.status, answer.read().decode(), answer.headers["Content-Security-Policy"]
        except urllib.error.HTTPError as problem:
            return problem.code, problem.read().decode(), ""


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    running = Mailbox(tmp_path / "mail.sqlite")
    yield running
    running.stop()


def test_newest_first_with_a_link_that_can_be_followed(mailbox: Mailbox) -> None:
    assert "Nothing yet" in mailbox.get("/")[1]
    mailbox.send("First", "one")
    mailbox.send("Lopez CPA asks for access", f"Decide here: {LINK}.")
    listed = mailbox.get("/")[1]
    assert listed.index("Lopez CPA asks for access") < listed.index("First")
    assert f'<a href="{LINK}" rel="noreferrer">{LINK}</a>.' in mailbox.get("/mail/2")[1]


def test_nothing_of_a_mail_runs(mailbox: Mailbox) -> None:
    hostile = "<script>alert(1)</script>"
    mailbox.send(hostile, hostile, f'<p onclick="alert(2)">hello</p>{hostile}')
    for path in ("/", "/mail/1"):
        status, body, policy = mailbox.get(path)
        assert status == 200
        assert hostile not in body
        assert "script-src" not in policy
        assert policy.startswith("default-src 'none'")
    policy = mailbox.get("/mail/1/html")[2]
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy


def test_mail_survives_a_restart(tmp_path: Path) -> None:
    first = Mailbox(tmp_path / "mail.sqlite")
    first.send("Kept", "text")
    first.stop()
    second = Mailbox(tmp_path / "mail.sqlite")
    assert "Kept" in second.get("/")[1]
    second.stop()


def test_one_addressee_alone(mailbox: Mailbox) -> None:
    mailbox.send("Hers", "text")
    assert "Hers" in mailbox.get("/?to=dana%40bakery.example")[1]
    assert "Hers" not in mailbox.get("/?to=somebody%40else.example")[1]


@pytest.mark.parametrize(
    "path", ["/mail/99", "/mail/99/html", "/mail/x", "/../etc/passwd", "/mail/1%00", "/?to=%00%ff"]
)
def test_what_is_not_there_is_no_error(mailbox: Mailbox, path: str) -> None:
    assert mailbox.get(path)[0] in (200, 404)


def test_another_sites_name_does_not_read_the_mail(mailbox: Mailbox) -> None:
    mailbox.send("Secret", "text")
    status, body, _ = mailbox.get("/", host="evil.example:8025")
    assert status == 421
    assert "Secret" not in body


def test_links_in_text_are_escaped() -> None:
    assert with_links('a <b> "http://x.example/?a=1&b=2", end') == (
        "a &lt;b&gt; &quot;"
        '<a href="http://x.example/?a=1&amp;b=2" rel="noreferrer">http://x.example/?a=1&amp;b=2</a>'
        "&quot;, end"
    )
