"""Change the e-mail address: confirmed at the new one, told to the old one (SPEC 3)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from countersign import events, mail
from countersign.access.queries.own import is_active
from countersign.logons import limiter, links
from countersign.logons.models import Logon
from countersign.notices.telling import Stops, confirmed_addresses, mail_words, tell
from countersign.policy.errors import Invalid
from countersign.profile.events import EmailChangeAsked, EmailChanged
from countersign.profile.notice_kinds import EMAIL_ASKED, EMAIL_CHANGED

KIND = "email_change"
FIRST, SECOND = "first", "second"


def ask_email_change(*, actor: Logon, which: str, email: str, now: datetime) -> None:
    """Mail a link to the new address (``which``: first or second), and tell the old ones. Nothing changes yet.

    Whether another logon has this address changes nothing. A newer request makes the older link void. Raises
    ``Invalid`` for an address that the logon has already, ``Locked`` after too many mails of the day to one address.
    """
    has = {actor.email.lower() if actor.email_confirmed else "", actor.second_email.lower()}
    if email.lower() in has - {""}:
        raise Invalid({"email": _("Your logon has this address already. Give another one.")})
    limiter.reserve(limiter.limit("registration_mail", email.lower(), "registration_mails"), now=now)
    with transaction.atomic():
        _ask(actor, which, email, now)


def _ask(actor: Logon, which: str, email: str, now: datetime) -> None:
    logon = Logon.objects.select_for_update(no_key=True).get(pk=actor.pk)
    token = links.issue(
        KIND,
        logon=logon,
        details={"which": which, "email": email},
        lifetime=timedelta(hours=settings.EMAIL_CHANGE_HOURS),
        now=now,
    )
    with mail.in_language(logon.language):
        mail.queue(
            mail.Message(
                to=email,
                language=logon.language,
                kind=KIND,
                subject=_("Confirm your new e-mail address"),
                paragraphs=[
                    _("Somebody, probably you, wants to use this e-mail address for a logon."),
                    _("If it was not you, do nothing: without the link nothing changes."),
                ],
                action=mail.Action(label=_("Confirm this address"), path=reverse("profile:email_link", args=[token])),
                logon_id=logon.pk,
            )
        )
    tell(logon, kind=EMAIL_ASKED, now=now, stops=Stops.EMAIL_CHANGE)
    events.record(EmailChangeAsked(which=which), actor=logon, channel=events.Channel.ONLINE, at=now)


@transaction.atomic
def confirm_email_change(*, token: str, now: datetime) -> Logon:
    """The new address counts from now on; the old one gets a link that stops and never hands back control.

    Every other open link of the logon is void: it went to an address of before. Raises ``LinkVoid`` for all but one of
    parallel tries, and when the logon is not active any more.
    """
    link = links.use(KIND, token, now=now)
    assert link.logon_id is not None
    logon = Logon.objects.select_for_update(no_key=True).get(pk=link.logon_id)
    if not is_active(logon.pk, at=now):
        raise links.LinkVoid
    old = confirmed_addresses(logon)
    if link.details["which"] == SECOND:
        logon.second_email, logon.second_email_confirmed = link.details["email"], True
    else:
        logon.email, logon.email_confirmed = link.details["email"], True
    logon.save(update_fields=["email", "email_confirmed", "second_email", "second_email_confirmed"])
    links.void(None, logon=logon, now=now)
    _told(logon, old, link.details["which"], now)
    return logon


@transaction.atomic
def remove_second_email(*, actor: Logon, now: datetime) -> bool:
    """Nothing goes to the second address any more; it is told. Returns whether there was one."""
    logon = Logon.objects.select_for_update(no_key=True).get(pk=actor.pk)
    if not logon.second_email:
        return False
    old = confirmed_addresses(logon)
    logon.second_email, logon.second_email_confirmed = "", False
    logon.save(update_fields=["second_email", "second_email_confirmed"])
    _told(logon, old, SECOND, now)
    return True


def _told(logon: Logon, old: list[str], which: str, now: datetime) -> None:
    # Recovery as well: it would go to the address that is there now.
    tell(logon, kind=EMAIL_CHANGED, now=now, path=reverse("profile:profile"), stops=Stops.RECOVERY)
    for address in set(old) - set(confirmed_addresses(logon)):
        mail_words(logon, address, kind=EMAIL_CHANGED, now=now, details={}, stops=Stops.RECOVERY)
    events.record(EmailChanged(which=which), actor=logon, channel=events.Channel.ONLINE, at=now)
