"""What the worker does every so often. ``config.subscriptions`` fills the registry when the site starts."""

from __future__ import annotations

import logging
import traceback
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import close_old_connections, connection

logger = logging.getLogger(__name__)

LOCK_SPACE = 0x5EA2  # advisory locks of periodic work


@dataclass(frozen=True)
class Periodic:
    """``run`` is called about every ``seconds``, by one worker at a time, and also soon after a worker starts.

    It opens its own transactions, takes the time itself, and may be cut off between any two of them. Work that
    takes long looks at ``background.stopping``. What it raises is logged and it is called again next time.
    """

    name: str
    seconds: float
    run: Callable[[], object]


_registry: list[Periodic] = []


def run_periodically(works: Iterable[Periodic]) -> None:
    """Make ``works`` the whole registry."""
    _registry[:] = works


def registered() -> list[Periodic]:
    """What a worker has to do every so often."""
    return list(_registry)


def run_once(work: Periodic) -> bool:
    """Do it now unless another worker is at it. False: it failed (logged) or another was at it."""
    close_old_connections()
    try:
        with _alone(work.name) as alone:
            if not alone:
                return False
            work.run()
            return True
    except Exception as error:  # one failing work must not end the worker
        logger.error("periodic work %r failed: %s", work.name, place_of(error))
        return False
    finally:
        close_old_connections()


def place_of(error: BaseException) -> str:
    """Kind and place of an error. Its message stays out of the log: it may quote a row, and so a person."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at " + (f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?")


@contextmanager
def _alone(name: str) -> Iterator[bool]:
    key = zlib.crc32(name.encode()) - 2**31
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_SPACE, key])
        (alone,) = cursor.fetchone()
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, key])
