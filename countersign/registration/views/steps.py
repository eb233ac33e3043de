"""What the pages of the way in share: whose registration it is, which step comes next, what cannot go on."""

from __future__ import annotations

import math
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from countersign.logons.limiter import Locked
from countersign.logons.models import Logon
from countersign.logons.sessions import renew_key
from countersign.policy.errors import Stale
from countersign.policy.reasons import Reason
from countersign.registration.models import Registration
from countersign.registration.queries import open_registration
from countersign.ui import error_pages

KEY = "registration"
LINK = "registration_link"
STEPS = (
    ("prove", _("Prove your right")),
    ("email", _("Confirm your e-mail")),
    ("logon", _("Choose a username")),
    ("finish", _("Password and terms")),
)
STEPS_SIGNED_IN = (STEPS[0], ("finish", _("Review")))


def current(request: HttpRequest, now: datetime) -> Registration | None:
    """The registration that this browser began, while it lasts."""
    return open_registration(request.session.get(KEY), at=now)


def needed(request: HttpRequest, now: datetime) -> Registration | HttpResponse:
    """The registration, or what to answer without one: where to begin."""
    registration = current(request, now)
    if registration is not None:
        return registration
    if request.method == "POST":
        raise Stale(what=Reason.REGISTRATION_OVER)
    return render(request, "registration/begin_first.html")


def step_of(request: HttpRequest, registration: Registration) -> str:
    """The first step that is not done yet."""
    if not registration.proved:
        return "prove"
    if isinstance(request.user, Logon):
        return "finish"
    if registration.email_confirmed_at is None:
        return "email"
    return "finish" if registration.username else "logon"


def onward(request: HttpRequest, registration: Registration) -> HttpResponse:
    """To the first step that is not done yet."""
    return HttpResponseRedirect(reverse(f"registration:{step_of(request, registration)}"), status=303)


def steps_for(request: HttpRequest) -> tuple[tuple[str, object], ...]:
    """The steps that there are for this person."""
    return STEPS_SIGNED_IN if isinstance(request.user, Logon) else STEPS


def remember(request: HttpRequest, registration: Registration) -> None:
    """Keep whose registration it is, under a session key that nobody knew before this step."""
    renew_key(request, **{KEY: registration.pk})


def language() -> str:
    """The language of the page, as logons keep it."""
    return (get_language() or "en")[:2]


def too_many(request: HttpRequest, locked: Locked, now: datetime) -> HttpResponse:
    """Too many tries for today."""
    seconds = max(1, math.ceil((locked.until - now).total_seconds())) if locked.until else 86_400
    return error_pages.too_many(request, seconds)
