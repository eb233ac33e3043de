"""Authenticator app: add with a QR code or a typed key, remove."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from countersign.logons.fresh import fresh_or_redirect
from countersign.logons.second_factors import factors_of
from countersign.logons.second_factors.encryption import NoKey, seal, unseal
from countersign.logons.second_factors.totp import address_of, in_groups, new_secret, picture_of
from countersign.logons.second_factors.ways import Way
from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Invalid
from countersign.security import operations
from countersign.security.forms import FirstCodeForm
from countersign.security.views.whose import SHOWN_SECONDS, after_adding, kept_session, not_yet, whose

_PENDING = "pending_authenticator"


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def authenticator(request: HttpRequest) -> HttpResponse:
    """Show the key as a picture and as text; its first code adds the app."""
    now = timezone.now()
    who = whose(request, now)
    if (first := not_yet(request, who, now)) is not None:
        return first
    secret = _pending(request, now)
    form = FirstCodeForm(request.POST if request.method == "POST" and secret else None)
    if form.is_valid():
        try:
            codes = operations.add_authenticator(
                actor=who.logon,
                secret=secret,
                code=form.cleaned_data["code"],
                keep=kept_session(request, who),
                first=who.setting_up,
                now=now,
            )
        except Invalid as invalid:
            form.add_problems(invalid.problems)
        else:
            request.session.pop(_PENDING, None)
            return after_adding(request, who, Way.AUTHENTICATOR, codes, now)
    if not secret:
        secret = new_secret()
        request.session[_PENDING] = {"sealed": seal(secret.encode()), "at": int(now.timestamp())}
    context = {
        "form": form,
        "key_text": in_groups(secret),
        "app_address": address_of(secret, who.logon),
        "replaces": factors_of(who.logon).authenticator,
        "setting_up": who.setting_up,
    }
    return render(request, "security/authenticator.html", context, status=form.http_status)


@require_safe
def picture(request: HttpRequest) -> HttpResponse:
    """The QR code of the app that is being added in this session."""
    now = timezone.now()
    who = whose(request, now)
    secret = _pending(request, now)
    if not secret:
        return HttpResponseRedirect(reverse("security:authenticator"))
    return HttpResponse(picture_of(secret, who.logon), content_type="image/svg+xml")


@require_http_methods(["GET", "HEAD", "POST"])
def remove_authenticator(request: HttpRequest) -> HttpResponse:
    """Say what follows, then remove it."""
    now = timezone.now()
    if (first := fresh_or_redirect(request, now)) is not None:
        return first
    logon = signed_in(request)
    has = factors_of(logon)
    if not has.authenticator:
        return HttpResponseRedirect(reverse("security:factors"))
    if request.method == "POST":
        operations.remove_authenticator(actor=logon, keep=request.session.session_key, now=now)
        return HttpResponseRedirect(f"{reverse('security:factors')}?done=removed", status=303)
    return render(request, "security/remove.html", {"passkey": None, "last": has.lasting == 1})


def _pending(request: HttpRequest, now: datetime) -> str:
    """The key that this session was shown, while it may still be confirmed; else ""."""
    kept = request.session.get(_PENDING)
    if not isinstance(kept, dict) or int(now.timestamp()) - kept["at"] > SHOWN_SECONDS:
        return ""
    try:
        return unseal(kept["sealed"]).decode()
    except NoKey:
        return ""
