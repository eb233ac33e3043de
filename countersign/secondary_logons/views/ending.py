"""Deactivate Access, Reactivate, Cancel Access, and sending an invitation again: each asks for OK first."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Stale
from countersign.policy.facts import Standing as LogonStatus
from countersign.policy.reasons import Reason
from countersign.portfolios.pages import SECONDARY_LOGONS, portfolio_page
from countersign.secondary_logons.operations import cancel_access, deactivate_access, reactivate_access, send_again
from countersign.secondary_logons.views.one import refusal
from countersign.secondary_logons.views.steps import asks_again, done, opened
from countersign.submissions.models import Submission
from countersign.ui.forms import OnceForm

Ending = Callable[..., Submission]


def _confirm(
    request: HttpRequest, portfolio: int, logon: int, what: str, ending: Ending, statuses: tuple[LogonStatus, ...]
) -> HttpResponse:
    standing, secondary = opened(request, portfolio, logon)
    if request.method == "POST":
        form = OnceForm(request.POST)
        form.is_valid()
        if what == "reactivate" and (first := asks_again(request)) is not None:
            return first
        token = form.page_token
        submission = ending(actor=signed_in(request), portfolio=portfolio, logon=logon, now=timezone.now(), token=token)
        return done(portfolio, submission)
    if secondary.status not in statuses:
        raise Stale(what=Reason.ACCESS_CHANGED)
    context = {
        "secondary": secondary,
        "what": what,
        "form": OnceForm(),
        "refused": refusal(standing, secondary),
        "invited": secondary.status is LogonStatus.INVITED,
    }
    return portfolio_page(request, standing, SECONDARY_LOGONS, "secondary_logons/ending.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def deactivate(request: HttpRequest, portfolio: int, logon: int) -> HttpResponse:
    """Deactivate Access: OK, and then a second OK closes the result."""
    return _confirm(request, portfolio, logon, "deactivate", deactivate_access, (LogonStatus.ACTIVE,))


@require_http_methods(["GET", "HEAD", "POST"])
def reactivate(request: HttpRequest, portfolio: int, logon: int) -> HttpResponse:
    """Reactivate: what is on record counts again."""
    return _confirm(request, portfolio, logon, "reactivate", reactivate_access, (LogonStatus.DEACTIVATED,))


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, portfolio: int, logon: int) -> HttpResponse:
    """Cancel Access, or withdraw the invitation of somebody who has not enrolled."""
    living = (LogonStatus.ACTIVE, LogonStatus.INVITED, LogonStatus.DEACTIVATED)
    return _confirm(request, portfolio, logon, "cancel", cancel_access, living)


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, portfolio: int, logon: int) -> HttpResponse:
    """Send the invitation again."""
    standing, secondary = opened(request, portfolio, logon)
    if request.method == "POST":
        send_again(actor=signed_in(request), portfolio=portfolio, logon=logon, now=timezone.now())
        address = reverse("secondary_logons:invitation", args=[portfolio, logon])
        return HttpResponseRedirect(f"{address}?sent=1", status=303)
    if secondary.status is not LogonStatus.INVITED:
        raise Stale(what=Reason.ACCESS_CHANGED)
    context = {
        "secondary": secondary,
        "sent": request.GET.get("sent") == "1",
        "refused": refusal(standing, secondary),
    }
    return portfolio_page(request, standing, SECONDARY_LOGONS, "secondary_logons/invitation.html", context)
