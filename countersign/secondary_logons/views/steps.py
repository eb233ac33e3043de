"""What the pages share: which button was pressed, and the way to the page that says what was done."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from countersign.access.queries.covering import Limits, covers
from countersign.logons.fresh import fresh_or_redirect
from countersign.logons.signed_in import signed_in
from countersign.portfolios.queries import Standing, portfolio_of
from countersign.secondary_logons.queries.one import Secondary, secondary_of
from countersign.submissions.models import Submission

STEP = "step"
REVIEW, CHANGE, SUBMIT = "review", "change", "submit"
SEE = "see"
"""No button: the page asks what the choice would do, and shows it below."""


def step_of(request: HttpRequest) -> str:
    """Which button was pressed; anything unknown asks for the review and so changes nothing."""
    step = request.POST.get(STEP, REVIEW)
    if step == SEE and getattr(request, "htmx", False):
        return SEE
    return step if step in (REVIEW, CHANGE, SUBMIT) else REVIEW


def standing_of(request: HttpRequest, portfolio: int) -> Standing:
    """What the one who is signed in is to the portfolio. Raises a hidden ``Refused`` (404)."""
    return portfolio_of(signed_in(request), portfolio, at=timezone.now())


def opened(request: HttpRequest, portfolio: int, logon: int) -> tuple[Standing, Secondary]:
    """The portfolio and one of its secondary logons. Raises a hidden ``Refused`` (404)."""
    standing = standing_of(request, portfolio)
    return standing, secondary_of(standing, logon, at=timezone.now())


def asks_again(request: HttpRequest, before: Limits | None = None, after: Limits | None = None) -> HttpResponse | None:
    """The way to confirm who one is, where that was too long ago and ``after`` lets in to more than ``before``.

    A reduction never asks. Without limits it is about somebody who has nothing yet.
    """
    if before is not None and after is not None and covers(before, after):
        return None
    return fresh_or_redirect(request, timezone.now())


def done(portfolio: int, submission: Submission) -> HttpResponse:
    """To the page that says what was done: a reload of it submits nothing."""
    address = reverse("secondary_logons:done", args=[portfolio, submission.confirmation_number])
    return HttpResponseRedirect(address, status=303)
