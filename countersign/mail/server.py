"""The mail server as this process knows it: one connection for a run of mails, and a pause while it is down."""

from __future__ import annotations

import contextlib
import smtplib
import threading
import time
from email.header import Header
from email.message import Message as EmailPart
from email.utils import format_datetime, formataddr, parseaddr
from types import TracebackType
from typing import Any, Self

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from countersign.mail.models import OutboxMail


class ServerDown(Exception):
    """The mail server cannot be reached, or does not let us in."""


class Pause:
    """Keeps all threads of this process from knocking at a dead server more often than makes sense."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._until = 0.0

    def over(self) -> bool:
        """Whether the server may be tried."""
        with self._lock:
            return time.monotonic() >= self._until

    def begin(self) -> None:
        """The server is down: wait twice as long as the last time."""
        with self._lock:
            if time.monotonic() < self._until:
                return  # another thread found out first
            wait = settings.MAIL_SERVER_PAUSE_SECONDS * 2 ** min(self._failures, 30)
            self._failures += 1
            self._until = time.monotonic() + min(wait, settings.MAIL_SERVER_LONGEST_PAUSE_SECONDS)

    def end(self) -> None:
        """The server answers."""
        with self._lock:
            self._failures, self._until = 0, 0.0


pause = Pause()


class Connection:
    """Opens when the first mail is sent, and anew after it was lost. A context manager."""

    def __init__(self) -> None:
        self._backend: BaseEmailBackend | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.drop()

    def open(self) -> None:
        """Connect, unless connected. Raises ``ServerDown``."""
        if self._backend is not None:
            return
        backend = get_connection()
        try:
            backend.open()
        except (OSError, smtplib.SMTPException) as error:
            raise ServerDown from error
        self._backend = backend
        pause.end()

    def drop(self) -> None:
        """Disconnect; what the server says to that does not matter any more."""
        if self._backend is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._backend.close()
            self._backend = None

    def send(self, mail: OutboxMail) -> None:
        """Hand over one mail; raises what ``errors.classify`` understands. Needs ``open``."""
        assert self._backend is not None
        self._backend.send_messages([letter(mail)])


class Letter(EmailMultiAlternatives):
    """An e-mail whose subject begins on the line that says so, also where it is long and not plain English.

    Folded by Django, such a subject leaves an empty first line, which some programs show as a blank or as nothing.
    """

    def message(self, **options: Any) -> Any:
        """As Django makes it, which has checked the subject for line ends by then."""
        made = super().message(**options)
        subject = str(self.subject)
        if not subject.isascii():
            del made["Subject"]
            folded = Header(subject, "utf-8", header_name="Subject")
            EmailPart.__setitem__(made, "Subject", folded)
        return made


def letter(mail: OutboxMail) -> EmailMultiAlternatives:
    """The outbox row as an e-mail with its headers."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    composed = Letter(
        subject=mail.subject,
        body=mail.text,
        from_email=formataddr((name or settings.AGENCY_NAME, address)),
        to=[mail.to],
        headers={
            "Message-ID": f"<{mail.message_id}@{address.rpartition('@')[2] or 'localhost'}>",
            "Date": format_datetime(mail.created_at),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "Content-Language": mail.language,
        },
    )
    composed.attach_alternative(mail.html, "text/html")
    return composed
