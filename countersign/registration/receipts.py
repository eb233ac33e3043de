"""What lists, receipts and Home say about registrations, requests for access, codes and disputes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from countersign.access.models import TaxpayerAccess
from countersign.access.wording import ACCESS_TYPES
from countersign.policy.rights import AccessType
from countersign.registration.models import Dispute, RequestForAccess, RequestState
from countersign.submissions.kinds import Receipt, Viewer
from countersign.submissions.models import Submission
from countersign.taxpayers.models import ProofKind, Taxpayer
from countersign.ui.components.lists import Task
from countersign.ui.components.moments import day, when
from countersign.ui.tables import Link, StatusWord

_LOOK = {
    RequestState.PENDING: "waiting",
    RequestState.APPROVED: "good",
    RequestState.DECLINED: "bad",
    RequestState.WITHDRAWN: "ended",
    RequestState.EXPIRED: "ended",
}


def state_now(request: RequestForAccess, at: datetime) -> RequestState:
    """The state; what is past its time has expired, also while the worker has not come by."""
    state = RequestState(request.state)
    return RequestState.EXPIRED if state is RequestState.PENDING and at >= request.expires_at else state


def proof_words(proved_by: str) -> str:
    """By what the person proved the right to act."""
    return str(ProofKind(proved_by).label) if proved_by else _("Was provisional Master Administrator before")


def about_requests(submissions: Sequence[Submission], viewers: Mapping[int, Viewer]) -> dict[int, str]:
    """Who asks, for those who decide; about whom, for who asked."""
    requests = RequestForAccess.objects.select_related("taxpayer", "requested_by").in_bulk(
        [one.subject for one in submissions if one.subject]
    )
    told = {}
    for submission in submissions:
        request = requests.get(submission.subject or 0)
        if request is not None:
            own = viewers[submission.pk].submitted
            told[submission.pk] = request.taxpayer.legal_name if own else request.requested_by.full_name
    return told


def about_taxpayers(submissions: Sequence[Submission], viewers: Mapping[int, Viewer]) -> dict[int, str]:
    """The taxpayer's name. Of a dispute nobody but its opener sees anything at all."""
    names = Taxpayer.objects.in_bulk([one.taxpayer_id for one in submissions if one.taxpayer_id])
    return {one.pk: names[one.taxpayer_id].legal_name for one in submissions if one.taxpayer_id}


def request_tasks(submissions: Sequence[Submission], at: datetime) -> dict[int, Task]:
    """Requests that wait for a Master Administrator, for Home."""
    by_subject = {one.subject: one for one in submissions}
    requests = RequestForAccess.objects.filter(pk__in=[key for key in by_subject if key], expires_at__gt=at)
    tasks = {}
    for request in requests.select_related("taxpayer", "requested_by"):
        told = _("%(person)s asks to act for %(taxpayer)s") % {
            "person": request.requested_by.full_name,
            "taxpayer": request.taxpayer.legal_name,
        }
        address = reverse("registration:decide", args=[request.taxpayer_id, request.pk])
        tasks[by_subject[request.pk].pk] = Task(told, address, _("Expires"), request.expires_at)
    return tasks


def request_receipt(submission: Submission, viewer: Viewer, at: datetime) -> Receipt:
    """The receipt of a request for access, for who asked and for who decides."""
    request = RequestForAccess.objects.select_related("taxpayer", "requested_by", "closed_by").get(
        confirmation_number=submission.confirmation_number
    )
    own, state = viewer.submitted, state_now(request, at)
    lines: list[tuple[Any, Any]] = [
        (_("Taxpayer"), request.taxpayer.legal_name),
        (_("Asked by"), request.requested_by.full_name),
        (_("Proved by"), proof_words(request.proved_by)),
        (_("Asked"), when(request.requested_at, at)),
        (_("Request"), StatusWord(_LOOK[state], state.label)),
    ]
    if state is RequestState.PENDING:
        lines.append((_("Expires"), when(request.expires_at, at)))
    elif request.closed_at is not None:
        lines.append((_("Closed"), when(request.closed_at, at)))
    if request.given:
        lines.append((_("Access type"), ACCESS_TYPES[AccessType(request.given)]))
    if request.closed_by is not None and not own:
        lines.append((_("By"), request.closed_by.full_name))
    links = [Link(_("Home"), reverse("home:home"))]
    withdraw = ""
    if own and state is RequestState.PENDING:
        withdraw = reverse("registration:withdraw", args=[request.pk])
    elif state is RequestState.PENDING and viewer.administers_taxpayer:
        links.insert(0, Link(_("Decide"), reverse("registration:decide", args=[request.taxpayer_id, request.pk])))
    heading, happens = _request_words(request, state, own)
    return Receipt(
        heading=heading,
        lines=lines,
        happens_now=happens,
        withdraw_url=withdraw,
        links=links,
        taxpayer=request.taxpayer.legal_name,
        steps=not own,
    )


