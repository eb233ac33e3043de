"""The third party asks, and takes back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from countersign.access.wording import REASONS, WHO_CAN_CHANGE
from countersign.logons.fresh import fresh_or_redirect
from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Invalid, Refused
from countersign.policy.reasons import Reason
from countersign.taxpayers.models import AccountType, IdType, Taxpayer
from countersign.third_party_access.forms import RequestForm
from countersign.third_party_access.operations import prepare_request, request_access, withdraw_request
from countersign.third_party_access.operations.match_client import Match
from countersign.third_party_access.operations.request_access import asking_firm
from countersign.third_party_access.queries.periods import day_of
from countersign.third_party_access.queries.receipts.requests import asked_in_words, client_name, state_word
from countersign.third_party_access.queries.requests import request_of
from countersign.third_party_access.views.steps import CHANGE, SUBMIT, acting_for, done, step_of
from countersign.ui.components.moments import day, when
from countersign.ui.tables import Column, Table


@require_http_methods(["GET", "HEAD", "POST"])
def request_page(request: HttpRequest, taxpayer: int) -> HttpResponse:
    """Request to Manage Other Taxpayer's Accounts: choose → review → done."""
    now = timezone.now()
    firm = asking_firm(signed_in(request), taxpayer, now=now)
    account_types = list(AccountType.objects.order_by("name", "pk"))
    if request.method != "POST":
        form = RequestForm(account_types=account_types, initial={"begins_on": day_of(now)})
        return _choose(request, firm, form)
    form = RequestForm(request.POST, account_types=account_types)
    if not form.is_valid() or step_of(request) == CHANGE:
        return _choose(request, firm, form)
    if (first := fresh_or_redirect(request, now)) is not None:
        return first
    try:
        if step_of(request) == SUBMIT:
            made = request_access(
                actor=signed_in(request), third_party=firm.pk, asked=form.asked, now=now, token=form.page_token
            )
            return done(made.confirmation_number)
        firm, match = prepare_request(actor=signed_in(request), third_party=firm.pk, asked=form.asked, now=now)
    except Invalid as invalid:
        form.add_problems(invalid.problems)
        return _choose(request, firm, form)
    except Refused as refused:
        if refused.reason != Reason.TOO_MANY_MISMATCHES:
            raise
        form.add_error(None, f"{REASONS[refused.reason]}. {WHO_CAN_CHANGE[refused.reason]}")
        return _choose(request, firm, form, status=429)
    return _review(request, firm, form, match)


def _choose(request: HttpRequest, firm: Taxpayer, form: RequestForm, status: int = 0) -> HttpResponse:
    table = Table(
        _("Account types and rights"),
        [Column("type", _("Account type"), row_header=True), Column("rights", _("Rights to ask for"))],
        [{"type": account_type.name, "rights": field} for account_type, field in form.rights_rows()],
        quiet_caption=True,
    )
    context = {"acting_for": acting_for(firm), "firm": firm, "form": form, "table": table}
    return render(request, "third_party_access/request.html", context, status=status or form.http_status)


def _review(request: HttpRequest, firm: Taxpayer, form: RequestForm, match: Match) -> HttpResponse:
    asked = form.asked
    name = asked.legal_name if match.neutral or match.client is None else match.client.legal_name
    types = {account_type.pk: account_type for account_type in form.account_types}
    summary = [
        (_("Taxpayer"), name),
        (_("ID number"), f"{IdType(asked.id_type).label}: {asked.id_number}"),
        (_("First day"), day(asked.begins_on)),
        (_("Last day"), day(asked.ends_on) or _("No end: until somebody ends it")),
        (_("Message"), asked.message or _("None")),
    ]
    table = Table(
        _("What %(firm)s asks for") % {"firm": firm.legal_name},
        [Column("type", _("Account type"), row_header=True), Column("rights", _("Rights"))],
        [{"type": types[key].name, "rights": rights} for key, rights in asked.rights.items()],
    )
    context = {
        "acting_for": acting_for(firm),
        "firm": firm,
        "form": form,
        "name": name,
        "neutral": match.neutral,
        "summary": summary,
        "table": table,
    }
    return render(request, "third_party_access/request_review.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, taxpayer: int, pk: int) -> HttpResponse:
    """Withdraw a pending request: look at it, then confirm."""
    now = timezone.now()
    if request.method == "POST":
        withdrawn = withdraw_request(actor=signed_in(request), third_party=taxpayer, request=pk, now=now)
        return done(withdrawn.confirmation_number)
    found = request_of(signed_in(request), third_party=taxpayer, request=pk, at=now)
    context = {
        "acting_for": acting_for(found.third_party),
        "name": client_name(found),
        "found": found,
        "pending": state_word(found, now).kind == "waiting",
        "summary": [
            (_("Taxpayer"), client_name(found)),
            (_("Asked for"), asked_in_words(found)),
            (_("Submitted"), when(found.requested_at, now)),
            (_("Request"), state_word(found, now)),
        ],
    }
    return render(request, "third_party_access/withdraw.html", context)
