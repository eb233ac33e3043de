"""What both sides are told by mail. It names firms and taxpayers and no tax facts (SPEC 7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from countersign import mail
from countersign.events import Event, Occurrence, Subscriber
from countersign.logons.models import Logon
from countersign.taxpayers.models import Taxpayer
from countersign.third_party_access import events
from countersign.third_party_access.models import AccessRequest, State
from countersign.third_party_access.queries.people import master_administrators

Words = tuple[str, list[str], str]
"""Subject, paragraphs, and the words on the button."""


def tell_client_of_request(occurrence: Occurrence[events.ThirdPartyAccessRequested]) -> None:
    """Each Master Administrator of the client is asked to decide. Nobody is told where no client matched."""
    request = _request(occurrence.event.request)
    if request.client is None:
        return

    def words(_to: Logon) -> Words:
        names = _names(request)
        return (
            _("%(firm)s asks for access to %(client)s") % names,
            [
                _("%(firm)s asks to act for %(client)s with the agency.") % names,
                _(
                    "Nothing is given until you approve. You can give what is asked, or less, or decline, "
                    "and you can end it at any time."
                ),
                _("If you do not know this firm, decline."),
            ],
            _("See the request"),
        )

    _tell(occurrence, "request_received", request.client_id, words, _decide_path(request))


def tell_of_request(occurrence: Occurrence[Any]) -> None:
    """Both sides are told how a request went on: approved, declined, withdrawn, about to expire, expired."""
    request = _request(occurrence.event.request)
    path = _receipt_path(request.confirmation_number)
    state = "reminded" if isinstance(occurrence.event, events.RequestReminded) else request.state
    if request.client is not None:
        to_decide = _decide_path(request) if state == "reminded" else path
        _tell(occurrence, f"request_{state}", request.client_id, _to_client(request, state), to_decide)
    _tell(occurrence, f"request_{state}", request.third_party_id, _to_firm(request, state), path)


def _to_client(request: AccessRequest, state: str) -> Callable[[Logon], Words]:
    def words(_to: Logon) -> Words:
        names = _names(request)
        subject, text = {
            State.APPROVED.value: (
                _("%(firm)s has access to %(client)s"),
                _("%(by)s approved what %(firm)s asked for. You can end it at any time under Who acts for me."),
            ),
            State.PARTLY_APPROVED.value: (
                _("%(firm)s has access to %(client)s"),
                _("%(by)s approved part of what %(firm)s asked for. You can end it at any time under Who acts for me."),
            ),
            State.DECLINED.value: (
                _("The request of %(firm)s is declined"),
                _("%(by)s declined the request of %(firm)s. It got no access to %(client)s from it."),
            ),
            State.WITHDRAWN.value: (
                _("%(firm)s has withdrawn its request"),
                _("There is nothing left to decide: %(firm)s no longer asks for access to %(client)s."),
            ),
            State.EXPIRED.value: (
                _("The request of %(firm)s has expired"),
                _("Nobody answered it in time. %(firm)s got no access to %(client)s from it."),
            ),
            "reminded": (
                _("The request of %(firm)s expires soon"),
                _("%(firm)s still waits for an answer about %(client)s. Without one it gets no access."),
            ),
        }[state]
        button = _("See the request") if state == "reminded" else _("See what happened")
        return subject % names, [text % names], button

    return words


def _to_firm(request: AccessRequest, state: str) -> Callable[[Logon], Words]:
    def words(_to: Logon) -> Words:
        names = _names(request)
        subject, text = {
            State.APPROVED.value: (
                _("%(given)s approved your request"),
                _("%(firm)s has the access that it asked for. %(given)s is among your clients now."),
            ),
            State.PARTLY_APPROVED.value: (
                _("%(given)s approved part of your request"),
                _("%(firm)s has less than it asked for. Open the request to see what was given."),
            ),
            State.DECLINED.value: (
                _("%(given)s declined your request"),
                _("%(firm)s got no access from it. You can ask again when you have spoken with your client."),
            ),
            State.WITHDRAWN.value: (
                _("Your request to %(given)s is withdrawn"),
                _("%(firm)s no longer asks for this access."),
            ),
            State.EXPIRED.value: (
                _("Your request to %(given)s has expired"),
                _("Nobody answered it in time. You can ask again."),
            ),
            "reminded": (
                _("Your request to %(given)s expires soon"),
                _("Nobody has answered it yet. You may want to remind your client."),
            ),
        }[state]
        return subject % names, [text % names], _("See your request")

    return words


def tell_of_change(occurrence: Occurrence[Any]) -> None:
    """Both sides are told that live access was revoked, dropped, changed in rights or in its end."""
    event = occurrence.event
    if isinstance(event, events.AccessNarrowed) and event.also_widened:
        return  # one mail per submission and person: that of the widening tells both
    sides = Taxpayer.objects.in_bulk([event.client, event.third_party])
    names = {"client": sides[event.client].legal_name, "firm": sides[event.third_party].legal_name}
    names["by"] = _person(occurrence)
    path = _receipt_path(occurrence.submission)
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

    _tell(occurrence, kind, event.client, to_client, path)
    _tell(occurrence, kind, event.third_party, to_firm, path)


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


def _tell(
    occurrence: Occurrence[Any],
    kind: str,
    taxpayer: int | None,
    words: Callable[[Logon], Words],
    path: str,
) -> None:
    """Queue one mail for each administrator of the taxpayer, in that person's language."""
    if taxpayer is None:
        return
    messages = []
    for logon in master_administrators(taxpayer, at=occurrence.at):
        if not logon.email:
            continue
        with mail.in_language(logon.language):
            subject, paragraphs, button = words(logon)
            number = _("Confirmation number: %(number)s") % {"number": occurrence.submission}
            messages.append(
                mail.Message(
                    to=logon.email,
                    language=logon.language,
                    kind=kind,
                    subject=subject,
                    paragraphs=[*paragraphs, number],
                    action=mail.Action(label=button, path=path),
                    logon_id=logon.pk,
                )
            )
    if messages:
        mail.queue_all(messages)


