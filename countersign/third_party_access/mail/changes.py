"""What happened to live access, for both sides."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from countersign.events import Event, Occurrence
from countersign.logons.models import Logon
from countersign.taxpayers.models import Taxpayer
from countersign.third_party_access import events
from countersign.third_party_access.mail.telling import Words, receipt_path, tell


def tell_of_change(occurrence: Occurrence[Any]) -> None:
    """Both sides are told that live access was revoked, dropped, changed in rights or in its end."""
    event = occurrence.event
    if isinstance(event, events.AccessNarrowed) and event.also_widened:
        return  # one mail per submission and person: that of the widening tells both
    sides = Taxpayer.objects.in_bulk([event.client, event.third_party])
    names = {"client": sides[event.client].legal_name, "firm": sides[event.third_party].legal_name}
    names["by"] = _person(occurrence)
    path = receipt_path(occurrence.submission)
    kind = {
        events.AccessRevoked: "access_revoked",
        events.AccessDropped: "access_dropped",
        events.AccessEndSet: "access_end_set",
    }.get(type(event), "access_changed")

    def to_client(_to: Logon) -> Words:
        subject, text = _change_to_client(event)
        return subject % names, [text % names], _("See what changed")

    def to_firm(_to: Logon) -> Words:
        subject, text = _change_to_firm(event)
        return subject % names, [text % names], _("See what changed")

    tell(occurrence, kind, event.client, to_client, path)
    tell(occurrence, kind, event.third_party, to_firm, path)


def _change_to_client(event: Event) -> tuple[str, str]:
    match event:
        case events.AccessRevoked(everything=True):
            return (
                _("%(firm)s no longer acts for %(client)s"),
                _("%(by)s revoked all its access. It ended at once."),
            )
        case events.AccessRevoked():
            return (
                _("%(firm)s has less access to %(client)s"),
                _("%(by)s revoked its access to some accounts. It ended at once."),
            )
        case events.AccessDropped(everything=True):
            return (
                _("%(firm)s no longer acts for %(client)s"),
                _("The firm gave up its access. You need to do nothing."),
            )
        case events.AccessDropped():
            return (
                _("%(firm)s has less access to %(client)s"),
                _("The firm gave up its access to some accounts. You need to do nothing."),
            )
        case events.AccessEndSet():
            return (
                _("Access of %(firm)s to %(client)s has another end"),
                _("%(by)s changed the last day of its access."),
            )
        case _:
            return (
                _("Access of %(firm)s to %(client)s has changed"),
                _("%(by)s changed what it may do."),
            )


def _change_to_firm(event: Event) -> tuple[str, str]:
    match event:
        case events.AccessRevoked(everything=True):
            return _("%(client)s ended your access"), _("%(firm)s can no longer act for %(client)s.")
        case events.AccessRevoked():
            return (
                _("%(client)s ended some of your access"),
                _("%(firm)s keeps its access to the other accounts of %(client)s."),
            )
        case events.AccessDropped(everything=True):
            return (
                _("%(client)s is no longer your client"),
                _("%(by)s gave up the access of %(firm)s to %(client)s."),
            )
        case events.AccessDropped():
            return (
                _("You have less access to %(client)s"),
                _("%(by)s gave up the access of %(firm)s to some accounts of %(client)s."),
            )
        case events.AccessEndSet():
            return (
                _("Your access to %(client)s has another end"),
                _("The taxpayer changed the last day of your access."),
            )
        case _:
            return (
                _("Your access to %(client)s has changed"),
                _("The taxpayer changed what %(firm)s may do."),
            )


def _person(occurrence: Occurrence[Any]) -> str:
    actor = Logon.objects.filter(pk=occurrence.actor_logon_id or 0).first()
    return actor.full_name if actor else ""
