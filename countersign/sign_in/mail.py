"""Whoever owns a logon is told that a recovery code was used, and how many are left."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from countersign import mail
from countersign.events import Event, Occurrence, Subscriber
from countersign.logons.models import Logon
from countersign.sign_in.events import RecoveryCodeUsed

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


SUBSCRIBERS: dict[type[Event], tuple[Subscriber, ...]] = {RecoveryCodeUsed: (tell_of_recovery_code,)}
