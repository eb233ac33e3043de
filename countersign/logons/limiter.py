"""The one limiter: every path that checks a secret asks it first (SPEC 3, Lockout).

A try is *reserved* as a failure before the secret is checked, in one statement, and taken back only when the
secret was right. However many tries come at once, no more than the limit are ever checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils.crypto import salted_hmac

from countersign.logons.models import FailureCounter

PASSWORD = "password"  # noqa: S105 - a kind of counter, by username
SOURCE = "source"
SPRAYED_PAIR = "sprayed_pair"
SPRAYED = "sprayed"


@dataclass(frozen=True)
class Profile:
    """How many failures are free, and how long one waits after each further one. Seconds; 0: no such limit.

    The wait doubles from ``first_wait`` to ``longest_wait``. ``stop_at`` failures in a row end tries until
    recovery. ``window``: failures count together only for so long after the first of them; or, where it is ``sliding``,
    those of the last so many seconds, whenever the first was.
    """

    free: int
    first_wait: int
    longest_wait: int
    stop_at: int = 0
    window: int = 0
    sliding: bool = False


class Limit(NamedTuple):
    """One counter: what kind of secret, of whom or from where."""

    kind: str
    subject: str
    profile: Profile


class Reservation(NamedTuple):
    """A try that counts as a failure until it is taken back: the how-manieth, and when the next may come.

    ``next_at`` lies in the past where nothing has to be waited for.
    """

    failures: int
    next_at: datetime


class Locked(Exception):
    """No secret was checked. ``until``: when to try again; None: not before recovery."""

    def __init__(self, until: datetime | None) -> None:
        super().__init__("too many failures")
        self.until = until


def profile(name: str) -> Profile:
    """One of the profiles of the settings: ``public``, ``staff``, ``source``."""
    given: dict[str, Any] = settings.LIMITER_PROFILES[name]
    return Profile(**given)


def limit(kind: str, whom: str, of_profile: str) -> Limit:
    """The counter of ``kind`` for ``whom`` (a username or a source), which is kept only as a keyed hash."""
    key = salted_hmac(f"countersign.logons.limiter.{kind}", whom, secret=settings.IDENTIFIER_KEY, algorithm="sha256")
    return Limit(kind, key.hexdigest(), profile(of_profile))


# Not "now": of two tries at once the one whose clock is behind would seem to come too early.
_NOT_BLOCKED = "to_timestamp(0)"


def _blocked_until(failures: str) -> str:
    return f"""CASE WHEN {failures} < %(free)s THEN {_NOT_BLOCKED} ELSE %(now)s + make_interval(secs =>
        least(%(longest)s, %(first)s * 2.0 ^ least({failures} - %(free)s, 40))) END"""


# The failures that still count in a sliding window, the newest first: no more than decide.
_KEPT = """ARRAY(SELECT t FROM unnest(c.recent) AS t
    WHERE t > %(now)s - make_interval(secs => %(window)s) ORDER BY t DESC LIMIT %(free)s)"""
_LAPSED = "(NOT %(sliding)s AND %(window)s > 0 AND c.began_at + make_interval(secs => %(window)s) <= %(now)s)"
_NEXT = f"""(CASE WHEN %(sliding)s THEN cardinality({_KEPT}) + 1
    WHEN {_LAPSED} THEN 1 ELSE c.failures + 1 END)"""
_RESERVE = f"""
INSERT INTO logons_failurecounter AS c (kind, subject, failures, began_at, last_at, blocked_until, recent)
VALUES (%(kind)s, %(subject)s, 1, %(now)s, %(now)s, {_blocked_until("1")},
    CASE WHEN %(sliding)s THEN ARRAY[%(now)s::timestamptz] ELSE '{{}}' END)
ON CONFLICT (kind, subject) DO UPDATE SET
    failures = {_NEXT},
    began_at = CASE WHEN {_LAPSED} THEN %(now)s ELSE c.began_at END,
    last_at = greatest(c.last_at, %(now)s),
    blocked_until = {_blocked_until(_NEXT)},
    recent = CASE WHEN %(sliding)s THEN ARRAY[%(now)s::timestamptz] || {_KEPT} ELSE '{{}}' END
WHERE c.blocked_until <= %(now)s AND (%(stop)s = 0 OR c.failures < %(stop)s)
RETURNING failures, blocked_until
"""
_RELEASE = f"""
UPDATE logons_failurecounter SET
    failures = failures - 1,
    recent = recent[2:],
    blocked_until = CASE WHEN failures - 1 < %(free)s THEN {_NOT_BLOCKED} ELSE blocked_until END
WHERE kind = %(kind)s AND subject = %(subject)s AND failures > 0
"""


def reserve(counted: Limit, *, now: datetime) -> Reservation:
    """Count one try as a failure, before its secret is checked. Raises ``Locked``: then nothing is counted.

    Call it outside a transaction: the counter must be seen by others while the secret is being checked, and
    must stay when what follows is rolled back.
    """
    for _attempt in range(3):
        with connection.cursor() as cursor:
            cursor.execute(_RESERVE, _parameters(counted, now))
            row = cursor.fetchone()
        if row is not None:
            return Reservation(*row)
        found = FailureCounter.objects.filter(kind=counted.kind, subject=counted.subject).first()
        if found is not None:
            stop = counted.profile.stop_at
            raise Locked(None if stop and found.failures >= stop else found.blocked_until)
        # Forgotten by a success between the two statements: try again.
    raise Locked(now)


def release(counted: Limit) -> None:
    """Take one reserved failure back: the secret was right, or was not checked after all."""
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, _parameters(counted, None))


def forget(counted: Limit) -> None:
    """Start again from nothing: after a success, or after recovery."""
    FailureCounter.objects.filter(kind=counted.kind, subject=counted.subject).delete()


def forget_old_failures(*, now: datetime) -> int:
    """Periodic: delete counters that no longer limit anything. Returns how many.

    A username whose passwords were stopped stays stopped until recovery.
    """
    source, spraying, public = profile("source"), profile("spraying"), profile("public")
    over = now - timedelta(seconds=max(source.window, source.longest_wait, spraying.window))
    old = Q(last_at__lt=now - timedelta(days=settings.FAILURES_KEPT_DAYS))
    if public.stop_at:
        old &= ~Q(kind=PASSWORD, failures__gte=public.stop_at)
    lapsed_source = Q(kind__in=(SOURCE, SPRAYED_PAIR, SPRAYED), began_at__lt=over, blocked_until__lt=now)
    deleted, _ = FailureCounter.objects.filter(old | lapsed_source).delete()
    return deleted


def _parameters(counted: Limit, now: datetime | None) -> dict[str, str | int | datetime | None]:
    return {
        "kind": counted.kind,
        "subject": counted.subject,
        "now": now,
        "free": counted.profile.free,
        "first": counted.profile.first_wait,
        "longest": counted.profile.longest_wait,
        "stop": counted.profile.stop_at,
        "window": counted.profile.window,
        "sliding": counted.profile.sliding,
    }
