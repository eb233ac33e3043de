"""Requests, as lists and receipts show them: a firm cannot tell whether its number and name matched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from countersign.access.models import Grant
from countersign.policy.rights import Rights
from countersign.submissions.kinds import Receipt, Viewer
from countersign.submissions.models import Submission
from countersign.taxpayers.models import TaxpayerKind
from countersign.third_party_access.models import PERSONAL_ID_TYPES, AccessRequest, AskedRights, State
from countersign.third_party_access.queries.periods import day_of, last_day_of
from countersign.ui.components.moments import day, when
from countersign.ui.tables import Column, Link, StatusWord, Table, TwoLines
from countersign.ui.words import RIGHTS

_GIVEN = (State.APPROVED, State.PARTLY_APPROVED)
_STATUS_LOOK = {
    State.PENDING: "waiting",
    State.APPROVED: "good",
    State.PARTLY_APPROVED: "good",
    State.DECLINED: "bad",
    State.WITHDRAWN: "ended",
    State.EXPIRED: "ended",
}


def state_now(request: AccessRequest, at: datetime) -> State:
    """The state; what is past its time has expired, also while the worker has not come by."""
    state = State(request.state)
    return State.EXPIRED if state is State.PENDING and at >= request.expires_at else state


def state_word(request: AccessRequest, at: datetime) -> StatusWord:
    """The state as word and shape."""
    state = state_now(request, at)
    return StatusWord(_STATUS_LOOK[state], state.label)


def client_name(request: AccessRequest) -> str:
    """How the firm knows the client: by the name that it typed, until access was approved."""
    if request.client is not None and request.state in _GIVEN:
        return request.client.legal_name
    return request.name_given


def legal_name(request: AccessRequest) -> str:
    """How the client knows itself."""
    return request.client.legal_name if request.client is not None else request.name_given


def is_neutral(request: AccessRequest) -> bool:
    """Whether the firm may not learn if a taxpayer was found: it is told so for every individual (SPEC 6)."""
    if request.id_type in PERSONAL_ID_TYPES or request.client is None:
        return True
    return request.client.kind == TaxpayerKind.INDIVIDUAL


def of_firm(viewer: Viewer) -> bool:
    """Whether the viewer of a request sees it with the firm's eyes."""
    return viewer.administers_third_party or (viewer.submitted and not viewer.administers_taxpayer)


def request_receipt(submission: Submission, viewer: Viewer, at: datetime) -> Receipt:
    """The receipt of a request, for the firm or for the client."""
    request = AccessRequest.objects.select_related("client", "third_party", "requested_by", "closed_by").get(
        confirmation_number=submission.confirmation_number
    )
    firm_side = of_firm(viewer)
    state = state_now(request, at)
    lines: list[tuple[Any, Any]] = [
        (_("Third party"), request.third_party.legal_name),
        (_("Client"), client_name(request) if firm_side else legal_name(request)),
    ]
    if firm_side:
        number = _("%(type)s ending in %(last)s") % {"type": request.id_type, "last": request.id_number_last4}
        lines.append((_("ID number"), number))
    lines += [
        (_("Asked by"), request.requested_by.full_name),
        (_("Asked"), when(request.requested_at, at)),
        (_("Asked for"), asked_in_words(request)),
        (_("Begins"), request.begins_on),
        (_("Last day"), request.ends_on or _("No end: until somebody ends it")),
    ]
    if request.message:
        lines.append((_("Message"), request.message))
    lines.append((_("Request"), state_word(request, at)))
    if state is State.PENDING:
        lines.append((_("Expires"), when(request.expires_at, at)))
    elif request.closed_at is not None:
        lines.append((_("Closed"), when(request.closed_at, at)))
    closed_by_own_side = firm_side == (state is State.WITHDRAWN)
    if request.closed_by is not None and closed_by_own_side:
        lines.append((_("By"), request.closed_by.full_name))
    withdraw = ""
    if firm_side and state is State.PENDING:
        withdraw = reverse("third_party_access:withdraw", args=[request.third_party_id, request.pk])
    return Receipt(
        heading=_request_heading(request, state, firm_side),
        lines=lines,
        happens_now=_happens_now(request, state, firm_side, at),
        withdraw_url=withdraw,
        links=_request_links(request, state, firm_side, viewer),
        table=_given_table(request) if state in _GIVEN else None,
        taxpayer=request.third_party.legal_name if firm_side else legal_name(request),
    )


def asked_in_words(request: AccessRequest) -> str:
    """Withholding: File and Pay; Sales and use: View Only."""
    asked = request.asked.select_related("account_type").order_by("account_type__name")
    from_words = [f"{row.account_type}: {rights_word(row.rights)}" for row in asked]
    return "; ".join(from_words)


