"""Requests from a file: each Master Administrator is told once, however many of its taxpayers were asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from countersign import mail
from countersign.logons.models import Logon
from countersign.third_party_access.models import AccessRequest, RequestFile, State
from countersign.third_party_access.queries.people import administrators_of_all
from countersign.third_party_access.queries.request_files import Outcome

TOLD_AT_ONCE = 50


def tell_of_file(file: int, stop: Callable[[], bool]) -> None:
    """Queue the mails of a file that is done, a few per transaction; whoever was told already is left alone.

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
            messages = [
                _message(kept, logons[key], [requests[client] for client in administrators[key]])
                for key in keys
                if logons[key].email
            ]
            if messages:
                mail.queue_all(messages)
            RequestFile.objects.filter(pk=file).update(told_up_to=keys[-1])


def remind_of_many(requests: Sequence[int]) -> None:
    """Tell both sides, once each, that these requests (keys) expire soon."""
    _tell_together(requests, "reminded")


def tell_many_expired(requests: Sequence[int]) -> None:
    """Tell both sides, once each, that these requests (keys) have expired."""
    _tell_together(requests, State.EXPIRED.value)


def _tell_together(keys: Sequence[int], state: str) -> None:
    """One mail for each administrator of a side, however many of the requests concern it.

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
                messages = [
                    _together(logons[key], state, of_firm, sum(counts[one] for one in administrators[key]))
                    for key in some
                    if logons[key].email
                ]
                if messages:
                    mail.queue_all(messages)


def _together(logon: Logon, state: str, of_firm: bool, count: int) -> mail.Message:
    with mail.in_language(logon.language):
        numbers = {"count": count}
        if of_firm and state == "reminded":
            subject = ngettext(
                "%(count)d of your requests expires soon", "%(count)d of your requests expire soon", count
            )
            text = _("Nobody has answered yet. You may want to remind your clients.")
        elif of_firm:
            subject = ngettext(
                "%(count)d of your requests has expired", "%(count)d of your requests have expired", count
            )
            text = _("Nobody answered in time. You can ask again.")
        elif state == "reminded":
            subject = ngettext(
                "%(count)d request for access expires soon", "%(count)d requests for access expire soon", count
            )
            text = _("It is about taxpayers that you administer. Without an answer nothing is given.")
        else:
            subject = ngettext(
                "%(count)d request for access has expired", "%(count)d requests for access have expired", count
            )
            text = _("It was about taxpayers that you administer. Nobody answered in time, so nothing was given.")
        return mail.Message(
            to=logon.email,
            language=logon.language,
            kind=f"request_{state}",
            subject=subject % numbers,
            paragraphs=[text],
            action=mail.Action(label=_("See the requests"), path=reverse("submissions:list")),
            logon_id=logon.pk,
        )


def _message(kept: RequestFile, logon: Logon, requests: Sequence[AccessRequest]) -> mail.Message:
    with mail.in_language(logon.language):
        names = {"firm": kept.third_party.legal_name, "count": len(requests)}
        if len(requests) == 1 and requests[0].client is not None:
            names["client"] = requests[0].client.legal_name
            subject = _("%(firm)s asks for access to %(client)s") % names
            first = _("%(firm)s asks to act for %(client)s with the agency.") % names
            action = mail.Action(
                label=_("See the request"),
                path=reverse("third_party_access:decide", args=[requests[0].client_id, requests[0].pk]),
            )
        else:
            subject = _("%(firm)s asks for access to %(count)d of your taxpayers") % names
            first = _("%(firm)s asks to act for %(count)d taxpayers that you administer.") % names
            action = mail.Action(label=_("See the requests"), path=reverse("home:home"))
        return mail.Message(
            to=logon.email,
            language=logon.language,
            kind="request_received",
            subject=subject,
            paragraphs=[
                first,
                _(
                    "Nothing is given until you approve. You can give what is asked, or less, or decline, "
                    "and you can end it at any time."
                ),
                _("If you do not know this firm, decline."),
            ],
            action=action,
            logon_id=logon.pk,
        )
