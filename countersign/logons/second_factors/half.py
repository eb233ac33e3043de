"""Half signed in: the right password was given, and a second step is to be done. To every other page nobody is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from countersign.logons.models import Logon
from countersign.logons.second_factors.factors import factors_of, required_for

KEY = "half_signed_in"


class Step(StrEnum):
    """What is still to be done before the session begins."""

    SECOND_FACTOR = "second_factor"
    SET_UP = "set_up"


def step_after_password(logon: Logon) -> Step | None:
    """What follows a right password: a second factor, setting one up where one is required, or nothing."""
    if factors_of(logon).any:
        return Step.SECOND_FACTOR
    return Step.SET_UP if required_for(logon) else None


@dataclass(frozen=True)
class HalfSignedIn:
    """Who gave the right password, when, what for, and what is still to be done.

    ``proved``: by which secrets, once the second step was done too (only while setting up: the recovery codes
    are shown before the session begins).
    """

    logon: Logon
    at: datetime
    step: Step
    next: str = ""
    proved: str = ""


def begin_half(request: HttpRequest, logon: Logon, *, step: Step, now: datetime, next_path: str = "") -> None:
    """Remember that the password was right. Nothing of the session before is kept, its key least of all."""
    request.session.flush()
    _write(request, HalfSignedIn(logon, now, step, next_path))


def half_of(request: HttpRequest, *, now: datetime) -> HalfSignedIn | None:
    """The half-signed-in state of this browser, while it lasts.

    It ends in time, with a changed password, and with whatever ends all sessions of the logon.
    """
    kept = request.session.get(KEY)
    if not isinstance(kept, dict) or request.user.is_authenticated:
        return None
    at = datetime.fromtimestamp(kept["at"], UTC)
    if now - at > timedelta(seconds=settings.SECOND_STEP_SECONDS):
        return None
    logon = Logon.objects.filter(pk=kept["logon"]).first()
    if logon is None or not constant_time_compare(kept["hash"], logon.get_session_auth_hash()):
        return None
    if logon.sessions_begin_at is not None and logon.sessions_begin_at > at:
        return None
    half = HalfSignedIn(logon, at, Step(kept["step"]), kept["next"], kept["proved"])
    if half.step is Step.SET_UP and not half.proved and factors_of(logon).any:
        return None  # set up meanwhile elsewhere: from now on it is asked for
    return half


def proved(request: HttpRequest, half: HalfSignedIn, how: str, *, now: datetime) -> None:
    """The second step was done while setting up: what follows only shows recovery codes."""
    # As of now: adding the factor ended whatever had begun before.
    _write(request, replace(half, proved=how, at=now))


def end_half(request: HttpRequest) -> None:
    """Forget it."""
    request.session.pop(KEY, None)


def _write(request: HttpRequest, half: HalfSignedIn) -> None:
    kept: dict[str, Any] = {
        "logon": half.logon.pk,
        # Not in whole seconds: what ends all sessions ends one that began in the same second, too.
        "at": half.at.timestamp(),
        "step": half.step.value,
        "next": half.next,
        "proved": half.proved,
        "hash": half.logon.get_session_auth_hash(),
    }
    request.session[KEY] = kept
