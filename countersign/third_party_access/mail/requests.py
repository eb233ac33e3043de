"""How a request went on, for both sides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from countersign.events import Occurrence
from countersign.logons.models import Logon
from countersign.third_party_access import events
from countersign.third_party_access.mail.telling import Words, receipt_path, tell
from countersign.third_party_access.models import AccessRequest, State


def tell_client_of_request(occurrence: Occurrence[events.ThirdPartyAccessRequested]) -> None:
    """Each Master Administrator of the client is asked to decide. Nobody is told where no client matched.

    Of requests from a file :func:`countersign.third_party_access.mail.many.tell_of_file` tells.
    """
    if occurrence.event.from_file:
        return
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

    tell(occurrence, "request_received", request.client_id, words, _decide_path(request))


def tell_of_request(occurrence: Occurrence[Any]) -> None:
    """Both sides are told how a request went on: approved, declined, withdrawn, about to expire, expired."""
    if getattr(occurrence.event, "together", False):
        return  # countersign.third_party_access.mail.many tells of all of them at once
    request = _request(occurrence.event.request)
    path = receipt_path(request.confirmation_number)
    state = "reminded" if isinstance(occurrence.event, events.RequestReminded) else request.state
    if request.client is not None:
        to_decide = _decide_path(request) if state == "reminded" else path
        tell(occurrence, f"request_{state}", request.client_id, _to_client(request, state), to_decide)
    tell(occurrence, f"request_{state}", request.third_party_id, _to_firm(request, state), path)


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


def _decide_path(request: AccessRequest) -> str:
    return reverse("third_party_access:decide", args=[request.client_id, request.pk])
