"""Answers that several pages of signing in give: in, wait, busy."""

from __future__ import annotations

import math
from datetime import datetime

from django.conf import settings
from django.contrib import auth
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from countersign.logons.hash_cap import Busy
from countersign.logons.known_devices import remember
from countersign.logons.limiter import Locked
from countersign.logons.models import Logon
from countersign.logons.second_factors.half import Step, begin_half
from countersign.logons.sessions import EndedMeanwhile, SessionEnd, begin_session
from countersign.sign_in.operations import record_new_device, record_sign_in
from countersign.sign_in.targets import WHY
from countersign.ui import error_pages
from countersign.ui.shell import PLAIN
from countersign.ui.views.small import LANGUAGE_CHOSEN


def let_in(request: HttpRequest, logon: Logon, *, how: str, target: str, now: datetime) -> HttpResponse:
    """The session begins; to where one wanted to go."""
    response = HttpResponseRedirect(target or settings.LOGIN_REDIRECT_URL, status=303)
    try:
        with transaction.atomic():
            record_sign_in(actor=logon, how=how, now=now)
            begin_session(request, logon, now=now, how=how)
            device, new = remember(request, response, logon, now=now)
            if new:
                record_new_device(actor=logon, device=device, now=now)
    except EndedMeanwhile:
        auth.logout(request)
        return HttpResponseRedirect(f"{reverse('sign_in:log_in')}?{WHY}={SessionEnd.ENDED}", status=303)
    speak(request, response, logon)
    return response


def to_second_step(request: HttpRequest, logon: Logon, step: Step, *, target: str, now: datetime) -> HttpResponse:
    """The password was right; nobody is signed in yet."""
    begin_half(request, logon, step=step, now=now, next_path=target)
    where = "security:factors" if step is Step.SET_UP else "sign_in:second_step"
    response = HttpResponseRedirect(reverse(where), status=303)
    speak(request, response, logon)
    return response


def speak(request: HttpRequest, response: HttpResponse, logon: Logon) -> None:
    """The language of the logon becomes that of the browser, unless the reader chose one here an hour ago or less."""
    if LANGUAGE_CHOSEN in request.COOKIES:
        return
    if logon.language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            logon.language,
            max_age=365 * 24 * 3600,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )


def locked_out(request: HttpRequest, locked: Locked, now: datetime, *, again: str = "") -> HttpResponse:
    """Too many secrets that were not right: how long to wait. ``again``: where to try then."""
    seconds = max(1, math.ceil((locked.until - now).total_seconds())) if locked.until else 0
    context = {
        "until": locked.until,
        "seconds": seconds,
        "minutes": math.ceil(seconds / 60) if seconds > 90 else 0,
        "again": again,
    }
    response = render(request, "sign_in/locked.html", context, status=429)
    if seconds:
        response.headers["Retry-After"] = str(seconds)
    return response


def busy(request: HttpRequest, full: Busy, *, again: str = "") -> HttpResponse:
    """Too many passwords are being checked at this moment."""
    response = error_pages.page(
        request,
        503,
        # The shortest there is: whoever is sent away must not hold up others.
        layout=PLAIN,
        heading=_("Many people are signing in right now"),
        what_now=[_("Go back and try again in a few seconds. Your try was not counted.")],
        again=again or reverse("sign_in:log_in"),
    )
    response.headers["Retry-After"] = str(full.retry_after)
    return response