def _request(pk: int) -> AccessRequest:
    return AccessRequest.objects.select_related("client", "third_party", "closed_by").get(pk=pk)


def _names(request: AccessRequest) -> dict[str, str]:
    """``given`` is how the firm knows the client: by the name that it typed, until access was approved."""
    client = request.client
    approved = client is not None and request.state in (State.APPROVED, State.PARTLY_APPROVED)
    return {
        "firm": request.third_party.legal_name,
        "client": client.legal_name if client else request.name_given,
        "given": client.legal_name if client and approved else request.name_given,
        "by": request.closed_by.full_name if request.closed_by else "",
    }


def _person(occurrence: Occurrence[Any]) -> str:
    actor = Logon.objects.filter(pk=occurrence.actor_logon_id).first()
    return actor.full_name if actor else ""


def _decide_path(request: AccessRequest) -> str:
    return reverse("third_party_access:decide", args=[request.client_id, request.pk])


def _receipt_path(number: str) -> str:
    return reverse("submissions:detail", args=[number])


SUBSCRIBERS: dict[type[Event], tuple[Subscriber, ...]] = {
    events.ThirdPartyAccessRequested: (tell_client_of_request,),
    events.ThirdPartyAccessApproved: (tell_of_request,),
    events.ThirdPartyAccessDeclined: (tell_of_request,),
    events.RequestWithdrawn: (tell_of_request,),
    events.RequestReminded: (tell_of_request,),
    events.RequestExpired: (tell_of_request,),
    events.AccessRevoked: (tell_of_change,),
    events.AccessDropped: (tell_of_change,),
    events.AccessNarrowed: (tell_of_change,),
    events.AccessWidened: (tell_of_change,),
    events.AccessEndSet: (tell_of_change,),
}
