"""Follow somebody who left, and take over secondary logons that rest."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from countersign.access.wording import REASONS
from countersign.leaving.models import OfferState
from countersign.leaving.operations import accept_succession, decline_succession, take_over_portfolio
from countersign.leaving.operations.succession import against_following, offer_to
from countersign.leaving.queries import parked_portfolios
from countersign.logons.fresh import fresh_or_redirect
from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Refused, Stale
from countersign.policy.reasons import Reason


@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest, offer: int) -> HttpResponse:
    """Accept, or not."""
    actor, now = signed_in(request), timezone.now()
    found = offer_to(actor, offer)
    if request.method == "POST":
        if request.POST.get("answer") != "accept":
            decline_succession(actor=actor, offer=offer, now=now)
            return HttpResponseRedirect(reverse("profile:manage_my_access"), status=303)
        if (first := fresh_or_redirect(request, now)) is not None:
            return first
        submission = accept_succession(actor=actor, offer=offer, now=now)
        return HttpResponseRedirect(reverse("submissions:done", args=[submission.confirmation_number]), status=303)
    if found.state != OfferState.OPEN or now >= found.expires_at:
        raise Stale(what=Reason.REQUEST_DECIDED if found.closed_at else Reason.REQUEST_EXPIRED)
    reason = against_following(found, at=now)
    return render(request, "leaving/follow.html", {"offer": found, "refused": f"{REASONS[reason]}." if reason else ""})


@require_safe
def take_over(request: HttpRequest) -> HttpResponse:
    """The portfolios that rest and that one may take over."""
    parked = parked_portfolios(signed_in(request), at=timezone.now())
    return render(request, "leaving/take_over.html", {"parked": parked})


@require_http_methods(["GET", "HEAD", "POST"])
def take_over_one(request: HttpRequest, portfolio: int) -> HttpResponse:
    """Confirm, then the receipt."""
    actor, now = signed_in(request), timezone.now()
    if request.method == "POST":
        if (first := fresh_or_redirect(request, now)) is not None:
            return first
        submission = take_over_portfolio(actor=actor, portfolio=portfolio, now=now)
        return HttpResponseRedirect(reverse("submissions:done", args=[submission.confirmation_number]), status=303)
    for one in parked_portfolios(actor, at=now, only=portfolio):
        return render(request, "leaving/take_over_one.html", {"one": one})
    raise Refused(Reason.NOT_FOUND, hidden=True)
