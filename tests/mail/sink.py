"""A real SMTP server that can be stopped and started, and be unkind."""

from __future__ import annotations

import asyncio
import email
import logging
import socket
import threading
import time
from collections.abc import Callable
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

# Its threads outlive the output of the test that started them, where a connection's end would be logged.
logging.getLogger("mail.log").setLevel(logging.WARNING)


class Sink:
    """Keeps what it takes. ``answer_recipient`` and ``answer_content`` may refuse: address → SMTP answer."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.taken: list[Message] = []
        self.answer_recipient: Callable[[str], str] = lambda address: "250 OK"
        self.answer_content: Callable[[str], str] = lambda address: "250 OK"
        self.seconds_per_mail = 0.0
        self._lock = threading.Lock()
        self._controller: Controller | None = None

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        answer = self.answer_recipient(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answer_content(envelope.rcpt_tos[0])
        if self.seconds_per_mail:
            await asyncio.sleep(self.seconds_per_mail)
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            with self._lock:
                self.taken.append(email.message_from_bytes(envelope.content))
        return answer

    def subjects(self) -> list[str]:
        """Of everything taken, in order."""
        with self._lock:
            return [str(mail["Subject"]) for mail in self.taken]

    def wait_for(self, count: int, seconds: float = 20) -> list[str]:
        """The subjects once there are ``count`` mails, or after so many seconds."""
        end = time.monotonic() + seconds
        while len(self.subjects()) < count and time.monotonic() < end:
            time.sleep(0.02)
        return self.subjects()
