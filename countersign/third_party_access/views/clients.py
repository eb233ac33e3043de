"""For whom a firm acts: its clients, its pending requests, and giving a client up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from countersign.access.queries.own import administered_taxpayer
from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Stale
from countersign.policy.reasons import Reason
from countersign.taxpayers.models import Taxpayer
from countersign.third_party_access.forms import EndingForm
from countersign.third_party_access.models import AccessRequest, State
from countersign.third_party_access.operations import drop_client
from countersign.third_party_access.queries.clients import PAGE_SIZE, client_of, clients_page, every_client
from countersign.third_party_access.queries.periods import day_of
from countersign.third_party_access.queries.receipts.requests import asked_of, client_name, state_now, state_word
from countersign.third_party_access.queries.requests import every_request, pending_requests_of, requests_page
from countersign.third_party_access.views.steps import (
    CHANGE,
    SUBMIT,
    account_words,
    acting_for,
    done,
    ending_table,
    holding_lines,
    out_of_reach,
    since_words,
    step_of,
    until_words,
)
from countersign.ui.components.moments import day
from countersign.ui.converters import LARGEST_KEY
from countersign.ui.spreadsheet import csv_response
from countersign.ui.tables import (
    Chip,
    Column,
    Empty,
    Link,
    Pager,
    Table,
    TwoLines,
    address_with,
    page_size,
    page_sizes,
)

LONGEST_SEARCH = 200
PENDING_SHOWN = 10


@require_safe
def clients(request: HttpRequest, taxpayer: int) -> HttpResponse:
    """The firm's clients by name, searched and paged, and what it waits for."""
    now = timezone.now()
    typed = request.GET.get("q", "")[:LONGEST_SEARCH].strip()
    after = _place(request.GET.get("after", ""))
    size = page_size(request, PAGE_SIZE)
    firm, page = clients_page(signed_in(request), third_party=taxpayer, at=now, search=typed, after=after, size=size)
    ask = reverse("third_party_access:request", args=[firm.pk])
    empty = Empty(
        _("%(firm)s has no clients yet") % {"firm": firm.legal_name},
        _("Ask a taxpayer for access; when it approves, you find it here."),
        ask,
        _("Request to Manage Other Taxpayer's Accounts"),
    )
    if typed:
        empty = Empty(
            _("No client matches"),
            _("Try another part of the name."),
            address_with(request, q=None),
            _("Show all clients"),
        )
    table = Table(
        _("Clients of %(firm)s") % {"firm": firm.legal_name},
        [
            Column("client", _("Client"), row_header=True),
            Column("account", _("Account")),
            Column("rights", _("Rights")),
            Column("since", _("Since")),
            Column("until", _("Last day")),
        ],
        [
            {
                "client": Link(
                    relation.taxpayer.legal_name,
                    reverse("third_party_access:client", args=[firm.pk, relation.taxpayer.pk]),
                ),
                "account": account_words(holding),
                "rights": holding.rights,
                "since": since_words(holding),
                "until": until_words(holding),
            }
            for relation in page.clients
            for holding in relation.holdings
        ],
        empty,
        quiet_caption=True,
    )
    following = f"{address_with(request)}&after={page.following}" if page.following else ""
    context = {
        "acting_for": acting_for(firm),
        "firm": firm,
        "out_of_reach": out_of_reach(firm),
        "typed": typed,
        "chips": [Chip(typed, address_with(request, q=None))] if typed else [],
        "pending": _pending(firm) if after is None and not typed else None,
        "csv_url": reverse("third_party_access:clients_csv", args=[firm.pk]) + address_with(request),
        "table": table,
        "first_page": address_with(request) if after else "",
        "pager": Pager(next_url=following, sizes=page_sizes(request, PAGE_SIZE)),
    }
    return render(request, "third_party_access/clients.html", context)


