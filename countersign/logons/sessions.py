"""A session: begun by a sign-in, ended by 30 idle minutes, by 12 hours in all, or by its person (SPEC 3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.http import HttpRequest

from countersign.logons.devices import device_in_words
from countersign.logons.models import Logon, OpenSession

BACKEND = "countersign.logons.backend.LogonBackend"
SIGNED_IN_AT = "signed_in_at"
ACTIVE_AT = "active_at"
FRESH_AT = "fresh_at"
HOW = "how"
# Activity is written down at the most this often: not every request becomes a write.
TOUCH_SECONDS = 60


class SessionEnd(StrEnum):
    """Why a session ended."""

    ASKED = "asked"
    IDLE = "idle"
    WHOLE = "whole"
    NOT_ACTIVE = "not_active"
    ENDED = "ended"


class EndedMeanwhile(Exception):
    """All sessions of the logon were ended after its secrets were found right and before its session began."""


# Whoever ends all sessions holds the row of the logon: of the two that come at once, the second sees the first.
_OPEN = """
WITH seen AS (
    UPDATE logons_logon SET last_login = %(now)s
    WHERE id = %(logon)s AND (sessions_begin_at IS NULL OR sessions_begin_at <= %(now)s)
      AND sign_in_stopped_at IS NULL
    RETURNING id
)
INSERT INTO logons_opensession (logon_id, session_key, description, began_at, active_at)
SELECT id, %(key)s, %(device)s, %(now)s, %(now)s FROM seen
"""


def begin_session(request: HttpRequest, logon: Logon, *, now: datetime, how: str = "password") -> None:
    """Sign ``logon`` in. Nothing of the session before is kept, its key least of all.

    ``how``: by which secrets, as ``password``, ``password+authenticator`` or ``passkey``; they were right at ``now``.
    Raises ``EndedMeanwhile``; the caller's transaction is then undone.
    """
    request.session.flush()
    auth.login(request, logon, backend=BACKEND)
    stamp(request.session, now=now)
    request.session[HOW] = how
    request.session.save()
    opened = {"logon": logon.pk, "key": request.session.session_key, "device": device_in_words(request), "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, opened)
        if cursor.rowcount != 1:
            raise EndedMeanwhile


def stamp(session: SessionBase, *, now: datetime) -> None:
    """Write down that the session begins now."""
    session[SIGNED_IN_AT] = session[ACTIVE_AT] = int(now.timestamp())


def end_session(request: HttpRequest) -> None:
    """Delete the session here and in the database, and with it everything that it remembered."""
    OpenSession.objects.filter(session_key=request.session.session_key or "").delete()
    auth.logout(request)


def end_of(session: SessionBase, *, now: datetime) -> SessionEnd | None:
    """Why the session is over, or None. One that does not say when it began is over."""
    seconds = int(now.timestamp())
    began, active = session.get(SIGNED_IN_AT), session.get(ACTIVE_AT)
    if not isinstance(began, int) or not isinstance(active, int):
        return SessionEnd.WHOLE
    if seconds - began >= settings.SESSION_WHOLE_SECONDS:
        return SessionEnd.WHOLE
    if seconds - active >= settings.SESSION_IDLE_SECONDS:
        return SessionEnd.IDLE
    return None


def end_all_sessions(logon: Logon, *, now: datetime, keep: str | None = None) -> int:
    """End every session of the logon but the one with the key ``keep``, half-signed-in ones too. Returns how many.

    In the caller's transaction: once it has committed, no request of an ended session is answered as its logon's.
    """
    Logon.objects.filter(pk=logon.pk).update(sessions_begin_at=now)
    if keep is not None:
        kept = {"logon": logon, "began_at": now, "active_at": now}
        OpenSession.objects.get_or_create(session_key=keep, defaults=kept)
    return _end(_ALL_BUT, {"logon": logon.pk, "keep": keep or ""})


def end_one_session(logon: Logon, key: int) -> bool:
    """End one session of the logon by its key in the list. Returns whether there was one."""
    return _end(_ONE, {"logon": logon.pk, "key": key}) > 0


# Waits for whoever gives a session a new key at this moment, and then finds it under that one.
_ALL_BUT = "DELETE FROM logons_opensession WHERE logon_id = %(logon)s AND session_key <> %(keep)s RETURNING session_key"
_ONE = "DELETE FROM logons_opensession WHERE logon_id = %(logon)s AND id = %(key)s RETURNING session_key"


def _end(statement: str, parameters: dict[str, str | int]) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        keys = [row[0] for row in cursor.fetchall()]
        # By another statement: the first does not see sessions that were written while it waited.
        Session.objects.filter(session_key__in=keys).delete()
    return len(keys)


def ended_elsewhere(session: SessionBase, logon: Logon) -> bool:
    """Whether all sessions of the logon were ended after this one began, and this one was not kept."""
    began = session.get(SIGNED_IN_AT)
    if logon.sessions_begin_at is None or not isinstance(began, int):
        return False
    if began >= int(logon.sessions_begin_at.timestamp()):
        return False
    return not OpenSession.objects.filter(session_key=session.session_key or "", logon=logon).exists()


def is_fresh(request: HttpRequest, *, now: datetime) -> bool:
    """Whether all secrets of the logon were given within ``FRESH_SIGN_IN_SECONDS``, at sign-in or again since."""
    at = request.session.get(FRESH_AT, request.session.get(SIGNED_IN_AT))
    return isinstance(at, int) and int(now.timestamp()) - at <= settings.FRESH_SIGN_IN_SECONDS


def freshened(request: HttpRequest, *, now: datetime) -> bool:
    """All secrets of the logon were given again, just now. The session gets a new key.

    Returns False where it was ended meanwhile (see ``renew_key``): then nothing is noted.
    """
    return renew_key(request, **{FRESH_AT: int(now.timestamp())})


def renew_key(request: HttpRequest, **kept: object) -> bool:
    """The session goes on under a new key, with ``kept`` in it: whoever planted the old key, or stole it, has nothing.

    Of somebody signed in its line in the list goes with it. Where that line is gone the session was ended meanwhile (or
    another request has just renewed it): then nothing is written, and it does not come to life under a key of its own.
    Returns whether it goes on.
    """
    session = request.session
    if auth.SESSION_KEY not in session:
        session.cycle_key()
        session.update(kept)
        return True
    before = session.session_key
    with transaction.atomic():
        if not OpenSession.objects.select_for_update().filter(session_key=before).exists():
            return False
        session.cycle_key()
        session.update(kept)
        session.save()
        moved(before, request)
    return True


def moved(before: str | None, request: HttpRequest) -> None:
    """The session of this request, known as ``before``, has a new key: its line in the list goes with it."""
    OpenSession.objects.filter(session_key=before or "").update(session_key=request.session.session_key)


def touch(session: SessionBase, *, now: datetime) -> None:
    """Note that its person is there: written at most once a minute, so the idle time may end that much early."""
    seconds = int(now.timestamp())
    if seconds - session[ACTIVE_AT] >= TOUCH_SECONDS:
        session[ACTIVE_AT] = seconds
        OpenSession.objects.filter(session_key=session.session_key or "").update(active_at=now)


def stay(session: SessionBase, *, now: datetime) -> None:
    """Its person said so: the idle time begins anew, this very second."""
    session[ACTIVE_AT] = int(now.timestamp())
    OpenSession.objects.filter(session_key=session.session_key or "").update(active_at=now)


def seconds_left(session: SessionBase, *, now: datetime) -> int:
    """How long the session lasts if its person does nothing more."""
    whole = session[SIGNED_IN_AT] + settings.SESSION_WHOLE_SECONDS
    return max(0, int(min(session[ACTIVE_AT] + settings.SESSION_IDLE_SECONDS, whole) - now.timestamp()))


def signed_in_at(session: SessionBase) -> datetime | None:
    """When this session began."""
    began = session.get(SIGNED_IN_AT)
    return datetime.fromtimestamp(began, UTC) if isinstance(began, int) else None


def ends_at_latest(session: SessionBase) -> datetime | None:
    """When this session ends whatever its person does."""
    began = signed_in_at(session)
    return began + timedelta(seconds=settings.SESSION_WHOLE_SECONDS) if began else None


def forget_ended_sessions(*, now: datetime) -> int:
    """Periodic: delete sessions whose time is over. Returns how many."""
    deleted, _ = Session.objects.filter(expire_date__lt=now).delete()
    over = now - timedelta(seconds=settings.SESSION_WHOLE_SECONDS)
    OpenSession.objects.filter(began_at__lt=over).delete()
    return deleted
