"""Add and remove second factors of one's own logon; end its sessions and known devices.

SPEC 3: sessions are "ended everywhere at once by password reset, factor change, ...". So each of these ends the
other sessions of the logon and its known devices, in its transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from countersign import events
from countersign.logons.known_devices import end_known_devices, end_one_device
from countersign.logons.models import Authenticator, KnownDevice, Logon, Passkey, RecoveryCode
from countersign.logons.second_factors import factors_of, passkeys, recovery_codes, required_for, totp
from countersign.logons.second_factors.ways import Way
from countersign.logons.sessions import end_all_sessions, end_one_session
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.reasons import Reason
from countersign.security.events import (
    KnownDevicesEnded,
    RecoveryCodesMade,
    SecondFactorAdded,
    SecondFactorRemoved,
    SessionsEnded,
)


@transaction.atomic
def add_authenticator(
    *, actor: Logon, secret: str, code: str, keep: str | None, now: datetime, first: bool = False
) -> list[str]:
    """Add an authenticator app that showed ``code``. Returns new recovery codes where there were none.

    ``keep``: the key of the session that goes on. ``first``: only the password was given, so it may be added only
    while there is no other factor. Raises ``Invalid`` for a wrong code, ``Stale`` where it is not the first.
    """
    _lock(actor, first)
    app = totp.add_authenticator(actor, secret, code, now=now)
    _record(SecondFactorAdded(kind=Way.AUTHENTICATOR, key=app.pk), actor, now)
    return _after_change(actor, keep, now)


@transaction.atomic
def add_passkey(
    *,
    actor: Logon,
    request: HttpRequest,
    answer: str,
    name: str,
    keep: str | None,
    now: datetime,
    first: bool = False,
) -> list[str]:
    """Add the passkey that the browser made. Returns new recovery codes where there were none.

    ``keep`` and ``first`` as in ``add_authenticator``. Raises ``Invalid`` for an answer that cannot be checked.
    """
    _lock(actor, first)
    passkey = passkeys.add_passkey(request, actor, answer, name, now=now)
    _record(SecondFactorAdded(kind=Way.PASSKEY, key=passkey.pk), actor, now)
    return _after_change(actor, keep, now)


@transaction.atomic
def remove_authenticator(*, actor: Logon, keep: str | None, now: datetime) -> None:
    """Remove the authenticator app. Raises ``Invalid`` where it is the last factor and one is required."""
    _lock(actor)
    app = Authenticator.objects.filter(logon=actor, removed_at=None).first()
    if app is None:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    _not_the_last(actor)
    Authenticator.objects.filter(pk=app.pk, removed_at=None).update(removed_at=now)
    _record(SecondFactorRemoved(kind=Way.AUTHENTICATOR, key=app.pk), actor, now)
    _after_removal(actor, keep, now)


@transaction.atomic
def remove_passkey(*, actor: Logon, passkey: int, keep: str | None, now: datetime) -> None:
    """Remove one of the actor's passkeys. Raises ``Invalid`` where it is the last factor and one is required."""
    _lock(actor)
    found = Passkey.objects.filter(logon=actor, pk=passkey, removed_at=None).first()
    if found is None:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    _not_the_last(actor)
    Passkey.objects.filter(pk=found.pk, removed_at=None).update(removed_at=now)
    _record(SecondFactorRemoved(kind=Way.PASSKEY, key=found.pk), actor, now)
    _after_removal(actor, keep, now)


@transaction.atomic
def renew_recovery_codes(*, actor: Logon, keep: str | None, now: datetime) -> list[str]:
    """Ten new recovery codes; the old ones work no more. Raises ``Invalid`` where there is nothing to recover."""
    _lock(actor)
    if not factors_of(actor).lasting:
        raise Invalid({"": _("Add a passkey or an authenticator app first.")})
    codes = _new_codes(actor, now)
    _end_the_rest(actor, keep, now)
    return codes


@transaction.atomic
def end_sessions(*, actor: Logon, session: str, keep: str, now: datetime) -> int:
    """End one of the actor's sessions by its key in the list, or all ``others``. Returns how many.

    The one with the session key ``keep`` goes on. It only reduces, so nothing is asked for it.
    """
    if session == "others":
        count = end_all_sessions(actor, now=now, keep=keep)
    else:
        count = int(end_one_session(actor, int(session)))
    if count:
        _record(SessionsEnded(count=count), actor, now)
    return count


@transaction.atomic
def end_device(*, actor: Logon, device: int, now: datetime) -> None:
    """One device of the actor, by its key in the list, is known no more. It only reduces, so nothing is asked for it.

    Raises ``Refused`` (hidden) where the actor has no such device, ``Stale`` where it had ended already.
    """
    device_to_end(actor=actor, device=device)
    if not end_one_device(actor, device, now):
        raise Stale(what=Reason.DEVICE_ENDED)
    _record(KnownDevicesEnded(count=1, device=device), actor, now)


@transaction.atomic
def end_other_devices(*, actor: Logon, keep: int | None, now: datetime) -> int:
    """Every known device of the actor but ``keep``, the one in use, is known no more. Returns how many."""
    count = end_known_devices(actor, now, keep=keep)
    if count:
        _record(KnownDevicesEnded(count=count), actor, now)
    return count


def device_to_end(*, actor: Logon, device: int) -> KnownDevice:
    """A device of the actor that has not ended. Raises as ``end_device`` does."""
    found = KnownDevice.objects.filter(logon=actor, pk=device).first()
    if found is None:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    if found.ended_at is not None:
        raise Stale(what=Reason.DEVICE_ENDED, at=found.ended_at)
    return found


def _lock(actor: Logon, first: bool = False) -> None:
    Logon.objects.select_for_update().get(pk=actor.pk)
    if first and factors_of(actor).any:
        raise Stale(what=Reason.FACTORS_CHANGED)


def _not_the_last(actor: Logon) -> None:
    """SPEC 3: "the last cannot be removed" while one is required."""
    if factors_of(actor).lasting <= 1 and required_for(actor):
        raise Invalid({"": _("This is your last second factor, and one is required. Add another one first.")})


def _after_change(actor: Logon, keep: str | None, now: datetime) -> list[str]:
    codes = [] if factors_of(actor).recovery_codes else _new_codes(actor, now)
    _end_the_rest(actor, keep, now)
    return codes


def _after_removal(actor: Logon, keep: str | None, now: datetime) -> None:
    if not factors_of(actor).lasting:
        # They stand in for another factor; without one they would be a second step that only runs out.
        RecoveryCode.objects.filter(logon=actor, removed_at=None).update(removed_at=now)
    _end_the_rest(actor, keep, now)


def _new_codes(actor: Logon, now: datetime) -> list[str]:
    codes: Sequence[str] = recovery_codes.make_codes(actor, now=now)
    _record(RecoveryCodesMade(count=len(codes)), actor, now)
    return list(codes)


def _end_the_rest(actor: Logon, keep: str | None, now: datetime) -> None:
    end_all_sessions(actor, now=now, keep=keep)
    end_known_devices(actor, now)


def _record(event: events.Event, actor: Logon, now: datetime) -> None:
    events.record(event, actor=actor, channel=events.Channel.ONLINE, at=now)
