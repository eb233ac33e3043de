"""Leave one taxpayer: consequences, then OK, then the receipt."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from countersign.leaving.forms import LeaveForm
from countersign.leaving.operations import leave_taxpayer
from countersign.leaving.queries import consequences_of_leaving
from countersign.logons.fresh import fresh_or_redirect
from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Invalid, Refused
from countersign.submissions.queries import submitted_before


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, taxpayer: int) -> HttpResponse:
    """A reduction never asks for a fresh sign-in; naming somebody who gets more does."""
    logon, now = signed_in(request), timezone.now()
    try:
        consequences = consequences_of_leaving(logon, taxpayer, at=now)
    except Refused:
        if (again := _repeated(request)) is not None:
            return again
        raise
    form = LeaveForm(consequences, request.POST if request.method == "POST" else None)
    if form.is_valid():
        chosen = form.choices
        widens = chosen.successors or chosen.receivers
        if widens and (first := fresh_or_redirect(request, now)) is not None:
            return first
        try:
            submission = leave_taxpayer(
                actor=logon,
                taxpayer=taxpayer,
                version=form.cleaned_data["version"],
                choices=chosen,
                now=now,
                token=form.page_token,
            )
        except Invalid as error:
            form.add_problems(error.problems)
        else:
            return _done(submission.confirmation_number)
    (left,) = consequences.taxpayers
    context = {"form": form, "left": left, "consequences": consequences}
    return render(request, "leaving/leave.html", context, status=form.http_status)


def _repeated(request: HttpRequest) -> HttpResponse | None:
    """A repeated submit shows the receipt of its first."""
    if request.method != "POST":
        return None
    form = LeaveForm.token_of(request.POST)
    earlier = submitted_before(signed_in(request), form)
    return _done(earlier.confirmation_number) if earlier else None


def _done(number: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("submissions:done", args=[number]), status=303)
