"""Requests from a file: each Master Administrator is told once, however many of its taxpayers were asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from countersign.logons.models import Logon
from countersign.notices.telling import Telling, tell_each
from countersign.third_party_access.models import AccessRequest, RequestFile, State
from countersign.third_party_access.notice_kinds import CLIENT, FIRM, RECEIVED, of_request
from countersign.third_party_access.queries.people import administrators_of_all
from countersign.third_party_access.queries.request_files import Outcome

TOLD_AT_ONCE = 50


def tell_of_file(file: int, stop: Callable[[], bool]) -> None:
    """Tell of a file that is done, a few per transaction; whoever was told already is left alone.

    How many there are is shown nowhere: it would say which of the numbers and names matched.
    """
    kept = RequestFile.objects.select_related("third_party").get(pk=file)
    numbers = [row[5] for row in kept.results or [] if row[4] == Outcome.ASKED]
    requests = {
        request.client_id: request
        for request in AccessRequest.objects.filter(
            confirmation_number__in=numbers, client__isnull=False, state=State.PENDING
        ).select_related("client")
    }
    administrators = administrators_of_all([key for key in requests if key], at=timezone.now())
    waiting = sorted(key for key in administrators if key > kept.told_up_to)
    for first in range(0, len(waiting), TOLD_AT_ONCE):
        if stop():
            return
        keys = waiting[first : first + TOLD_AT_ONCE]
        with transaction.atomic():
            logons = Logon.objects.in_bulk(keys)
            tellings = [
                _received(kept, logons[key], [requests[client] for client in administrators[key]]) for key in keys
            ]
            tell_each(tellings, now=timezone.now())
            RequestFile.objects.filter(pk=file).update(told_up_to=keys[-1])


def remind_of_many(requests: Sequence[int]) -> None:
    """Tell both sides, once each, that these requests (keys) expire soon."""
    _tell_together(requests, "reminded")


def tell_many_expired(requests: Sequence[int]) -> None:
    """Tell both sides, once each, that these requests (keys) have expired."""
    _tell_together(requests, State.EXPIRED.value)


def _tell_together(keys: Sequence[int], state: str) -> None:
    """One notice for each administrator of a side, however many of the requests concern it.

    A third party is told of all it asked for, matched or not.
    """
    asked = AccessRequest.objects.filter(pk__in=keys).values_list("third_party_id", "client_id")
    by_firm = Counter(firm for firm, _client in asked)
    by_client = Counter(client for _firm, client in asked if client is not None)
    now = timezone.now()
    for of_firm, counts in ((True, by_firm), (False, by_client)):
        administrators = administrators_of_all(list(counts), at=now)
        waiting = sorted(administrators)
        for first in range(0, len(waiting), TOLD_AT_ONCE):
            some = waiting[first : first + TOLD_AT_ONCE]
            with transaction.atomic():
                logons = Logon.objects.in_bulk(some)
                tellings = [
                    Telling(
                        logons[key],
                        of_request(state),
                        {"side": FIRM if of_firm else CLIENT, "count": sum(counts[one] for one in administrators[key])},
                        reverse("submissions:list"),
                    )
                    for key in some
                ]
                tell_each(tellings, now=now)


def _received(kept: RequestFile, logon: Logon, requests: Sequence[AccessRequest]) -> Telling:
    details: dict[str, object] = {"side": CLIENT, "firm": kept.third_party.legal_name, "count": len(requests)}
    path, number, (first, *others) = reverse("home:home"), "", requests
    if not others and first.client is not None:
        details["client"] = first.client.legal_name
        path = reverse("third_party_access:decide", args=[first.client_id, first.pk])
        number = first.confirmation_number
    return Telling(logon, RECEIVED, details, path, number)
