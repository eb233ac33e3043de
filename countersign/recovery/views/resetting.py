"""The link of the mail, and the new password."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from countersign.logons.hash_cap import Busy
from countersign.logons.links import LinkVoid, carry
from countersign.policy.errors import Invalid
from countersign.recovery.forms import NewPasswordForm
from countersign.recovery.operations import logon_of, reset_password, shortest_for
from countersign.recovery.views.answers import busy

KEY = "reset"


@never_cache
@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The link itself: its token leaves the address at once. Opening it uses nothing up.

    The session gets a new key first: whoever planted the one before in this browser does not come to hold the link.
    """
    carry(request, KEY, token)
    return HttpResponseRedirect(reverse("recovery:reset"))


@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: HttpRequest) -> HttpResponse:
    """Create and confirm a new password. Only the browser that opened the link gets here."""
    now = timezone.now()
    token = str(request.session.get(KEY, ""))
    try:
        logon = logon_of(token, now=now)
        form = NewPasswordForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                reset_password(token=token, password=form.cleaned_data["password"], now=now)
            except Invalid as invalid:
                form.add_problems(invalid.problems)
            except Busy as full:
                return busy(request, full, reverse("recovery:reset"))
            else:
                request.session.flush()
                return HttpResponseRedirect(reverse("recovery:done"), status=303)
    except LinkVoid:
        return render(request, "recovery/void.html", {}, status=410)
    context = {"form": form, "username": logon.username, "shortest": shortest_for(logon)}
    return render(request, "recovery/reset.html", context, status=form.http_status)


@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """What comes next: Log In, with the second factor if there is one."""
    return render(request, "recovery/done.html", {})