@require_safe
def clients_csv(request: HttpRequest, taxpayer: int) -> HttpResponseBase:
    """The same list, whole: a row for each account."""
    now = timezone.now()
    firm = administered_taxpayer(signed_in(request), taxpayer, at=now)
    typed = request.GET.get("q", "")[:LONGEST_SEARCH].strip()
    heading = [_("Client"), _("Account type"), _("Account"), _("Rights"), _("Since"), _("Last day")]
    found = every_client(signed_in(request), third_party=firm.pk, at=now, search=typed)
    batches = ([line for relation in relations for line in holding_lines(relation)] for relations in found)
    return csv_response("clients", heading, batches)


@require_safe
def requests(request: HttpRequest, taxpayer: int) -> HttpResponse:
    """What the firm asked for, and what became of it: searched, filtered and paged."""
    now = timezone.now()
    firm = administered_taxpayer(signed_in(request), taxpayer, at=now)
    typed, state = _requests_asked(request)
    size = page_size(request, PAGE_SIZE)
    page = requests_page(firm, at=now, search=typed, state=state, after=_place(request.GET.get("after", "")), size=size)
    chips = [Chip(typed, address_with(request, q=None))] if typed else []
    if state:
        chips.append(Chip(State(state).label, address_with(request, state=None)))
    following = f"{address_with(request)}&after={page.following}" if page.following else ""
    empty = Empty(
        _("%(firm)s has asked for nothing yet") % {"firm": firm.legal_name},
        _("Ask a taxpayer for access; when it approves, you find it among your clients."),
        reverse("third_party_access:request", args=[firm.pk]),
        _("Request to Manage Other Taxpayer's Accounts"),
    )
    if chips:
        empty = Empty(_("No request matches"), _("Try another part of the name."), request.path, _("Show all requests"))
    context = {
        "acting_for": acting_for(firm),
        "firm": firm,
        "typed": typed,
        "keep": {"state": state} if state else {},
        "states": [(one.label, address_with(request, state=one.value)) for one in State if one.value != state],
        "chips": chips,
        "table": _requests_table(firm, page.requests, now, _("Requests, newest first"), empty),
        "csv_url": reverse("third_party_access:requests_csv", args=[firm.pk]) + address_with(request),
        "pager": Pager(
            previous_url=address_with(request) if request.GET.get("after") else "",
            next_url=following,
            sizes=page_sizes(request, PAGE_SIZE),
        ),
    }
    return render(request, "third_party_access/requests.html", context)


@require_safe
def requests_csv(request: HttpRequest, taxpayer: int) -> HttpResponseBase:
    """The same list, whole."""
    now = timezone.now()
    firm = administered_taxpayer(signed_in(request), taxpayer, at=now)
    typed, state = _requests_asked(request)
    heading = [
        _("Confirmation number"),
        _("Client"),
        _("ID type"),
        _("Last four"),
        _("Asked for"),
        _("First day"),
        _("Last day"),
        _("Submitted"),
        _("Request"),
    ]
    found = every_request(firm, at=now, search=typed, state=state)
    return csv_response("requests", heading, (_request_lines(batch, now) for batch in found))


def _requests_asked(request: HttpRequest) -> tuple[str, str]:
    state = request.GET.get("state", "")
    return request.GET.get("q", "")[:LONGEST_SEARCH].strip(), state if state in State.values else ""


def _request_lines(requests: Sequence[AccessRequest], now: datetime) -> list[list[Any]]:
    asked = asked_of(requests)
    return [
        [
            one.confirmation_number,
            client_name(one),
            one.id_type,
            one.id_number_last4,
            asked[one.pk],
            one.begins_on.isoformat(),
            one.ends_on.isoformat() if one.ends_on else "",
            day_of(one.requested_at).isoformat(),
            state_now(one, now).label,
        ]
        for one in requests
    ]


def _pending(firm: Taxpayer) -> Table | None:
    now = timezone.now()
    waiting = pending_requests_of(firm.pk, at=now, most=PENDING_SHOWN)
    if not waiting:
        return None
    return _requests_table(firm, waiting, now, _("Requests that wait for an answer"), None)


