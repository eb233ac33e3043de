"""All second factors are lost, and the link that cancels their removal."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from countersign.logons import links
from countersign.logons.links import LinkVoid
from countersign.logons.second_factors.half import Step, half_of
from countersign.recovery.operations import ask_removal, cancel_removal
from countersign.recovery.operations.lost_factors import CANCEL

KEY = "cancel_factor_removal"


@require_http_methods(["GET", "HEAD", "POST"])
def lost(request: HttpRequest) -> HttpResponse:
    """Whoever gave the right password and has no second factor left asks for their removal."""
    now = timezone.now()
    half = half_of(request, now=now)
    if half is None or half.step is not Step.SECOND_FACTOR:
        return HttpResponseRedirect(reverse("sign_in:log_in"), status=303 if request.method == "POST" else 302)
    context = {"hours": settings.FACTOR_REMOVAL_HOURS, "username": half.logon.username}
    if request.method == "POST":
        context["removal"] = ask_removal(logon=half.logon, now=now)
        return render(request, "recovery/removal_asked.html", context)
    return render(request, "recovery/lost.html", context)


@never_cache
@require_safe
def cancel_link(request: HttpRequest, token: str) -> HttpResponse:
    """The link itself: its token leaves the address at once. Opening it uses nothing up."""
    request.session.cycle_key()
    request.session[KEY] = token
    return HttpResponseRedirect(reverse("recovery:cancel"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest) -> HttpResponse:
    """Cancel the removal: works signed out, once."""
    now = timezone.now()
    token = str(request.session.get(KEY, ""))
    try:
        if request.method == "POST":
            cancel_removal(token=token, now=now)
            request.session.pop(KEY, None)
            return HttpResponseRedirect(reverse("recovery:cancelled"), status=303)
        links.find(CANCEL, token, now=now)
    except LinkVoid:
        return render(request, "recovery/void.html", {}, status=410)
    return render(request, "recovery/cancel.html", {})


@require_safe
def cancelled(request: HttpRequest) -> HttpResponse:
    """Cancelled: what to do now."""
    return render(request, "recovery/cancelled.html", {})
