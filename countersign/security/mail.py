"""Whoever owns a logon is told at once that its second factors have changed (SPEC 7, Notices)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from countersign import mail
from countersign.events import Event, Occurrence, Subscriber
from countersign.logons.models import Logon
from countersign.logons.second_factors.ways import Way
from countersign.security.events import RecoveryCodesMade, SecondFactorAdded, SecondFactorRemoved

PATH = "/profile/security/second-factors/"


def tell_of_change(occurrence: Occurrence[Any]) -> None:
    """One mail to each confirmed address of the logon; also to one not confirmed yet, where there is no other."""
    (whose,) = occurrence.logons
    logon = Logon.objects.get(pk=whose)
    addresses = [logon.email]
    if logon.second_email and logon.second_email_confirmed:
        addresses.append(logon.second_email)
    with mail.in_language(logon.language):
        subject, text = _words(occurrence.event)
        rest = _("Every other session of yours was ended. If it was not you, sign in and look at Security at once.")
        for address in addresses:
            mail.queue(
                mail.Message(
                    to=address,
                    language=logon.language,
                    kind="second_factors_changed",
                    subject=subject,
                    paragraphs=[text, rest],
                    action=mail.Action(label=_("See your second factors"), path=PATH),
                    logon_id=logon.pk,
                )
            )


def _words(event: Event) -> tuple[str, str]:
    match event:
        case SecondFactorAdded(kind=Way.PASSKEY):
            return _("A passkey was added to your logon"), _("It can be used to sign in from now on.")
        case SecondFactorAdded():
            return _("An authenticator app was added to your logon"), _("Its codes are asked for when you sign in.")
        case SecondFactorRemoved(kind=Way.PASSKEY):
            return _("A passkey was removed from your logon"), _("It does not sign in any more.")
        case SecondFactorRemoved():
            return _("The authenticator app was removed from your logon"), _("Its codes do not sign in any more.")
        case _other:
            return _("New recovery codes were made for your logon"), _("The old ones do not work any more.")


SUBSCRIBERS: dict[type[Event], tuple[Subscriber, ...]] = {
    SecondFactorAdded: (tell_of_change,),
    SecondFactorRemoved: (tell_of_change,),
    RecoveryCodesMade: (tell_of_change,),
}
