"""For whom a firm acts: its clients, its pending requests, and giving a client up."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Stale
from countersign.policy.reasons import Reason
from countersign.taxpayers.models import Taxpayer
from countersign.third_party_access.forms import EndingForm
from countersign.third_party_access.operations import drop_client
from countersign.third_party_access.queries.clients import PAGE_SIZE, client_of, clients_page
from countersign.third_party_access.queries.receipts.requests import asked_in_words
from countersign.third_party_access.queries.requests import pending_requests_of
from countersign.third_party_access.views.steps import (
    CHANGE,
    SUBMIT,
    account_words,
    acting_for,
    done,
    ending_table,
    since_words,
    step_of,
    until_words,
)
from countersign.ui.components.moments import when
from countersign.ui.converters import LARGEST_KEY
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
        "typed": typed,
        "chips": [Chip(typed, address_with(request, q=None))] if typed else [],
        "pending": _pending(firm) if after is None and not typed else None,
        "table": table,
        "first_page": address_with(request) if after else "",
        "pager": Pager(next_url=following, sizes=page_sizes(request, PAGE_SIZE)),
    }
    return render(request, "third_party_access/clients.html", context)


def _pending(firm: Taxpayer) -> Table | None:
    waiting = pending_requests_of(firm.pk, at=timezone.now())
    if not waiting:
        return None
    return Table(
        _("Requests that wait for an answer"),
        [
            Column("client", _("Client"), row_header=True),
            Column("asked", _("Asked for")),
            Column("expires", _("Expires")),
            Column("withdraw", _("Withdraw"), quiet_label=True),
        ],
        [
            {
                "client": TwoLines(
                    Link(one.name_given, reverse("submissions:detail", args=[one.confirmation_number])),
                    _("%(type)s ending in %(last)s") % {"type": one.id_type, "last": one.id_number_last4},
                ),
                "asked": asked_in_words(one),
                "expires": when(one.expires_at),
                "withdraw": Link(
                    _("Withdraw"),
                    reverse("third_party_access:withdraw", args=[firm.pk, one.pk]),
                    one.name_given,
                ),
            }
            for one in waiting
        ],
    )


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
    return render(request, "third_party_access/client.html", context)


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
