"""The second step of signing in: a passkey, a code of the authenticator app, or a recovery code."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from countersign.logons.limiter import Locked
from countersign.logons.second_factors import Factors, factors_of
from countersign.logons.second_factors.challenges import Purpose
from countersign.logons.second_factors.half import Step, end_half, half_of
from countersign.logons.second_factors.passkeys import possible
from countersign.logons.second_factors.ways import Way
from countersign.policy.errors import Invalid
from countersign.sign_in.forms import CodeForm, PasskeyForm
from countersign.sign_in.operations import check_second_factor
from countersign.sign_in.views.answers import let_in, locked_out


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """Ask for the second factor of whoever gave the right password; the session begins after it."""
    now = timezone.now()
    half = half_of(request, now=now)
    if half is None or half.step is not Step.SECOND_FACTOR:
        return HttpResponseRedirect(
            settings.LOGIN_REDIRECT_URL if request.user.is_authenticated else reverse("sign_in:log_in")
        )
    factors = factors_of(half.logon)
    way = chosen_way(request, factors)
    form = way_form(request, way)
    if form.is_valid():
        try:
            how = check_second_factor(request, half.logon, way=way, answer=form.answer, purpose=Purpose.SECOND, now=now)
        except Invalid as invalid:
            form.add_problems(invalid.problems)
        except Locked as locked:
            return locked_out(request, locked, now, again=reverse("sign_in:second_step"))
        else:
            return let_in(request, half.logon, how=f"password+{how}", target=half.next, now=now)
    context = {
        "form": form,
        "username": half.logon.username,
        **ways_context(way, factors, reverse("sign_in:second_step")),
    }
    return render(request, "sign_in/second_step.html", context, status=form.http_status)


@require_POST
def complete(request: HttpRequest) -> HttpResponse:
    """After setting up a second factor and seeing the recovery codes: the session begins."""
    now = timezone.now()
    half = half_of(request, now=now)
    if half is None or half.step is not Step.SET_UP or not half.proved:
        return HttpResponseRedirect(reverse("sign_in:log_in"), status=303)
    end_half(request)
    return let_in(request, half.logon, how=f"password+{half.proved}", target=half.next, now=now)


def chosen_way(request: HttpRequest, factors: Factors) -> Way:
    """The way that was asked for, if the logon has it; else the strongest that it has."""
    has = _ways_of(factors)
    asked = request.POST.get("way") or request.GET.get("way", "")
    if asked in has:
        return Way(asked)
    return has[0] if has else Way.RECOVERY_CODE


def way_form(request: HttpRequest, way: Way) -> CodeForm | PasskeyForm:
    """The form of this way, with what was sent."""
    sent = request.POST if request.method == "POST" and "way" in request.POST else None
    return PasskeyForm(sent) if way is Way.PASSKEY else CodeForm(way, sent)


def ways_context(way: Way, factors: Factors, here: str, **more: str) -> dict[str, Any]:
    """What the templates need to offer this way, and the others of the logon by their addresses."""
    others = [one for one in _ways_of(factors) if one is not way]
    return {
        "way": way.value,
        "others": [(one.value, f"{here}?{urlencode({'way': one.value, **more})}") for one in others],
    }


def _ways_of(factors: Factors) -> list[Way]:
    """The ways that the logon has, the strongest first."""
    has = {
        Way.PASSKEY: factors.passkeys > 0 and possible(),
        Way.AUTHENTICATOR: factors.authenticator,
        Way.RECOVERY_CODE: factors.recovery_codes > 0,
    }
    return [way for way, there in has.items() if there]
