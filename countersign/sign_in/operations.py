"""Sign in with a password; sign out."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from countersign import events
from countersign.access.queries.own import is_active
from countersign.logons import limiter
from countersign.logons.hash_cap import CAP
from countersign.logons.models import Logon
from countersign.logons.passwords import password_matches, renew_hash
from countersign.logons.sessions import SessionEnd
from countersign.policy.errors import Invalid
from countersign.policy.reasons import Reason
from countersign.sign_in.events import SignedIn, SignedOut, SignInFailed

# The same for a wrong password, for a username that nobody has, and for a logon that may not sign in.
NO_MATCH = _("The username or the password is not right. Check both, and whether Caps Lock is on.")
NOBODY = 0


def sign_in(*, username: str, password: str, source: str, now: datetime) -> Logon:
    """The logon that may come in with this username and password.

    Unknown, wrong, inactive and never-had-a-password take the same way and the same one hash, and raise the same
    ``Invalid``. Raises ``Locked`` (no secret was checked; SPEC 3, Lockout) and ``Busy`` (nothing was counted).
    """
    name = username.strip().lower()
    by_source = limiter.limit(limiter.SOURCE, source, "source")
    by_username = limiter.limit(limiter.PASSWORD, name, "public")
    with CAP.slot():
        limiter.reserve(by_source, now=now)
        try:
            reserved = limiter.reserve(by_username, now=now)
        except limiter.Locked:
            limiter.release(by_source)
            raise
        logon = Logon.objects.filter(username=name).first()
        matches = password_matches(logon, password)
        active = is_active(logon.pk if logon else NOBODY, at=now)
        if logon is None or not matches or not active:
            _record_failure(logon, matches, now)
            if reserved.next_at > now:
                raise limiter.Locked(reserved.next_at)
            raise Invalid({"": str(NO_MATCH)})  # of both fields together
        renew_hash(logon, password)
    with transaction.atomic():
        events.record(SignedIn(), actor=logon, channel=events.Channel.ONLINE, at=now)
    limiter.forget(by_username)
    limiter.release(by_source)
    return logon


def _record_failure(logon: Logon | None, matches: bool, now: datetime) -> None:
    """Put on record that this logon was not let in.

    For a username that nobody has, the same is written and taken back: how long the answer takes tells nothing.
    """
    reason = Reason.LOGON_NOT_ACTIVE if logon is not None and matches else "wrong_password"
    whose = [logon.pk if logon is not None else NOBODY]
    with transaction.atomic(), transaction.atomic():
        events.record(SignInFailed(), actor=None, channel=events.Channel.ONLINE, at=now, reason=reason, logons=whose)
        if logon is None:
            transaction.set_rollback(True)  # of the inner one: both ways end with a commit


@transaction.atomic
def sign_out(*, actor: Logon, why: SessionEnd, now: datetime) -> None:
    """Put on record that a session of the actor ended."""
    channel = events.Channel.ONLINE if why is SessionEnd.ASKED else events.Channel.SYSTEM
    events.record(SignedOut(why=why), actor=actor, channel=channel, at=now)
