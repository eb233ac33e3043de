"""What the person concerned is told by mail: event → what tells of it. It names no tax facts (SPEC 7)."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from countersign import mail
from countersign.access.models import LogonStanding
from countersign.events import Event, Occurrence, Subscriber
from countersign.logons.models import Logon
from countersign.policy.facts import Standing as LogonStatus
from countersign.secondary_logons import events
from countersign.secondary_logons.invitations import invite_logon
from countersign.secondary_logons.queries.one import holder_of


def invite(occurrence: Occurrence[Any]) -> None:
    """The invitation, at once; of those from a file the worker sends one after the other."""
    event = occurrence.event
    if isinstance(event, events.SecondaryLogonAdded) and event.from_file:
        return
    invite_logon(Logon.objects.get(pk=event.logon), event.portfolio, now=occurrence.at)


def tell(occurrence: Occurrence[Any]) -> None:
    """The person is told that its access changed. Whoever has not enrolled yet is told by the invitation alone."""
    event = occurrence.event
    logon = Logon.objects.get(pk=event.logon)
    if not logon.email or _invited(event.logon):
        return
    parent = holder_of(event.portfolio, at=occurrence.at)
    with mail.in_language(logon.language):
        names = {"parent": parent.full_name if parent else "", "username": logon.username}
        subject, text = _words(event)
        number = _("Confirmation number: %(number)s") % {"number": occurrence.submission}
        mail.queue(
            mail.Message(
                to=logon.email,
                language=logon.language,
                kind="secondary_logon_changed",
                subject=subject % names,
                paragraphs=[text % names, number],
                action=mail.Action(label=_("See your access"), path=reverse("profile:manage_my_access")),
                logon_id=logon.pk,
            )
        )


def tell_parent(occurrence: Occurrence[Any]) -> None:
    """The parent is told that the person has enrolled."""
    logon = Logon.objects.get(pk=occurrence.event.logon)
    parent = holder_of(occurrence.event.portfolio, at=occurrence.at)
    if parent is None or not parent.email:
        return
    with mail.in_language(parent.language):
        names = {"who": logon.full_name, "username": logon.username}
        mail.queue(
            mail.Message(
                to=parent.email,
                language=parent.language,
                kind="secondary_logon_enrolled",
                subject=_("%(who)s has completed the logon") % names,
                paragraphs=[_("The access of %(username)s that is on record counts from now on.") % names],
                action=mail.Action(
                    label=_("See the logon"),
                    path=reverse("secondary_logons:logon", args=[occurrence.event.portfolio, logon.pk]),
                ),
                logon_id=parent.pk,
            )
        )


def _invited(logon: int) -> bool:
    return LogonStanding.objects.filter(
        logon_id=logon, ended_at__isnull=True, status=LogonStatus.INVITED.value
    ).exists()


def _words(event: Event) -> tuple[str, str]:
    match event:
        case events.SecondaryLogonDeactivated():
            return (
                _("Your access was deactivated"),
                _("%(parent)s deactivated the access of %(username)s. You cannot sign in until it is reactivated."),
            )
        case events.SecondaryLogonReactivated():
            return (
                _("Your access was reactivated"),
                _("%(parent)s reactivated the access of %(username)s. You can sign in again."),
            )
        case events.SecondaryLogonCancelled(invited=True):
            return (
                _("Your invitation was withdrawn"),
                _("%(parent)s withdrew the invitation of %(username)s. The link in the earlier e-mail is void."),
            )
        case events.SecondaryLogonCancelled():
            return (
                _("Your access was canceled"),
                _("%(parent)s canceled the access of %(username)s. It ended at once."),
            )
        case _:
            return (
                _("Your access was changed"),
                _("What %(username)s may do was changed. The change has been processed and holds from now on."),
            )


SUBSCRIBERS: dict[type[Event], tuple[Subscriber, ...]] = {
    events.SecondaryLogonAdded: (invite,),
    events.EnrollmentSent: (invite,),
    events.SecondaryGroupsChanged: (tell,),
    events.SecondarySettingsChanged: (tell,),
    events.SecondaryRightsChanged: (tell,),
    events.SecondarySettingsCopied: (tell,),
    events.SecondaryLogonEnrolled: (tell_parent,),
    events.SecondaryLogonDeactivated: (tell,),
    events.SecondaryLogonReactivated: (tell,),
    events.SecondaryLogonCancelled: (tell,),
}
