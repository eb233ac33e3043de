"""The invited person's side: the link of the mail, the password, and then Log In."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from countersign.logons.hash_cap import Busy
from countersign.logons.links import LinkVoid, carry
from countersign.logons.password_rules import SHORTEST_ALONE, SHORTEST_WITH_FACTOR
from countersign.logons.second_factors import required_for
from countersign.policy.errors import Invalid
from countersign.secondary_logons.forms import EnrollForm
from countersign.secondary_logons.operations import enroll, invited_by
from countersign.ui import error_pages

KEY = "enrollment"


@never_cache
@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The link itself: its token leaves the address at once. Opening it uses nothing up."""
    carry(request, KEY, token)
    return HttpResponseRedirect(reverse("secondary_logons:enroll"))


@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def complete(request: HttpRequest) -> HttpResponse:
    """Choose a password; with it the access on record is accepted."""
    now = timezone.now()
    token = str(request.session.get(KEY, ""))
    try:
        logon, parent = invited_by(token, now=now)
        form = EnrollForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                enroll(token=token, password=form.cleaned_data["password"], now=now)
            except Invalid as invalid:
                form.add_problems(invalid.problems)
            except Busy as full:
                return _busy(request, full)
            else:
                request.session.pop(KEY, None)
                return HttpResponseRedirect(reverse("secondary_logons:enrolled"), status=303)
    except LinkVoid:
        return render(request, "secondary_logons/enroll_void.html", {}, status=410)
    shortest = SHORTEST_WITH_FACTOR if required_for(logon) else SHORTEST_ALONE
    hint = _("Use at least %(count)d characters. A few words in a row are easy to remember.") % {"count": shortest}
    context = {"form": form, "logon": logon, "parent": parent, "password_hint": hint}
    return render(request, "secondary_logons/enroll.html", context, status=form.http_status)


def _busy(request: HttpRequest, full: Busy) -> HttpResponse:
    """Too many passwords are being checked at this moment. The link stays good."""
    response = error_pages.page(
        request,
        503,
        heading=_("Many people are signing in right now"),
        what_now=[_("Go back and try again in a few seconds. Your try was not counted.")],
        again=reverse("secondary_logons:enroll"),
    )
    response.headers["Retry-After"] = str(full.retry_after)
    return response


@require_safe
def enrolled(request: HttpRequest) -> HttpResponse:
    """What comes next: Log In."""
    return render(request, "secondary_logons/enrolled.html", {})
