"""Passkeys: add one, remove one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from countersign.logons.fresh import fresh_or_redirect
from countersign.logons.models import Passkey
from countersign.logons.second_factors import factors_of
from countersign.logons.second_factors.passkeys import adding_options, possible
from countersign.logons.second_factors.ways import Way
from countersign.logons.sessions import is_fresh
from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Invalid
from countersign.security import operations
from countersign.security.forms import NewPasskeyForm
from countersign.security.views.whose import after_adding, kept_session, not_yet, whose


@require_http_methods(["GET", "HEAD", "POST"])
def passkey(request: HttpRequest) -> HttpResponse:
    """Name it, then the device makes it."""
    now = timezone.now()
    who = whose(request, now)
    if (first := not_yet(request, who, now)) is not None:
        return first
    form = NewPasskeyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            codes = operations.add_passkey(
                actor=who.logon,
                request=request,
                answer=form.cleaned_data["credential"],
                name=form.cleaned_data["name"],
                keep=kept_session(request, who),
                first=who.setting_up,
                now=now,
            )
        except Invalid as invalid:
            form.add_problems(invalid.problems)
        else:
            return after_adding(request, who, Way.PASSKEY, codes, now)
    context = {"form": form, "possible": possible(), "setting_up": who.setting_up}
    return render(request, "security/passkey.html", context, status=form.http_status)


@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to make a passkey, for whoever may add one now."""
    now = timezone.now()
    who = whose(request, now)
    ready = not who.half.proved if who.half is not None else is_fresh(request, now=now)
    if not ready or not possible():
        return JsonResponse({"problem": "not now"}, status=409)
    return JsonResponse(adding_options(request, who.logon, now=now))


@require_http_methods(["GET", "HEAD", "POST"])
def remove_passkey(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what follows, then remove it."""
    now = timezone.now()
    logon = signed_in(request)
    found = get_object_or_404(Passkey, logon=logon, pk=pk, removed_at=None)
    if (first := fresh_or_redirect(request, now)) is not None:
        return first
    if request.method == "POST":
        operations.remove_passkey(actor=logon, passkey=found.pk, keep=request.session.session_key, now=now)
        return HttpResponseRedirect(f"{reverse('security:factors')}?done=removed", status=303)
    return render(request, "security/remove.html", {"passkey": found, "last": factors_of(logon).lasting == 1})
