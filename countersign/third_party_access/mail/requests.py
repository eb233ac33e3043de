"""How a request went on, for both sides."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from countersign.events import Occurrence
from countersign.third_party_access import events
from countersign.third_party_access.mail.telling import receipt_path, tell
from countersign.third_party_access.models import AccessRequest, State
from countersign.third_party_access.notice_kinds import CLIENT, FIRM, RECEIVED, of_request

GIVEN = (State.APPROVED.value, State.PARTLY_APPROVED.value)


def tell_client_of_request(occurrence: Occurrence[events.ThirdPartyAccessRequested]) -> None:
    """Each Master Administrator of the client is asked to decide. Nobody is told where no client matched.

    Of requests from a file :func:`countersign.third_party_access.mail.many.tell_of_file` tells.
    """
    if occurrence.event.from_file:
        return
    request = _request(occurrence.event.request)
    if request.client is not None:
        details = {"side": CLIENT, "firm": request.third_party.legal_name, "client": request.client.legal_name}
        tell(occurrence, RECEIVED, request.client_id, details, _decide_path(request))


def tell_of_request(occurrence: Occurrence[Any]) -> None:
    """Both sides are told how a request went on: approved, declined, withdrawn, about to expire, expired."""
    if getattr(occurrence.event, "together", False):
        return  # countersign.third_party_access.mail.many tells of all of them at once
    request = _request(occurrence.event.request)
    path = receipt_path(request.confirmation_number)
    state = "reminded" if isinstance(occurrence.event, events.RequestReminded) else request.state
    kind, names = of_request(state), _names(request)
    if request.client is not None:
        to_decide = _decide_path(request) if state == "reminded" else path
        to_client = {"side": CLIENT, **names, "by": request.closed_by.full_name if request.closed_by else ""}
        tell(occurrence, kind, request.client_id, to_client, to_decide, gave=state in GIVEN)
    # What the agency knows the client by is not the firm's to read, nor to be kept for it, until it has access.
    to_firm = {"side": FIRM, "firm": names["firm"], "given": names["given"]}
    tell(occurrence, kind, request.third_party_id, to_firm, path)


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
    }


def _decide_path(request: AccessRequest) -> str:
    return reverse("third_party_access:decide", args=[request.client_id, request.pk])
