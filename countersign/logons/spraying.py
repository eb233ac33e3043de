"""Somebody tries few passwords on many usernames: no counter of one username ever notices (SPEC 3, Lockout).

Two counts are kept beside those of the limiter: on how many usernames one source failed, and on how many all
sources together failed for the first time, each within ``SPRAYING_WINDOW_SECONDS``. Both say only how many.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from django.conf import settings

from countersign.logons import limiter


class Scope(StrEnum):
    """Where the tries come from."""

    SOURCE = "source"
    EVERYWHERE = "everywhere"


class Spraying(NamedTuple):
    """So many usernames were tried without success within the window."""

    scope: Scope
    usernames: int


def note_failure(*, source: str, username: str, first: bool, now: datetime) -> list[Spraying]:
    """Count a sign-in that failed; what has just become worth an alert: at the threshold, and each time it doubles.

    ``first``: the first failure in a row of this username. Asked for usernames that nobody has as for all others.
    """
    found = []
    pair = limiter.reserve(limiter.limit(limiter.SPRAYED_PAIR, f"{source} {username}", "spraying"), now=now)
    if pair.failures == 1:
        counted = limiter.reserve(limiter.limit(limiter.SPRAYED, source, "spraying"), now=now).failures
        if _alarms(counted, settings.SPRAYING_USERNAMES_OF_SOURCE):
            found.append(Spraying(Scope.SOURCE, counted))
    if first:
        counted = limiter.reserve(limiter.limit(limiter.SPRAYED, "everywhere", "spraying"), now=now).failures
        if _alarms(counted, settings.SPRAYING_USERNAMES):
            found.append(Spraying(Scope.EVERYWHERE, counted))
    return found


def _alarms(counted: int, threshold: int) -> bool:
    times, rest = divmod(counted, threshold)
    return rest == 0 and times > 0 and times & (times - 1) == 0