def _request_words(request: RequestForAccess, state: RequestState, own: bool) -> tuple[str, list[str]]:
    names = {"taxpayer": request.taxpayer.legal_name, "person": request.requested_by.full_name}
    match state:
        case RequestState.PENDING if own:
            return _("Your request is on its way"), [
                _("A Master Administrator of %(taxpayer)s has been told and decides.") % names,
                _(
                    "You get an e-mail when it is decided. Until then you can sign in, "
                    "and see nothing of this taxpayer."
                ),
            ]
        case RequestState.PENDING:
            return _("%(person)s asks for access") % names, [_("Nothing is given until you decide.")]
        case RequestState.APPROVED:
            return (_("You have access") if own else _("%(person)s has access") % names), [
                _("It counts at once. The person is told by e-mail.") if not own else _("You can act at once.")
            ]
        case RequestState.DECLINED:
            return _("The request is declined"), [_("No access was given.")]
        case RequestState.WITHDRAWN:
            return _("The request is withdrawn"), [_("Nobody has to decide it any more.")]
        case _:
            return _("The request has expired"), [
                _("Nobody answered it in time. You can ask again with another proof.")
            ]


def registration_receipt(submission: Submission, viewer: Viewer, at: datetime) -> Receipt:
    """What one became: full, provisional, or a representative."""
    access = TaxpayerAccess.objects.select_related("taxpayer").get(pk=submission.subject or 0)
    taxpayer = access.taxpayer
    lines: list[tuple[Any, Any]] = [
        (_("Taxpayer"), taxpayer.legal_name),
        (_("Access type"), ACCESS_TYPES[AccessType(access.access_type)]),
    ]
    links = [Link(_("Home"), reverse("home:home"))]
    if not access.provisional:
        happens = [_("You can act for %(taxpayer)s at once.") % {"taxpayer": taxpayer.legal_name}]
        if taxpayer.self_registered:
            lines.append((_("Your number with the agency"), taxpayer.key))
            happens = [
                _("You have no client yet. Ask for access to one; you act once the taxpayer approves."),
                _("Taxpayers see your name as you gave it, and that the agency did not check it."),
            ]
            ask = reverse("third_party_access:start", args=["request"])
            links.insert(0, Link(_("Ask for access to a client"), ask))
        return Receipt(_("You are registered"), lines, happens, links=links, steps=False)
    until = access.begins_at + timedelta(days=settings.PROVISIONAL_DAYS)
    lines.append((_("Provisional until"), day(until)))
    if access.ended_at is None:
        links.insert(0, Link(_("Enter the Letter ID"), reverse("registration:letter_code", args=[taxpayer.pk])))
    return Receipt(
        _("You are registered"),
        lines,
        [
            _("You can file and pay at once. Other people's access and account details wait."),
            _("A letter is on its way to the address that the agency has on record. Its Letter ID ends the waiting."),
            _("Without it you become full Master Administrator on %(day)s, unless somebody objects.")
            % {"day": day(until)},
        ],
        links=links,
        steps=False,
    )


def full_receipt(submission: Submission, viewer: Viewer, at: datetime) -> Receipt:
    """The waiting is over."""
    access = TaxpayerAccess.objects.select_related("taxpayer", "logon").get(pk=submission.subject or 0)
    return Receipt(
        _("You are Master Administrator") if viewer.submitted else _("The waiting is over"),
        [(_("Taxpayer"), access.taxpayer.legal_name), (_("Logon"), access.logon.full_name)],
        [_("Nothing is provisional any more: all accounts, and who else has access.")],
        links=[Link(_("Home"), reverse("home:home"))],
        taxpayer=access.taxpayer.legal_name,
        steps=False,
    )


def dispute_receipt(submission: Submission, viewer: Viewer, at: datetime) -> Receipt:
    """A dispute waits for staff."""
    dispute = Dispute.objects.select_related("taxpayer").get(pk=submission.subject or 0)
    return Receipt(
        _("Your dispute is opened"),
        [(_("Taxpayer"), dispute.taxpayer.legal_name), (_("Opened"), when(dispute.opened_at, at))],
        [
            _("Agency staff look into who should administer this taxpayer, and get in touch with you."),
            _("Those who administer it now are not told by us that you opened it."),
        ],
        links=[Link(_("Home"), reverse("home:home"))],
        steps=False,
    )
