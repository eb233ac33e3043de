"""All second factors of a secondary logon are lost: it asks its parent, and the parent answers."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from countersign.access.wording import REASONS
from countersign.logons.second_factors import factors_of
from countersign.logons.second_factors.half import Step, half_of
from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.reasons import Reason
from countersign.portfolios.pages import SECONDARY_LOGONS, portfolio_page
from countersign.portfolios.queries import Standing
from countersign.secondary_logons.forms import AskParentForm, VouchForm
from countersign.secondary_logons.operations import vouching
from countersign.secondary_logons.queries.one import Secondary
from countersign.secondary_logons.queries.vouching import open_ask, parent_to_ask, password_by_mail, waits_until
from countersign.secondary_logons.views.one import refusal
from countersign.secondary_logons.views.steps import asks_again, done, opened
from countersign.secondary_logons.words import access_type_words
from countersign.submissions.models import Submission
from countersign.ui.components.moments import when

ASK, TAKE_BACK, VOUCH, DECLINE = "ask", "take_back", "vouch", "decline"


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """For whoever gave the right password of a secondary logon: ask its parent, or take that back."""
    now = timezone.now()
    half = half_of(request, now=now)
    if half is None or half.step is not Step.SECOND_FACTOR:
        return HttpResponseRedirect(reverse("sign_in:log_in"), status=303 if request.method == "POST" else 302)
    form = AskParentForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            if form.cleaned_data["step"] == ASK:
                vouching.ask_parent(logon=half.logon, now=now)
            else:
                vouching.end_ask_of(logon=half.logon.pk, now=now)
            return HttpResponseRedirect(reverse("secondary_logons:ask_parent"), status=303)
        except Invalid as invalid:
            form.add_problems(invalid.problems)
    asked = open_ask(half.logon.pk, at=now)
    context = {
        "form": form,
        "username": half.logon.username,
        "possible": parent_to_ask(half.logon, at=now) is not None,
        "asked": asked,
        "until": waits_until(asked) if asked is not None else None,
        "hours": settings.FACTOR_REMOVAL_HOURS,
    }
    return render(request, "secondary_logons/ask_parent.html", context, status=form.http_status)


@require_http_methods(["GET", "HEAD", "POST"])
def vouch(request: HttpRequest, portfolio: int, logon: int) -> HttpResponse:
    """Whom it is about, what confirming does, and the two answers."""
    standing, secondary = opened(request, portfolio, logon)
    actor, now = signed_in(request), timezone.now()
    form = VouchForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and request.POST.get("step") == DECLINE:
        vouching.decline_to_vouch(
            actor=actor, portfolio=portfolio, logon=logon, asked=request.POST.get("asked", "")[:20], now=now
        )
        address = reverse("secondary_logons:logon", args=[portfolio, logon])
        return HttpResponseRedirect(f"{address}?declined=1", status=303)
    if form.is_valid():
        if (first := asks_again(request)) is not None:
            return first
        submission = vouching.vouch(
            actor=actor,
            portfolio=portfolio,
            logon=logon,
            asked=form.cleaned_data["asked"],
            now=now,
            token=form.page_token,
        )
        return done(portfolio, submission)
    asked = open_ask(logon, at=now)
    if asked is None:
        raise Stale(what=Reason.REQUEST_DECIDED)
    if not form.is_bound:
        form = VouchForm(initial={"asked": asked.confirmation_number})
    refused = refusal(standing, secondary)
    context = {
        "secondary": secondary,
        "form": form,
        "asked": asked,
        "refused": refused,
        "hindered": "" if refused else _hindrance(standing, secondary),
        "needs_factor": not refused and not factors_of(actor).any,
        "summary": _summary(secondary, asked),
        "by_mail": password_by_mail(logon, at=now),
    }
    return portfolio_page(
        request, standing, SECONDARY_LOGONS, "secondary_logons/vouch.html", context, status=form.http_status
    )


def _hindrance(standing: Standing, secondary: Secondary) -> str:
    """Why it cannot be confirmed now, though the actor may answer; empty where it can."""
    try:
        vouching.check_may_vouch(standing, secondary)
    except Refused as refused:
        return f"{REASONS[refused.reason]}."
    return ""


def _summary(secondary: Secondary, asked: Submission) -> list[tuple[Any, Any]]:
    logon = secondary.logon
    return [
        (_("Name"), logon.full_name),
        (_("Username"), logon.username),
        (_("Access type"), access_type_words(secondary.access_type)),
        (_("Asked"), when(asked.submitted_at)),
        (_("Expires"), when(waits_until(asked))),
        (_("Last sign-in"), when(logon.last_login) if logon.last_login else _("Never")),
    ]
