"""Who is told: whoever comes in, and those who administer the taxpayer. The words are the notices' kinds."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from countersign.events import Occurrence
from countersign.logons.models import Logon
from countersign.notices.telling import Stops, tell
from countersign.registration import events
from countersign.registration.models import RequestForAccess
from countersign.registration.queries import masters
from countersign.taxpayers.models import Taxpayer


def tell_of_entry(occurrence: Occurrence[events.BecameMasterAdministrator]) -> None:
    """The new Master Administrator, at every address, with a way to say that it was somebody else."""
    details = {"taxpayer": _taxpayer(occurrence), "provisional": occurrence.event.provisional}
    for logon in Logon.objects.filter(pk=occurrence.actor_logon_id or 0):
        _tell(occurrence, logon, "registered", details, stops=Stops.SIGN_IN)


def tell_of_full(occurrence: Occurrence[events.WaitingEnded]) -> None:
    """The waiting is over."""
    for logon in Logon.objects.filter(pk=occurrence.event.logon):
        _tell(occurrence, logon, "waiting_ended", {"taxpayer": _taxpayer(occurrence)}, stops=Stops.SIGN_IN)


def tell_masters_of_request(occurrence: Occurrence[events.AccessAskedFor]) -> None:
    """Each Master Administrator is asked to decide; who asked gets a receipt."""
    request = _request(occurrence)
    decide = reverse("registration:decide", args=[request.taxpayer_id, request.pk])
    for logon in _masters(request, occurrence):
        _tell(occurrence, logon, "access_asked_for", _names(request), path=decide)
    _tell(occurrence, request.requested_by, "access_requested", _names(request))


def tell_of_end(occurrence: Occurrence[Any]) -> None:
    """Who asked is told how it ended, and every Master Administrator."""
    request = _request(occurrence)
    _tell(occurrence, request.requested_by, f"entry_{request.state}", _names(request))
    for logon in _masters(request, occurrence):
        _tell(occurrence, logon, f"entry_{request.state}_seen", _names(request))


def _tell(
    occurrence: Occurrence[Any],
    logon: Logon,
    kind: str,
    details: dict[str, Any],
    *,
    path: str = "",
    stops: Stops | None = None,
) -> None:
    tell(
        logon,
        kind=kind,
        now=occurrence.at,
        details=details,
        path=path or reverse("submissions:detail", args=[occurrence.submission]),
        submission=occurrence.submission,
        stops=stops,
    )


def _taxpayer(occurrence: Occurrence[Any]) -> str:
    return Taxpayer.objects.get(pk=occurrence.taxpayers[0]).legal_name


def _request(occurrence: Occurrence[Any]) -> RequestForAccess:
    found = RequestForAccess.objects.select_related("taxpayer", "requested_by", "closed_by")
    return found.get(pk=occurrence.event.request)


def _masters(request: RequestForAccess, occurrence: Occurrence[Any]) -> list[Logon]:
    return list(masters(request.taxpayer_id, provisional=False, at=occurrence.at).exclude(pk=request.requested_by_id))


def _names(request: RequestForAccess) -> dict[str, Any]:
    return {
        "person": request.requested_by.full_name,
        "taxpayer": request.taxpayer.legal_name,
        "by": request.closed_by.full_name if request.closed_by else "",
    }
