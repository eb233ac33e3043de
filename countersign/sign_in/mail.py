"""Whoever owns a logon is told that a recovery code was used, and that it signed in from a new device."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from countersign import mail
from countersign.events import Event, Occurrence, Subscriber
from countersign.logons.models import KnownDevice, Logon
from countersign.notices.telling import Stops, tell
from countersign.sign_in.events import RecoveryCodeUsed, SignedInFromNewDevice
from countersign.sign_in.notice_kinds import NEW_DEVICE

JUST_MADE = timedelta(hours=1)
PATH = "/profile/security/recovery-codes/new/"


def tell_of_recovery_code(occurrence: Occurrence[RecoveryCodeUsed]) -> None:
    """To the address of the logon, in its language."""
    (whose,) = occurrence.logons
    logon = Logon.objects.get(pk=whose)
    left = occurrence.event.left
    with mail.in_language(logon.language):
        text = ngettext(
            "It does not work again. %(left)d is left.", "It does not work again. %(left)d are left.", left
        ) % {"left": left}
        mail.queue(
            mail.Message(
                to=logon.email,
                language=logon.language,
                kind="recovery_code_used",
                subject=_("A recovery code was used to sign in"),
                paragraphs=[text, _("If it was not you, sign in and make new ones at once.")],
                action=mail.Action(label=_("Make new recovery codes"), path=PATH),
                logon_id=logon.pk,
            )
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
