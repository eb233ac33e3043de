"""Log In, Log Out, and what to do when one cannot get in."""

from __future__ import annotations

import math
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from countersign.logons.hash_cap import Busy
from countersign.logons.limiter import Locked
from countersign.logons.models import Logon
from countersign.logons.sessions import SessionEnd, begin_session, end_session
from countersign.logons.source import source_of
from countersign.policy.errors import Invalid
from countersign.sign_in.forms import LogInForm
from countersign.sign_in.operations import sign_in, sign_out
from countersign.sign_in.targets import NEXT, WHY, own_path
from countersign.ui import error_pages


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Username and password → where one wanted to go."""
    target = own_path(request.POST.get(NEXT, "") or request.GET.get(NEXT, ""))
    if request.user.is_authenticated and request.method != "POST":
        return HttpResponseRedirect(target or settings.LOGIN_REDIRECT_URL)
    form = LogInForm(request.POST if request.method == "POST" else None)
    now = timezone.now()
    if form.is_valid():
        try:
            logon = sign_in(**form.cleaned_data, source=source_of(request), now=now)
        except Invalid as error:
            form.add_problems(error.problems)
        except Locked as locked:
            return _locked_out(request, locked, now)
        except Busy as busy:
            return _busy(request, busy)
        else:
            begin_session(request, logon, now=now)
            response = HttpResponseRedirect(target or settings.LOGIN_REDIRECT_URL, status=303)
            _speak(response, logon)
            return response
    context = {"form": form, "next": target, "said": _said(request)}
    return render(request, "sign_in/log_in.html", context, status=form.http_status)


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """End the session. What the browser kept of it is cleared as well."""
    if isinstance(request.user, Logon):
        sign_out(actor=request.user, why=SessionEnd.ASKED, now=timezone.now())
    end_session(request)
    response = HttpResponseRedirect(f"{reverse('sign_in:log_in')}?{WHY}={SessionEnd.ASKED}", status=303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@require_GET
def forgot(request: HttpRequest) -> HttpResponse:
    """Who helps when one cannot sign in."""
    return render(request, "sign_in/forgot.html")


def _speak(response: HttpResponse, logon: Logon) -> None:
    """The language of the logon becomes that of the browser."""
    if logon.language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            logon.language,
            max_age=365 * 24 * 3600,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )


def _said(request: HttpRequest) -> dict[str, str]:
    """Why one is here again, from a closed list."""
    why = getattr(request, "session_end", "") or (request.GET.get(WHY, "") if request.method != "POST" else "")
    minutes, hours = settings.SESSION_IDLE_SECONDS // 60, settings.SESSION_WHOLE_SECONDS // 3600
    sentences = {
        SessionEnd.ASKED: ("success", _("You are signed out.")),
        SessionEnd.IDLE: (
            "info",
            ngettext(
                "You were signed out after %d minute without activity. Nothing was changed.",
                "You were signed out after %d minutes without activity. Nothing was changed.",
                minutes,
            )
            % minutes,
        ),
        SessionEnd.WHOLE: (
            "info",
            ngettext(
                "You were signed out because a session lasts %d hour at the most. Nothing was changed.",
                "You were signed out because a session lasts %d hours at the most. Nothing was changed.",
                hours,
            )
            % hours,
        ),
        SessionEnd.NOT_ACTIVE: (
            "warning",
            _(
                "You were signed out because this logon is no longer active. Whoever manages it, "
                "or the agency, can tell you more."
            ),
        ),
    }
    if why not in list(SessionEnd):
        return {}
    variant, text = sentences[SessionEnd(why)]
    return {"variant": variant, "text": text}


def _locked_out(request: HttpRequest, locked: Locked, now: datetime) -> HttpResponse:
    seconds = max(1, math.ceil((locked.until - now).total_seconds())) if locked.until else 0
    context = {"until": locked.until, "seconds": seconds, "minutes": math.ceil(seconds / 60) if seconds > 90 else 0}
    response = render(request, "sign_in/locked.html", context, status=429)
    if seconds:
        response.headers["Retry-After"] = str(seconds)
    return response


def _busy(request: HttpRequest, busy: Busy) -> HttpResponse:
    response = error_pages.page(
        request,
        503,
        heading=_("Many people are signing in right now"),
        what_now=[_("Go back and try again in a few seconds. Your try was not counted.")],
        again=reverse("sign_in:log_in"),
    )
    response.headers["Retry-After"] = str(busy.retry_after)
    return response
