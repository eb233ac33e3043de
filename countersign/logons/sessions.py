"""A session: begun by a sign-in, ended by 30 idle minutes, by 12 hours in all, or by its person (SPEC 3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.http import HttpRequest

from countersign.logons.models import Logon, OpenSession

BACKEND = "countersign.logons.backend.LogonBackend"
SIGNED_IN_AT = "signed_in_at"
ACTIVE_AT = "active_at"
FRESH_AT = "fresh_at"
# Activity is written down at the most this often: not every request becomes a write.
TOUCH_SECONDS = 60


class SessionEnd(StrEnum):
    """Why a session ended."""

    ASKED = "asked"
    IDLE = "idle"
    WHOLE = "whole"
    NOT_ACTIVE = "not_active"


def begin_session(request: HttpRequest, logon: Logon, *, now: datetime) -> None:
    """Sign ``logon`` in. Nothing of the session before is kept, its key least of all."""
    request.session.flush()
    auth.login(request, logon, backend=BACKEND)
    stamp(request.session, now=now)


def stamp(session: SessionBase, *, now: datetime) -> None:
    """Write down that the session begins now."""
    session[SIGNED_IN_AT] = session[ACTIVE_AT] = int(now.timestamp())


def end_session(request: HttpRequest) -> None:
    """Delete the session here and in the database, and with it everything that it remembered."""
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
    """End every session of the logon but the one with the key ``keep``. Returns how many."""
    opened = OpenSession.objects.filter(logon=logon).exclude(session_key=keep or "")
    keys = list(opened.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    opened.delete()
    return len(keys)


def is_fresh(request: HttpRequest, *, now: datetime) -> bool:
    """Whether all secrets of the logon were given within ``FRESH_SIGN_IN_SECONDS``, at sign-in or again since."""
    at = request.session.get(FRESH_AT, request.session.get(SIGNED_IN_AT))
    return isinstance(at, int) and int(now.timestamp()) - at <= settings.FRESH_SIGN_IN_SECONDS


def freshened(request: HttpRequest, *, now: datetime) -> None:
    """All secrets of the logon were given again, just now. The session gets a new key."""
    request.session.cycle_key()
    request.session[FRESH_AT] = int(now.timestamp())


def touch(session: SessionBase, *, now: datetime) -> None:
    """Note that its person is there: written at most once a minute, so the idle time may end that much early."""
    seconds = int(now.timestamp())
    if seconds - session[ACTIVE_AT] >= TOUCH_SECONDS:
        session[ACTIVE_AT] = seconds


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
    return deleted