def asked_of(requests: Sequence[AccessRequest]) -> dict[int, str]:
    """The same for many: key → words. One statement."""
    words: dict[int, list[str]] = {request.pk: [] for request in requests}
    asked = AskedRights.objects.filter(request__in=words).select_related("account_type").order_by("account_type__name")
    for row in asked:
        words[row.request_id].append(f"{row.account_type}: {rights_word(row.rights)}")
    return {key: "; ".join(parts) for key, parts in words.items()}


def rights_word(rights: int) -> str:
    """View Only, File and Pay, All Access."""
    return str(RIGHTS[Rights(rights)])


def _request_heading(request: AccessRequest, state: State, firm_side: bool) -> str:
    if firm_side:
        return {
            State.PENDING: _("Request submitted"),
            State.APPROVED: _("Request approved"),
            State.PARTLY_APPROVED: _("Request partly approved"),
            State.DECLINED: _("Request declined"),
            State.WITHDRAWN: _("Request withdrawn"),
            State.EXPIRED: _("Request expired"),
        }[state]
    firm = {"firm": request.third_party.legal_name}
    return {
        State.PENDING: _("%(firm)s asks for access"),
        State.APPROVED: _("Access approved for %(firm)s"),
        State.PARTLY_APPROVED: _("Access approved in part for %(firm)s"),
        State.DECLINED: _("Request of %(firm)s declined"),
        State.WITHDRAWN: _("Request of %(firm)s withdrawn"),
        State.EXPIRED: _("Request of %(firm)s expired"),
    }[state] % firm


def _happens_now(request: AccessRequest, state: State, firm_side: bool, at: datetime) -> list[str]:
    names = {
        "firm": request.third_party.legal_name,
        "client": client_name(request),
        "begin": day(request.begins_on),
        "until": day(day_of(request.expires_at)),
    }
    later = request.begins_on > day_of(at)
    if state is State.PENDING and firm_side:
        asked = _("The Master Administrators of %(client)s are asked, on Home and by e-mail.")
        if is_neutral(request):
            asked = _("If the number and name match, the taxpayer is asked, on Home and by e-mail.")
        return [
            asked % names,
            _("You get an e-mail when there is an answer. Without one the request expires on %(until)s.") % names,
            _(
                "A taxpayer without a logon cannot answer online. Ask your client to create one; "
                "otherwise the request just expires."
            ),
        ]
    if state in _GIVEN and firm_side:
        begins = _("The access begins on %(begin)s.") if later else _("You can act for %(client)s now.")
        return [begins % names]
    if state in _GIVEN:
        begins = _("%(firm)s has access from %(begin)s.") if later else _("%(firm)s has access now.")
        return [begins % names, _("It gets an e-mail. You can end this at any time under Who acts for me.")]
    if state is State.DECLINED and not firm_side:
        return [_("%(firm)s gets an e-mail. It got no access from this request.") % names]
    if state is State.DECLINED:
        return [_("The taxpayer gave nothing. Speak with your client before you ask again.")]
    if state is State.WITHDRAWN:
        return [_("Nobody can approve this request any more.")]
    return []


def _request_links(request: AccessRequest, state: State, firm_side: bool, viewer: Viewer) -> list[Link]:
    if firm_side:
        if not viewer.administers_third_party:
            return []
        links = [Link(_("Clients"), reverse("third_party_access:clients", args=[request.third_party_id]))]
        if state in _GIVEN and request.client_id:
            page = reverse("third_party_access:client", args=[request.third_party_id, request.client_id])
            links.insert(0, Link(client_name(request), page))
        links.append(
            Link(_("Ask another taxpayer"), reverse("third_party_access:request", args=[request.third_party_id]))
        )
        return links
    links = [Link(_("Who acts for me"), reverse("third_party_access:who_acts", args=[request.client_id]))]
    if state is State.PENDING:
        page = reverse("third_party_access:decide", args=[request.client_id, request.pk])
        links.insert(0, Link(_("Decide"), page))
    return links


def _given_table(request: AccessRequest) -> Table:
    given = (
        Grant.objects.filter(
            third_party_id=request.third_party_id,
            account__taxpayer=request.client,
            begun_by=request.confirmation_number,
        )
        .select_related("account__account_type")
        .order_by("account__account_type__name", "account__number", "begins_at")
    )
    return Table(
        _("What was given"),
        [
            Column("account", _("Account"), row_header=True),
            Column("rights", _("Rights")),
            Column("begin", _("From")),
            Column("until", _("Last day")),
        ],
        [
            {
                "account": TwoLines(grant.account.account_type, grant.account.number),
                "rights": Rights(grant.rights),
                "begin": day(day_of(grant.begins_at)),
                "until": day(last_day_of(grant.ends_at)) or _("No end"),
            }
            for grant in given
        ],
    )
