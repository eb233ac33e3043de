"""Mails about coming in. They name taxpayers and people, and no tax facts, identifiers or codes (SPEC 7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from countersign import mail
from countersign.events import Occurrence
from countersign.logons.models import Logon
from countersign.registration import events
from countersign.registration.models import RequestForAccess, RequestState
from countersign.registration.queries import masters
from countersign.taxpayers.models import Taxpayer

Words = tuple[str, list[str], str]
"""Subject, paragraphs, and the words on the button."""


def tell_of_entry(occurrence: Occurrence[events.BecameMasterAdministrator]) -> None:
    """The new Master Administrator gets it in writing, and what to do if it was somebody else."""
    taxpayer = Taxpayer.objects.get(pk=occurrence.taxpayers[0])

    def words(_to: Logon) -> Words:
        name = {"taxpayer": taxpayer.legal_name}
        if occurrence.event.provisional:
            text = _(
                "Your logon acts for %(taxpayer)s from now on, provisionally: it can file and pay. A letter to the "
                "address on record brings a Letter ID that ends the waiting."
            )
        else:
            text = _("Your logon is Master Administrator of %(taxpayer)s from now on.")
        return _("You are registered for %(taxpayer)s") % name, [text % name], _("See your registration")

    _tell(_actor(occurrence), "registered", words, occurrence.submission, _receipt(occurrence))


def tell_of_full(occurrence: Occurrence[events.WaitingEnded]) -> None:
    """The waiting is over."""
    taxpayer = Taxpayer.objects.get(pk=occurrence.taxpayers[0])

    def words(_to: Logon) -> Words:
        name = {"taxpayer": taxpayer.legal_name}
        return (
            _("You are Master Administrator of %(taxpayer)s") % name,
            [_("The waiting is over: you can do everything for %(taxpayer)s, also decide who else acts.") % name],
            _("See what changed"),
        )

    whom = Logon.objects.filter(pk=occurrence.event.logon)
    _tell(whom, "waiting_ended", words, occurrence.submission, _receipt(occurrence))


def tell_masters_of_request(occurrence: Occurrence[events.AccessAskedFor]) -> None:
    """Each Master Administrator is asked to decide; who asked gets a receipt."""
    request = _request(occurrence.event.request)
    names = _names(request)

    def to_masters(_to: Logon) -> Words:
        return (
            _("%(person)s asks to act for %(taxpayer)s") % names,
            [
                _("%(person)s proved to the agency the right to act for %(taxpayer)s, and asks you for access.")
                % names,
                _("Nothing is given until you decide: everything, rights account by account, or nothing."),
                _("If you do not know this person, decline."),
            ],
            _("See the request"),
        )

    def to_person(_to: Logon) -> Words:
        return (
            _("Your request for access to %(taxpayer)s") % names,
            [_("Its Master Administrators have been told and decide. You get an e-mail then.") % names],
            _("See your request"),
        )

    decide = reverse("registration:decide", args=[request.taxpayer_id, request.pk])
    whom = masters(request.taxpayer_id, provisional=False, at=occurrence.at).exclude(pk=request.requested_by_id)
    _tell(whom, "access_asked_for", to_masters, occurrence.submission, decide)
    _tell([request.requested_by], "access_asked_for", to_person, occurrence.submission, _receipt(occurrence))


def tell_of_end(occurrence: Occurrence[Any]) -> None:
    """Who asked is told how it ended, and every Master Administrator."""
    request = _request(occurrence.event.request)
    names = _names(request)

    def to_person(_to: Logon) -> Words:
        subject, text = {
            RequestState.APPROVED.value: (
                _("You have access to %(taxpayer)s"),
                _("%(by)s let you in. You can act at once."),
            ),
            RequestState.DECLINED.value: (
                _("Your request for %(taxpayer)s is declined"),
                _("You got no access from it."),
            ),
            RequestState.WITHDRAWN.value: (
                _("Your request for %(taxpayer)s is withdrawn"),
                _("You no longer ask for this access."),
            ),
        }.get(
            request.state,
            (_("Your request for %(taxpayer)s has expired"), _("Nobody answered it in time. You can ask again.")),
        )
        return subject % names, [text % names], _("See your request")

    def to_masters(_to: Logon) -> Words:
        subject, text = {
            RequestState.APPROVED.value: (
                _("%(person)s has access to %(taxpayer)s"),
                _("%(by)s let this person in."),
            ),
            RequestState.DECLINED.value: (
                _("The request of %(person)s is declined"),
                _("%(by)s declined it. No access was given to %(taxpayer)s."),
            ),
        }.get(
            request.state,
            (
                _("The request of %(person)s is over"),
                _("There is nothing left to decide about access to %(taxpayer)s."),
            ),
        )
        return subject % names, [text % names], _("See what happened")

    path = _receipt(occurrence)
    _tell([request.requested_by], f"entry_{request.state}", to_person, occurrence.submission, path)
    whom = masters(request.taxpayer_id, provisional=False, at=occurrence.at).exclude(pk=request.requested_by_id)
    _tell(whom, f"entry_{request.state}", to_masters, occurrence.submission, path)


def _tell(whom: Iterable[Logon], kind: str, words: Callable[[Logon], Words], number: str, path: str) -> None:
    messages = []
    for logon in whom:
        if not logon.email:
            continue
        with mail.in_language(logon.language):
            subject, paragraphs, button = words(logon)
            quoted = _("Confirmation number: %(number)s") % {"number": number}
            messages.append(
                mail.Message(
                    to=logon.email,
                    language=logon.language,
                    kind=kind,
                    subject=subject,
                    paragraphs=[*paragraphs, quoted],
                    action=mail.Action(label=button, path=path),
                    logon_id=logon.pk,
                )
            )
    if messages:
        mail.queue_all(messages)


def _actor(occurrence: Occurrence[Any]) -> Iterable[Logon]:
    return Logon.objects.filter(pk=occurrence.actor_logon_id or 0)


def _request(pk: int) -> RequestForAccess:
    return RequestForAccess.objects.select_related("taxpayer", "requested_by", "closed_by").get(pk=pk)


def _names(request: RequestForAccess) -> dict[str, str]:
    return {
        "person": request.requested_by.full_name,
        "taxpayer": request.taxpayer.legal_name,
        "by": request.closed_by.full_name if request.closed_by else "",
    }


def _receipt(occurrence: Occurrence[Any]) -> str:
    return reverse("submissions:detail", args=[occurrence.submission])