def _requests_table(
    firm: Taxpayer, requests: Sequence[AccessRequest], now: datetime, caption: str, empty: Empty | None
) -> Table:
    asked = asked_of(requests)
    return Table(
        caption,
        [
            Column("client", _("Client"), row_header=True),
            Column("asked", _("Asked for")),
            Column("state", _("Request")),
            Column("withdraw", _("Withdraw"), quiet_label=True),
        ],
        [
            {
                "client": TwoLines(
                    Link(client_name(one), reverse("submissions:detail", args=[one.confirmation_number])),
                    _("%(type)s ending in %(last)s") % {"type": one.id_type, "last": one.id_number_last4},
                ),
                "asked": asked[one.pk],
                "state": _state(one, now),
                "withdraw": Link(
                    _("Withdraw"),
                    reverse("third_party_access:withdraw", args=[firm.pk, one.pk]),
                    one.name_given,
                )
                if state_now(one, now) is State.PENDING
                else "",
            }
            for one in requests
        ],
        empty,
    )


def _state(request: AccessRequest, now: datetime) -> Any:
    word = state_word(request, now)
    if state_now(request, now) is State.PENDING:
        return TwoLines(word, _("expires on %(day)s") % {"day": day(day_of(request.expires_at))})
    return word


def _place(typed: str) -> int | None:
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) < 20 and 0 < int(typed) <= LARGEST_KEY):
        raise BadRequest("place in list")
    return int(typed)


@require_safe
def client(request: HttpRequest, taxpayer: int, client: int) -> HttpResponse:
    """One client: what the firm may do for it."""
    firm, given, held = client_of(signed_in(request), third_party=taxpayer, client=client, at=timezone.now())
    table = Table(
        _("What %(firm)s may do for %(client)s") % {"firm": firm.legal_name, "client": given.legal_name},
        [
            Column("account", _("Account"), row_header=True),
            Column("rights", _("Rights")),
            Column("since", _("Since")),
            Column("until", _("Last day")),
        ],
        [
            {
                "account": account_words(holding),
                "rights": holding.rights,
                "since": since_words(holding),
                "until": until_words(holding),
            }
            for holding in held
        ],
        Empty(
            _("%(firm)s has no access to %(client)s any more") % {"firm": firm.legal_name, "client": given.legal_name},
            _("You can ask for it again."),
            reverse("third_party_access:request", args=[firm.pk]),
            _("Request to Manage Other Taxpayer's Accounts"),
        ),
        quiet_caption=True,
    )
    context = {"acting_for": acting_for(firm), "firm": firm, "client": given, "table": table, "held": held}
    return render(request, "third_party_access/client.html", context | {"out_of_reach": out_of_reach(firm)})


@require_http_methods(["GET", "HEAD", "POST"])
def drop(request: HttpRequest, taxpayer: int, client: int) -> HttpResponse:
    """Give up a client, or some of its accounts: choose → review → done."""
    now = timezone.now()
    firm, given, held = client_of(signed_in(request), third_party=taxpayer, client=client, at=now)
    context = {"acting_for": acting_for(firm), "firm": firm, "client": given}
    template = "third_party_access/drop.html"
    if request.method != "POST":
        if not held:
            raise Stale(what=Reason.GRANT_ENDED)
        return render(request, template, context | {"form": EndingForm(held=held)})
    form = EndingForm(request.POST, held=held)
    step = step_of(request)
    if step == SUBMIT:
        form.offer_as_sent()
    if not form.is_valid() or step == CHANGE:
        return render(request, template, context | {"form": form}, status=form.http_status)
    if step == SUBMIT:
        submission = drop_client(
            actor=signed_in(request),
            third_party=firm.pk,
            client=given.pk,
            accounts=form.ending_accounts,
            now=now,
            token=form.page_token,
        )
        return done(submission.confirmation_number)
    return render(
        request,
        "third_party_access/drop_review.html",
        context | {"form": form, "table": ending_table(held, form.ending_accounts)},
    )
