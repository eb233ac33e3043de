"""All second factors are lost, and the link that cancels their removal."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from countersign.access.queries.own import is_secondary
from countersign.logons import links
from countersign.logons.limiter import Locked
from countersign.logons.links import LinkVoid
from countersign.logons.second_factors.half import Step, half_of
from countersign.policy.errors import Invalid
from countersign.recovery.forms import LetterCodeForm
from countersign.recovery.operations import ask_removal, cancel_removal
from countersign.recovery.operations.letter import ask_letter, ask_staff, letter_to, use_letter
from countersign.recovery.operations.lost_factors import logon_that_keeps, waiting_helps

KEY = "cancel_factor_removal"


@require_http_methods(["GET", "HEAD", "POST"])
def lost(request: HttpRequest) -> HttpResponse:
    """Whoever gave the right password and has no second factor left asks for their removal."""
    now = timezone.now()
    half = half_of(request, now=now)
    if half is None or half.step is not Step.SECOND_FACTOR:
        return HttpResponseRedirect(reverse("sign_in:log_in"), status=303 if request.method == "POST" else 302)
    waiting = waiting_helps(half.logon)
    context = {"hours": settings.FACTOR_REMOVAL_HOURS, "username": half.logon.username, "waiting": waiting}
    context["secondary"] = is_secondary(half.logon.pk)
    if request.method == "POST" and waiting:
        context["removal"] = ask_removal(logon=half.logon, now=now)
        return render(request, "recovery/removal_asked.html", context)
    return render(request, "recovery/lost.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def other_ways(request: HttpRequest) -> HttpResponse:
    """A code by letter, or staff: for whoever gave the right password and cannot wait for, or reach, the mail."""
    now = timezone.now()
    half = half_of(request, now=now)
    if half is None or half.step is not Step.SECOND_FACTOR:
        return HttpResponseRedirect(reverse("sign_in:log_in"), status=303 if request.method == "POST" else 302)
    step = request.POST.get("step", "")
    form = LetterCodeForm(request.POST if step == "code" else None)
    said = ""
    try:
        if step == "letter":
            ask_letter(logon=half.logon, now=now)
            said = "letter"
        elif step == "staff":
            ask_staff(logon=half.logon, now=now)
            said = "staff"
        elif form.is_valid():
            use_letter(logon=half.logon, code=form.cleaned_data["code"], now=now)
            return HttpResponseRedirect(f"{reverse('sign_in:log_in')}?why=factors-removed", status=303)
    except Invalid as invalid:
        form = form if form.is_bound else LetterCodeForm({"code": ""})
        form.errors.clear()
        form.add_problems(invalid.problems)
    except Locked:
        form.add_error("code", _("Too many codes that were not right. Try again tomorrow."))
    context = {"form": form, "said": said, "letter": letter_to(half.logon, now=now) is not None}
    context["secondary"] = is_secondary(half.logon.pk)
    return render(request, "recovery/other_ways.html", context, status=form.http_status)


@never_cache
@require_safe
def cancel_link(request: HttpRequest, token: str) -> HttpResponse:
    """The link itself: its token leaves the address at once. Opening it uses nothing up."""
    links.carry(request, KEY, token)
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
        logon = logon_that_keeps(token=token, now=now)
    except LinkVoid:
        return render(request, "recovery/cancel_void.html", {}, status=410)
    return render(request, "recovery/cancel.html", {"username": logon.username})


@require_safe
def cancelled(request: HttpRequest) -> HttpResponse:
    """Cancelled: what to do now."""
    return render(request, "recovery/cancelled.html", {})
