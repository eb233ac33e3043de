"""Whoever owns a logon is told that a recovery code was used, and that it signed in from a new device."""

from __future__ import annotations

from datetime import timedelta

from countersign.events import Event, Occurrence, Subscriber
from countersign.logons.models import KnownDevice, Logon
from countersign.notices.telling import Stops, tell
from countersign.sign_in.events import RecoveryCodeUsed, SignedInFromNewDevice
from countersign.sign_in.notice_kinds import NEW_DEVICE, RECOVERY_CODE_USED

JUST_MADE = timedelta(hours=1)
PATH = "/profile/security/recovery-codes/new/"


def tell_of_recovery_code(occurrence: Occurrence[RecoveryCodeUsed]) -> None:
    """To every confirmed address, with *This wasn't me*: whoever used it knows the password, too."""
    (whose,) = occurrence.logons
    tell(
        Logon.objects.get(pk=whose),
        kind=RECOVERY_CODE_USED,
        details={"left": occurrence.event.left},
        now=occurrence.at,
        path=PATH,
        stops=Stops.SIGN_IN,
    )


def tell_of_new_device(occurrence: Occurrence[SignedInFromNewDevice]) -> None:
    """To every confirmed address, with *This wasn't me*; not to whoever has only just made this logon here."""
    assert occurrence.actor_logon_id is not None
    logon = Logon.objects.get(pk=occurrence.actor_logon_id)
    device = KnownDevice.objects.get(pk=occurrence.event.device)
    others = KnownDevice.objects.filter(logon=logon).exclude(pk=device.pk).exists()
    if not others and occurrence.at - logon.created_at < JUST_MADE:
        return
    details = {"device": device.description, "at": occurrence.at.isoformat()}
    tell(logon, kind=NEW_DEVICE, details=details, now=occurrence.at, stops=Stops.SIGN_IN)


SUBSCRIBERS: dict[type[Event], tuple[Subscriber, ...]] = {
    RecoveryCodeUsed: (tell_of_recovery_code,),
    SignedInFromNewDevice: (tell_of_new_device,),
}
