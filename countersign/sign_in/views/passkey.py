"""Passkeys: what the browser needs to sign, and signing in with nothing else."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from countersign.logons.limiter import Locked
from countersign.logons.models import Logon
from countersign.logons.second_factors.challenges import Purpose
from countersign.logons.second_factors.half import Step, half_of
from countersign.logons.second_factors.passkeys import possible, using_options
from countersign.logons.source import source_of
from countersign.policy.errors import Invalid
from countersign.sign_in.forms import LogInForm, PasskeyForm
from countersign.sign_in.operations import sign_in_with_passkey
from countersign.sign_in.targets import NEXT, own_path
from countersign.sign_in.views.answers import let_in, locked_out


@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    """A challenge for the purpose asked for, and which passkeys may sign it."""
    now = timezone.now()
    asked = request.POST.get("purpose", "")
    half = half_of(request, now=now)
    logon: Logon | None = None
    if asked == Purpose.SECOND and half is not None and half.step is Step.SECOND_FACTOR:
        logon = half.logon
    elif asked == Purpose.CONFIRM and isinstance(request.user, Logon):
        logon = request.user
    elif asked != Purpose.ALONE:
        return JsonResponse({"problem": "not now"}, status=409)
    if not possible():
        return JsonResponse({"problem": "not here"}, status=409)
    return JsonResponse(using_options(request, Purpose(asked), logon, now=now))


@require_POST
def passkey_alone(request: HttpRequest) -> HttpResponse:
    """Sign in with a passkey and nothing else: it asked for a finger, face or PIN."""
    target = own_path(request.POST.get(NEXT, ""))
    form = PasskeyForm(request.POST)
    now = timezone.now()
    if not form.is_valid():
        return HttpResponseRedirect(reverse("sign_in:log_in"), status=303)
    shown = LogInForm()
    try:
        logon = sign_in_with_passkey(request, answer=form.answer, source=source_of(request), now=now)
    except Locked as locked:
        return locked_out(request, locked, now)
    except Invalid as invalid:
        shown = LogInForm({"username": "", "password": ""})
        shown.errors.clear()
        shown.add_problems(invalid.problems)
    else:
        return let_in(request, logon, how="passkey", target=target, now=now)
    context = {"form": shown, "next": target, "said": {}, "passkeys": True}
    return render(request, "sign_in/log_in.html", context, status=422)
