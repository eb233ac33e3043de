"""Confirm that it is you: all secrets again, before something that deserves it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from countersign.logons.fresh import forget_waiting_form, waiting_form
from countersign.logons.hash_cap import Busy
from countersign.logons.known_devices import shown_by
from countersign.logons.limiter import Locked
from countersign.logons.second_factors import factors_of
from countersign.logons.second_factors.challenges import Purpose
from countersign.logons.second_factors.ways import Way
from countersign.logons.sessions import freshened, is_fresh
from countersign.logons.signed_in import signed_in
from countersign.logons.source import source_of
from countersign.policy.errors import Invalid
from countersign.sign_in.forms import PasswordAgainForm
from countersign.sign_in.operations import check_second_factor, sign_in
from countersign.sign_in.targets import NEXT, own_path
from countersign.sign_in.views.answers import busy, locked_out
from countersign.sign_in.views.second_step import chosen_way, way_form, ways_context


@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """The password, and the second factor where the logon has one (a passkey stands for both); then on."""
    logon = signed_in(request)
    now = timezone.now()
    target = own_path(request.POST.get(NEXT, "") or request.GET.get(NEXT, "")) or settings.LOGIN_REDIRECT_URL
    if request.method != "POST" and is_fresh(request, now=now):
        return _on(request, target)
    factors = factors_of(logon)
    way = chosen_way(request, factors)
    form = way_form(request, way)
    password_form = None
    if not factors.any or way is not Way.PASSKEY:
        password_form = PasswordAgainForm(request.POST if request.method == "POST" else None)
    here = reverse("sign_in:confirm")
    try:
        right_so_far = password_form is None or password_form.is_valid()
        if request.method == "POST" and right_so_far and (not factors.any or form.is_valid()):
            if password_form is not None:
                typed = password_form.cleaned_data["password"]
                source, shown = source_of(request), shown_by(request)
                checked = sign_in(username=logon.username, password=typed, source=source, now=now, shown=shown)
                # The same password may have been hashed anew: this session goes on with it.
                if request.session[HASH_SESSION_KEY] != checked.get_session_auth_hash():
                    request.session[HASH_SESSION_KEY] = checked.get_session_auth_hash()
            if factors.any:
                check_second_factor(request, logon, way=way, answer=form.answer, purpose=Purpose.CONFIRM, now=now)
            freshened(request, now=now)
            return _on(request, target)
    except Invalid as invalid:
        at_code = "code" in invalid.problems or password_form is None
        if at_code:
            form.add_problems(invalid.problems)
        elif password_form is not None:
            password_form.add_error("password", " ".join(invalid.problems.values()))
    except Locked as locked:
        return locked_out(request, locked, now, again=here)
    except Busy as full:
        return busy(request, full, again=here)
    status = 422 if request.method == "POST" else 200
    context = {
        "form": form if factors.any else password_form,
        "password_form": password_form,
        "factors": factors,
        "waiting_next": target,
        **ways_context(way, factors, here, next=target),
    }
    return render(request, "sign_in/confirm.html", context, status=status)


def _on(request: HttpRequest, target: str) -> HttpResponse:
    """To the page that asked; what was sent to it before is offered to be sent again."""
    waiting = waiting_form(request, target)
    forget_waiting_form(request)
    if waiting is not None:
        return render(request, "sign_in/confirmed.html", {"waiting": waiting})
    return HttpResponseRedirect(target, status=303 if request.method == "POST" else 302)
