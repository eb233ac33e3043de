"""A cap on how many passwords one process hashes at once: each takes 19 MiB and a core (DESIGN.md)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings


class Busy(Exception):
    """Too many passwords are being checked. ``retry_after`` seconds later there may be room."""

    def __init__(self, retry_after: int = 5) -> None:
        super().__init__("too many passwords are being checked")
        self.retry_after = retry_after


class HashCap:
    """``slots`` hash at once, ``waiting`` more wait at the most ``seconds``; whoever comes then is sent away.

    Only so many threads of the web server can be held up here that others stay free for everything else.
    """

    def __init__(self, slots: int, waiting: int, seconds: float) -> None:
        self._room = threading.BoundedSemaphore(slots + waiting)
        self._slots = threading.BoundedSemaphore(slots)
        self._seconds = seconds

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Room for one hash. Raises ``Busy``."""
        if not self._room.acquire(blocking=False):
            raise Busy
        try:
            if not self._slots.acquire(timeout=self._seconds):
                raise Busy
            try:
                yield
            finally:
                self._slots.release()
        finally:
            self._room.release()


CAP = HashCap(settings.CONCURRENT_HASHES, settings.HASHES_WAITING, settings.HASH_WAIT_SECONDS)
