"""The client decides: give what was asked, or less, or nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from countersign.access.wording import REASONS, WHO_CAN_CHANGE
from countersign.logons.fresh import fresh_or_redirect
from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Invalid, Stale
from countersign.policy.reasons import Reason
from countersign.policy.rights import Rights
from countersign.third_party_access.forms import DecisionForm
from countersign.third_party_access.models import AccessRequest, State
from countersign.third_party_access.operations import approve_access, decline_access
from countersign.third_party_access.operations.approve_access import check_answer
from countersign.third_party_access.operations.closing import check_pending
from countersign.third_party_access.queries.requests import (
    AskedAccount,
    RequestSeen,
    clients_acted_for,
    request_to,
)
from countersign.third_party_access.views.steps import CHANGE, REVIEW, SUBMIT, acting_for, done, until_words
from countersign.ui.components.moments import day, number, when
from countersign.ui.error_pages import sentence
from countersign.ui.tables import Column, Table, TwoLines

DECLINE, DECLINE_NOW = "decline", "decline_now"


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, taxpayer: int, pk: int) -> HttpResponse:
    """Decide a request: choose → review → Approve or Decline."""
    now = timezone.now()
    seen = request_to(signed_in(request), taxpayer=taxpayer, request=pk, at=now)
    step = request.POST.get("step", REVIEW)
    if request.method == "POST" and step == DECLINE_NOW:
        return _decline(request, seen)
    if not seen.pending(now) and step != SUBMIT:
        return HttpResponseRedirect(reverse("submissions:detail", args=[seen.request.confirmation_number]))
    if request.method == "POST" and step == DECLINE:
        return render(request, "third_party_access/decline_review.html", _context(seen))
    if request.method != "POST":
        form = DecisionForm(accounts=seen.accounts, initial={"ends_on": seen.request.ends_on, "version": seen.version})
        return _choose(request, seen, form)
    if step != CHANGE and request.POST.get("version") != seen.version:
        return _not_as_seen(request, seen, step)
    form = DecisionForm(request.POST, accounts=seen.accounts)
    if not form.is_valid() or step == CHANGE:
        return _choose(request, seen, form)
    if (first := fresh_or_redirect(request, now)) is not None:
        return first
    try:
        if step == SUBMIT:
            return _approve(request, seen, form)
        given = check_answer(seen, form.rights, form.cleaned_data["ends_on"], now)
    except Invalid as invalid:
        form.add_problems(invalid.problems)
        return _choose(request, seen, form)
    return _review(request, seen, form, given)


def _not_as_seen(request: HttpRequest, seen: RequestSeen, step: str) -> HttpResponse:
    """What the page showed is not what is there: its fields may not even exist any more."""
    if step == SUBMIT and _answered_by(request, seen, State.APPROVED, State.PARTLY_APPROVED):
        return done(seen.request.confirmation_number)
    check_pending(seen.request, now=timezone.now())
    raise Stale(what=Reason.REQUEST_CHANGED)


def _approve(request: HttpRequest, seen: RequestSeen, form: DecisionForm) -> HttpResponse:
    try:
        decided = approve_access(
            actor=signed_in(request),
            taxpayer=seen.client.pk,
            request=seen.request.pk,
            rights=form.rights,
            ends_on=form.cleaned_data["ends_on"],
            version=form.cleaned_data["version"],
            now=timezone.now(),
        )
    except Stale:
        if not _answered_by(request, seen, State.APPROVED, State.PARTLY_APPROVED):
            raise
        decided = seen.request
    return done(decided.confirmation_number)


def _decline(request: HttpRequest, seen: RequestSeen) -> HttpResponse:
    try:
        decided = decline_access(
            actor=signed_in(request), taxpayer=seen.client.pk, request=seen.request.pk, now=timezone.now()
        )
    except Stale:
        if not _answered_by(request, seen, State.DECLINED):
            raise
        decided = seen.request
    return done(decided.confirmation_number)


def _answered_by(request: HttpRequest, seen: RequestSeen, *states: State) -> bool:
    """Whether this is a repeated submit of an answer that was given: it shows what the first did."""
    return AccessRequest.objects.filter(pk=seen.request.pk, closed_by=signed_in(request), state__in=states).exists()


def _context(seen: RequestSeen) -> dict[str, object]:
    asking = seen.request
    refusal = []
    if seen.refusal is not None:
        words = (REASONS[seen.refusal], WHO_CAN_CHANGE.get(seen.refusal, ""))
        refusal = [sentence(text) for text in words if text]
    return {
        "acting_for": acting_for(seen.client),
        "client": seen.client,
        "firm": asking.third_party,
        "asking": asking,
        "refusal": " ".join(refusal),
        "without_account": ", ".join(seen.without_account),
        "who": [
            (_("Third party"), _firm_in_words(asking)),
            *_town(asking),
            (_("Acts for"), _clients_in_words(asking)),
            (_("Person who asks"), TwoLines(asking.requested_by.full_name, _logon_since(asking))),
            (_("From"), day(asking.begins_on)),
            (_("Until"), day(asking.ends_on) or _("No end: until somebody ends it")),
            (_("Expires"), when(asking.expires_at)),
        ],
    }


def _firm_in_words(asking: AccessRequest) -> object:
    name = asking.third_party.legal_name
    if not asking.third_party.self_registered:
        return name
    return TwoLines(name, _("a name that it gave itself; the agency did not check it"))


def _town(asking: AccessRequest) -> list[tuple[str, str]]:
    town = ", ".join(filter(None, (asking.third_party.city, asking.third_party.state)))
    return [(_("Town"), town)] if town else []


def _logon_since(asking: AccessRequest) -> str:
    return _("has had a logon since %(day)s") % {"day": day(asking.requested_by.created_at)}


def _clients_in_words(asking: AccessRequest) -> str:
    acted_for = clients_acted_for(asking.third_party_id, at=timezone.now())
    if not acted_for:
        return _("Nobody yet")
    return _("%(count)s taxpayers") % {"count": number(acted_for)} if acted_for > 1 else _("1 taxpayer")


def _choose(request: HttpRequest, seen: RequestSeen, form: DecisionForm) -> HttpResponse:
    table = Table(
        _("What they ask for, and what you give"),
        [
            Column("account", _("Account"), row_header=True),
            Column("held", _("Has now")),
            Column("asked", _("Asks for")),
            Column("given", _("I give")),
        ],
        [
            {
                "account": TwoLines(row.account.account_type, row.account.number),
                "held": _held_in_words(row),
                "asked": row.asked,
                "given": field,
            }
            for row, field in form.rights_rows()
        ],
    )
    context = _context(seen) | {
        "form": form,
        "table": table,
        "can_approve": seen.refusal is None and bool(seen.accounts),
        "most": max((row.asked for row in seen.accounts), default=Rights.VIEW_ONLY),
    }
    return render(request, "third_party_access/decide.html", context, status=form.http_status)


def _held_in_words(row: AskedAccount) -> object:
    if not row.held:
        return Rights.NO_ACCESS
    first = row.held[0]
    return (
        first.rights
        if first.until is None
        else TwoLines(first.rights, _("until %(day)s") % {"day": until_words(first)})
    )


def _review(request: HttpRequest, seen: RequestSeen, form: DecisionForm, given: dict[int, Rights]) -> HttpResponse:
    ends_on = form.cleaned_data["ends_on"]
    table = Table(
        _("What %(firm)s gets") % {"firm": seen.request.third_party.legal_name},
        [
            Column("account", _("Account"), row_header=True),
            Column("before", _("Has now")),
            Column("after", _("Gets")),
        ],
        [
            {
                "account": TwoLines(row.account.account_type, row.account.number),
                "before": _held_in_words(row),
                "after": given.get(row.account.pk) or (_("No change") if row.held else Rights.NO_ACCESS),
            }
            for row in seen.accounts
        ],
    )
    begins = max(seen.request.begins_on, timezone.localdate())
    context = _context(seen) | {
        "form": form,
        "table": table,
        "period": [
            (_("From"), day(begins) if begins > timezone.localdate() else _("The moment you approve")),
            (_("Until"), day(ends_on) or _("No end: until you or the firm end it")),
        ],
    }
    return render(request, "third_party_access/decide_review.html", context)
