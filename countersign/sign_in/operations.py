"""Sign in with a password and a second factor, or with a passkey; sign out."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from countersign import events
from countersign.access.queries.own import is_active, with_standing
from countersign.logons import known_devices, limiter
from countersign.logons.hash_cap import CAP
from countersign.logons.models import Logon
from countersign.logons.passwords import password_matches, renew_hash
from countersign.logons.second_factors import passkeys, recovery_codes, totp
from countersign.logons.second_factors.challenges import Purpose
from countersign.logons.second_factors.limits import Wrong
from countersign.logons.second_factors.ways import Way
from countersign.logons.sessions import SessionEnd
from countersign.logons.spraying import note_failure
from countersign.logons.usernames import normal_username
from countersign.policy.errors import Invalid
from countersign.policy.reasons import Reason
from countersign.sign_in.events import (
    RecoveryCodeUsed,
    SignedIn,
    SignedInFromNewDevice,
    SignedOut,
    SignInFailed,
    SprayingNoticed,
)

# The same for a wrong password, for a username that nobody has, and for a logon that may not sign in.
NO_MATCH = _("The username or the password is not right. Check both, and whether Caps Lock is on.")
NO_PASSKEY = _("That passkey does not sign in here. Use your username and password instead.")
NOBODY = 0
# What the username's counter says where the device's counted instead: nothing has to be waited for.
UNCOUNTED = limiter.Reservation(0, datetime(1970, 1, 1, tzinfo=UTC))
logger = logging.getLogger(__name__)


def sign_in(*, username: str, password: str, source: str, now: datetime, shown: Sequence[bytes] = ()) -> Logon:
    """The logon that may come in with this username and password: at once, or after its second step.

    Unknown, wrong, inactive and never-had-a-password take the same way and the same one hash, and raise the same
    ``Invalid``. Raises ``Locked`` (no secret was checked; SPEC 3, Lockout) and ``Busy`` (nothing was counted).

    A known device of this very username among those ``shown`` has its own counter in place of the username's, "so an
    attacker cannot lock the owner out": of it neither wrong nor right passwords touch the other.
    """
    name = normal_username(username)
    by_source = limiter.limit(limiter.SOURCE, source, "source")
    by_username = limiter.limit(limiter.PASSWORD, name, settings.SIGN_IN_PROFILE)
    with CAP.slot():
        limiter.reserve(by_source, now=now)
        device = known_devices.reserve(shown, name)
        try:
            reserved = limiter.reserve(by_username, now=now) if device is None else UNCOUNTED
        except limiter.Locked:
            limiter.release(by_source)
            raise
        logon, active = with_standing(name, at=now)
        matches = password_matches(logon, password)
        active = active and not _stopped(logon)
        if logon is None or not matches or not active:
            _record_failure(logon, matches, now)
            _look_for_spraying(source, name, first=reserved.failures == 1, now=now)
            if reserved.next_at > now:
                raise limiter.Locked(reserved.next_at)
            raise Invalid({"": str(NO_MATCH)})  # of both fields together
        renew_hash(logon, password)
    if device is None:
        limiter.forget(by_username)
    else:
        known_devices.release(device)
    limiter.release(by_source)
    return logon


def _look_for_spraying(source: str, name: str, *, first: bool, now: datetime) -> None:
    """Alert where somebody goes through many usernames: an event and a line of the log, which say how many."""
    for found in note_failure(source=source, username=name, first=first, now=now):
        logger.warning("spraying", extra={"facts": {"scope": found.scope.value, "usernames": found.usernames}})
        with transaction.atomic():
            noticed = SprayingNoticed(scope=found.scope, usernames=found.usernames)
            events.record(noticed, actor=None, channel=events.Channel.SYSTEM, at=now)


def check_second_factor(
    request: HttpRequest, logon: Logon, *, way: Way, answer: str, purpose: Purpose, now: datetime
) -> str:
    """Whether this is the second factor of ``logon``; returns which, as sessions and the log name it.

    Raises ``Invalid`` where it is not, after putting that on record, and ``Locked`` after too many.
    """
    wrong = {
        Way.PASSKEY: _("This passkey could not be checked. Try again."),
        Way.AUTHENTICATOR: _(
            "This is not the code that the app shows now, or it was used already. Wait for the next one."
        ),
        Way.RECOVERY_CODE: _("This is none of your recovery codes, or it was used already. Take another one."),
    }
    if not is_active(logon.pk, at=now) or _stopped(Logon.objects.get(pk=logon.pk)):
        _record_failure(logon, True, now)
        raise Invalid({"": str(NO_MATCH)})
    try:
        if way is Way.PASSKEY:
            passkey = passkeys.owner_of(answer)
            if passkey is None or passkey.logon_id != logon.pk:
                raise Wrong
            passkeys.use_passkey(request, purpose, passkey, answer, now=now)
        elif way is Way.AUTHENTICATOR:
            totp.use_code(logon, answer, now=now, apart=_apart(request, logon, now))
        else:
            left = recovery_codes.use_code(logon, answer, now=now, apart=_apart(request, logon, now))
            with transaction.atomic():
                events.record(RecoveryCodeUsed(left=left), actor=logon, channel=events.Channel.ONLINE, at=now)
    except (Wrong, limiter.Locked) as refused:
        record_wrong_factor(logon, now=now)
        if isinstance(refused, limiter.Locked):
            raise
        raise Invalid({"" if way is Way.PASSKEY else "code": str(wrong[way])}) from None
    return way.value


def _apart(request: HttpRequest, logon: Logon, now: datetime) -> str:
    """The counter of a known device, beside that of the logon: who has learnt the password locks no owner out."""
    device = known_devices.this_device(request, logon, now)
    return "" if device is None else f"device {device.pk}"


def sign_in_with_passkey(request: HttpRequest, *, answer: str, source: str, now: datetime) -> Logon:
    """The logon that may come in with this passkey alone.

    Unknown, wrong and inactive raise the same ``Invalid``. Raises ``Locked`` after too many, of this logon or
    from this source.
    """
    by_source = limiter.limit(limiter.SOURCE, source, "source")
    limiter.reserve(by_source, now=now)
    passkey = passkeys.owner_of(answer)
    no_match = Invalid({"": str(NO_PASSKEY)})
    if passkey is None:
        raise no_match
    try:
        passkeys.use_passkey(request, Purpose.ALONE, passkey, answer, now=now)
    except (Wrong, limiter.Locked) as refused:
        record_wrong_factor(passkey.logon, now=now)
        if isinstance(refused, limiter.Locked):
            raise
        raise no_match from None
    if not is_active(passkey.logon_id, at=now) or _stopped(passkey.logon):
        _record_failure(passkey.logon, True, now)
        raise no_match
    limiter.release(by_source)
    return passkey.logon


def _stopped(logon: Logon | None) -> bool:
    """Whether *This wasn't me* stopped signing in, until a new password is chosen by recovery (SPEC 7)."""
    return logon is not None and logon.sign_in_stopped_at is not None


@transaction.atomic
def record_wrong_factor(logon: Logon, *, now: datetime) -> None:
    """Put on record that whoever knew the password did not have the second factor."""
    events.record(
        SignInFailed(),
        actor=None,
        channel=events.Channel.ONLINE,
        at=now,
        reason="wrong_second_factor",
        logons=[logon.pk],
    )


@transaction.atomic(savepoint=False)
def record_sign_in(*, actor: Logon, how: str, now: datetime) -> None:
    """Put on record that a session of the actor begins, and by which secrets."""
    events.record(SignedIn(how=how), actor=actor, channel=events.Channel.ONLINE, at=now)


@transaction.atomic(savepoint=False)
def record_new_device(*, actor: Logon, device: int, now: datetime) -> None:
    """Put on record that the actor came in a browser that was not known; the subscribers tell its owner."""
    events.record(SignedInFromNewDevice(device=device), actor=actor, channel=events.Channel.ONLINE, at=now)


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
