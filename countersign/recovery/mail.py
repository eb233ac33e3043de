"""The person is told at once, at every address, with a link that stops."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from countersign import mail
from countersign.events import Event, Occurrence, Subscriber
from countersign.logons import links
from countersign.logons.models import Logon
from countersign.notices.telling import Stops, confirmed_addresses, tell
from countersign.recovery import notice_kinds
from countersign.recovery.events import FactorRemovalAsked, FactorsRemoved, PasswordChanged, PasswordReset
from countersign.recovery.models import FactorRemoval
from countersign.recovery.operations.lost_factors import CANCEL

SECURITY = "/profile/security/"


def tell_of_password(occurrence: Occurrence[Any]) -> None:
    """The password is another one."""
    _tell(occurrence, notice_kinds.NEW_PASSWORD)


def tell_of_removed_factors(occurrence: Occurrence[FactorsRemoved]) -> None:
    """The password alone signs in, until a new factor is set up."""
    _tell(occurrence, notice_kinds.FACTORS_REMOVED)


def tell_of_lost_factors(occurrence: Occurrence[FactorRemovalAsked]) -> None:
    """To every address, each with a link of its own that cancels.

    The links belong to the removal and not to the logon: a new password, which a thief of the mailbox can choose,
    does not make the owner's links void.
    """
    (whose,) = occurrence.logons
    logon = Logon.objects.get(pk=whose)
    removal = FactorRemoval.objects.get(FactorRemoval.OPEN, logon=logon)
    with mail.in_language(logon.language):
        words = notice_kinds.lost_words(logon.username, removal.due_at)
        for address in confirmed_addresses(logon):
            token = links.issue(
                CANCEL,
                subject=f"removal-{removal.pk}",
                lifetime=timedelta(hours=settings.FACTOR_REMOVAL_HOURS),
                now=occurrence.at,
                replaces=False,
            )
            mail.queue(
                mail.Message(
                    to=address,
                    language=logon.language,
                    kind=notice_kinds.FACTORS_LOST,
                    security=True,
                    subject=words.subject,
                    paragraphs=words.sentences,
                    action=mail.Action(
                        label=_("Cancel the removal"), path=reverse("recovery:cancel_link", args=[token])
                    ),
                    logon_id=logon.pk,
                )
            )


def _tell(occurrence: Occurrence[Any], kind: str) -> None:
    (whose,) = occurrence.logons
    tell(Logon.objects.get(pk=whose), kind=kind, now=occurrence.at, path=SECURITY, stops=Stops.SIGN_IN)


SUBSCRIBERS: dict[type[Event], tuple[Subscriber, ...]] = {
    PasswordReset: (tell_of_password,),
    PasswordChanged: (tell_of_password,),
    FactorRemovalAsked: (tell_of_lost_factors,),
    FactorsRemoved: (tell_of_removed_factors,),
}
