"""Change an e-mail address or one's name. The link of the mail works in the browser that opened it."""

from __future__ import annotations

import math

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from countersign.logons import links
from countersign.logons.fresh import fresh_or_redirect
from countersign.logons.limiter import Locked
from countersign.logons.models import Logon
from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Invalid
from countersign.profile.forms import EmailForm, NameForm
from countersign.profile.operations import ask_email_change, change_name, confirm_email_change, remove_second_email
from countersign.profile.operations.email import FIRST, KIND, SECOND
from countersign.ui import error_pages

KEY = "email_change"


@require_http_methods(["GET", "HEAD", "POST"])
def email(request: HttpRequest) -> HttpResponse:
    """The first address."""
    return _change(request, FIRST)


@require_http_methods(["GET", "HEAD", "POST"])
def second_email(request: HttpRequest) -> HttpResponse:
    """The second address: for the day when the first one is lost."""
    return _change(request, SECOND)


def _change(request: HttpRequest, which: str) -> HttpResponse:
    logon, now = signed_in(request), timezone.now()
    if (first := fresh_or_redirect(request, now)) is not None:
        return first
    removing = which == SECOND and request.method == "POST" and request.POST.get("remove") == "1"
    if removing:
        remove_second_email(actor=logon, now=now)
        return HttpResponseRedirect(f"{reverse('profile:profile')}?saved", status=303)
    form = EmailForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            ask_email_change(actor=logon, which=which, email=form.cleaned_data["email"], now=now)
        except Invalid as error:
            form.add_problems(error.problems)
        except Locked as locked:
            seconds = (locked.until - now).total_seconds() if locked.until else 86_400
            return error_pages.too_many(request, max(1, math.ceil(seconds)))
        else:
            return HttpResponseRedirect(f"{reverse('profile:profile')}?sent", status=303)
    context = {"form": form, "second": which == SECOND, "logon": logon}
    return render(request, "profile/email.html", context, status=form.http_status)


@require_http_methods(["GET", "HEAD", "POST"])
def name(request: HttpRequest) -> HttpResponse:
    """One's own name."""
    logon, now = signed_in(request), timezone.now()
    if (first := fresh_or_redirect(request, now)) is not None:
        return first
    initial = {"first_name": logon.first_name, "last_name": logon.last_name}
    form = NameForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        change_name(actor=logon, **form.cleaned_data, now=now)
        return HttpResponseRedirect(f"{reverse('profile:profile')}?saved", status=303)
    return render(request, "profile/name.html", {"form": form}, status=form.http_status)


@never_cache
@require_safe
def email_link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail: its token leaves the address at once. Opening it confirms nothing."""
    links.carry(request, KEY, token)
    return HttpResponseRedirect(reverse("profile:email_confirm"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def email_confirm(request: HttpRequest) -> HttpResponse:
    """Works signed out, too: the mail may be read elsewhere. Somebody else's link is refused."""
    token, now = str(request.session.get(KEY, "")), timezone.now()
    try:
        found = links.find(KIND, token, now=now)
        if isinstance(request.user, Logon) and request.user.pk != found.logon_id:
            raise links.LinkVoid
        if request.method == "POST":
            confirm_email_change(token=token, now=now)
            request.session.pop(KEY, None)
            return HttpResponseRedirect(reverse("profile:email_confirmed"), status=303)
    except links.LinkVoid:
        return render(request, "profile/email_void.html", {}, status=410)
    return render(
        request,
        "profile/email_confirm.html",
        {"email": found.details["email"], "second": found.details["which"] == SECOND},
    )


@require_safe
def email_confirmed(request: HttpRequest) -> HttpResponse:
    """It is done."""
    return render(request, "profile/email_confirmed.html", {})
