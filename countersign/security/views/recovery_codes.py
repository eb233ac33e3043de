"""Recovery codes: shown once, to print or to keep; new ones replace the old."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from countersign.logons.fresh import fresh_or_redirect
from countersign.logons.second_factors import factors_of
from countersign.logons.signed_in import signed_in
from countersign.security import operations
from countersign.security.views.whose import forget_codes, keep_codes, kept_codes, whose


@require_http_methods(["GET", "HEAD", "POST"])
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """The new codes, until one says that they are in a safe place."""
    now = timezone.now()
    who = whose(request, now)
    codes = kept_codes(request, now)
    if request.method == "POST" or (not codes and who.half is None):
        forget_codes(request)
        return HttpResponseRedirect(reverse("security:factors"), status=303 if request.method == "POST" else 302)
    if who.half is not None and not who.half.proved:
        return HttpResponseRedirect(reverse("security:factors"))
    context = {"codes": codes, "setting_up": who.setting_up, "username": who.logon.username}
    return render(request, "security/recovery_codes.html", context)


@require_safe
def recovery_codes_file(request: HttpRequest) -> HttpResponse:
    """The same codes as a text file."""
    now = timezone.now()
    who = whose(request, now)
    codes = kept_codes(request, now)
    if not codes:
        return HttpResponseRedirect(reverse("security:factors"))
    first = _("Recovery codes for %(username)s at %(agency)s. Each works once.") % {
        "username": who.logon.username,
        "agency": settings.AGENCY_NAME,
    }
    response = HttpResponse("\r\n".join([first, "", *codes, ""]), content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def new_recovery_codes(request: HttpRequest) -> HttpResponse:
    """Say what follows, then make new ones."""
    now = timezone.now()
    if (first := fresh_or_redirect(request, now)) is not None:
        return first
    logon = signed_in(request)
    has = factors_of(logon)
    if not has.lasting:
        return HttpResponseRedirect(reverse("security:factors"))
    if request.method == "POST":
        codes = operations.renew_recovery_codes(actor=logon, keep=request.session.session_key, now=now)
        keep_codes(request, codes, now)
        return HttpResponseRedirect(reverse("security:recovery_codes"), status=303)
    return render(request, "security/new_recovery_codes.html", {"left": has.recovery_codes})
