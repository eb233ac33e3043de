"""A Master Administrator decides a request for access: choose → review → done; whoever asked withdraws it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from countersign.access.queries.own import administered_taxpayer
from countersign.logons.fresh import fresh_or_redirect
from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.reasons import Reason
from countersign.policy.rights import AccessType, Rights
from countersign.registration.forms import DecisionForm
from countersign.registration.models import RequestForAccess, RequestState
from countersign.registration.operations.decide import check_rights, decline, let_in
from countersign.registration.operations.decide import withdraw as withdraw_request
from countersign.registration.queries import own_access, request_with_sides
from countersign.registration.receipts import proof_words, state_now
from countersign.taxpayers.models import Account
from countersign.ui.components.moments import day, when
from countersign.ui.shell import ActingFor, links
from countersign.ui.tables import Column, Table, TwoLines

REVIEW, CHANGE, SUBMIT, DECLINE, DECLINE_NOW = "review", "change", "submit", "decline", "decline_now"


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, taxpayer: int, pk: int) -> HttpResponse:
    """As Master Administrator, as Tax Administrator with rights account by account, or not."""
    actor, now = signed_in(request), timezone.now()
    administered_taxpayer(actor, taxpayer, at=now)
    asked = request_with_sides(pk)
    if asked is None or asked.taxpayer_id != taxpayer:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    step = request.POST.get("step", REVIEW)
    if request.method == "POST" and step == DECLINE_NOW:
        return _decline(request, asked)
    if state_now(asked, now) is not RequestState.PENDING and step != SUBMIT:
        return HttpResponseRedirect(reverse("submissions:detail", args=[asked.confirmation_number]))
    if request.method == "POST" and step == DECLINE:
        return render(request, "registration/decline_review.html", _context(asked))
    accounts = list(Account.objects.filter(taxpayer=taxpayer).select_related("account_type").order_by("number"))
    form = DecisionForm(request.POST if request.method == "POST" else None, accounts=accounts)
    if request.method != "POST" or step == CHANGE or not form.is_valid():
        return _choose(request, asked, form)
    if (elsewhere := fresh_or_redirect(request, now)) is not None:
        return elsewhere
    access_type = AccessType(form.cleaned_data["access_type"])
    try:
        if step == SUBMIT:
            return _let_in(request, asked, access_type, form.rights)
        given = check_rights(taxpayer, access_type, form.rights)
    except Invalid as invalid:
        form.add_problems(invalid.problems)
        return _choose(request, asked, form)
    return _review(request, asked, form, access_type, given)


def _let_in(
    request: HttpRequest, asked: RequestForAccess, access_type: AccessType, rights: dict[int, Rights]
) -> HttpResponse:
    try:
        let_in(
            actor=signed_in(request),
            taxpayer=asked.taxpayer_id,
            request=asked.pk,
            access_type=access_type,
            rights=rights,
            now=timezone.now(),
        )
    except Stale:
        if not _answered_by(request, asked, RequestState.APPROVED):
            raise
    return _done(asked)


def _decline(request: HttpRequest, asked: RequestForAccess) -> HttpResponse:
    try:
        decline(actor=signed_in(request), taxpayer=asked.taxpayer_id, request=asked.pk, now=timezone.now())
    except Stale:
        if not _answered_by(request, asked, RequestState.DECLINED):
            raise
    return _done(asked)


def _answered_by(request: HttpRequest, asked: RequestForAccess, state: RequestState) -> bool:
    """Whether this is a repeated submit of an answer that was given: it shows what the first did."""
    return RequestForAccess.objects.filter(pk=asked.pk, closed_by=signed_in(request), state=state).exists()


def _done(asked: RequestForAccess) -> HttpResponse:
    return HttpResponseRedirect(reverse("submissions:done", args=[asked.confirmation_number]), status=303)


def _context(asked: RequestForAccess) -> dict[str, object]:
    held = own_access(asked.requested_by_id, asked.taxpayer_id, at=timezone.now())
    return {
        "acting_for": ActingFor(asked.taxpayer.legal_name, _("Master Administrator"), links().get("acting_for", "")),
        "asked": asked,
        "person": asked.requested_by.full_name,
        "taxpayer": asked.taxpayer.legal_name,
        "provisional": held is not None and held.provisional,
        "who": [
            (_("Person"), asked.requested_by.full_name),
            (_("Username"), asked.requested_by.username),
            (_("E-mail"), asked.requested_by.email),
            (_("Logon since"), day(asked.requested_by.created_at)),
            *_asked(asked),
        ],
    }


def _asked(asked: RequestForAccess) -> list[tuple[str, str]]:
    return [
        (_("Proved by"), proof_words(asked.proved_by)),
        (_("Asked"), when(asked.requested_at)),
        (_("Expires"), when(asked.expires_at)),
    ]


def _choose(request: HttpRequest, asked: RequestForAccess, form: DecisionForm) -> HttpResponse:
    table = Table(
        _("Rights of a Tax Administrator"),
        [Column("account", _("Account"), row_header=True), Column("given", _("Access Rights"))],
        [{"account": TwoLines(account.account_type, account.number), "given": field} for account, field in form.rows()],
    )
    context = _context(asked) | {"form": form, "table": table}
    return render(request, "registration/decide.html", context, status=form.http_status)


def _review(
    request: HttpRequest,
    asked: RequestForAccess,
    form: DecisionForm,
    access_type: AccessType,
    given: dict[int, Rights],
) -> HttpResponse:
    table = Table(
        _("What %(person)s gets") % {"person": asked.requested_by.full_name},
        [Column("account", _("Account"), row_header=True), Column("given", _("Access Rights"))],
        [
            {
                "account": TwoLines(account.account_type, account.number),
                "given": Rights.ALL_ACCESS if not given else given.get(account.pk, Rights.NO_ACCESS),
            }
            for account in form.accounts
        ],
    )
    context = _context(asked) | {
        "form": form,
        "table": table,
        "master": access_type is AccessType.MASTER_ADMINISTRATOR,
    }
    return render(request, "registration/decide_review.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever asked takes it back."""
    actor, now = signed_in(request), timezone.now()
    asked = request_with_sides(pk)
    if asked is None or asked.requested_by_id != actor.pk:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    if request.method == "POST":
        try:
            withdraw_request(actor=actor, request=pk, now=now)
        except Stale:
            if not _answered_by(request, asked, RequestState.WITHDRAWN):
                raise
        return _done(asked)
    if state_now(asked, now) is not RequestState.PENDING:
        return HttpResponseRedirect(reverse("submissions:detail", args=[asked.confirmation_number]))
    context = _context(asked)
    # Whoever asks does not act for this taxpayer, or not as Master Administrator: the bar says whom they act for.
    del context["acting_for"]
    summary = [(_("Taxpayer"), asked.taxpayer.legal_name), *_asked(asked)]
    return render(request, "registration/withdraw.html", context | {"summary": summary})
