"""The e-mail address: where it goes, the link in the mail, the six digits."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from countersign.logons import links
from countersign.logons.limiter import Locked
from countersign.policy.errors import Invalid
from countersign.registration.forms import DigitsForm, EmailForm
from countersign.registration.models import Registration
from countersign.registration.operations.email import (
    KIND,
    confirm_by_digits,
    confirm_by_link,
    send_confirmation,
)
from countersign.registration.views.steps import LINK, current, needed, onward, remember, steps_for, too_many


@require_http_methods(["GET", "HEAD", "POST"])
def email(request: HttpRequest) -> HttpResponse:
    """Which address; then wait for the mail, type its digits, or send it again."""
    now = timezone.now()
    registration = needed(request, now)
    if not isinstance(registration, Registration):
        return registration
    if not registration.proved or registration.email_confirmed_at is not None:
        return onward(request, registration)
    if request.method == "POST" and request.POST.get("step") == "digits":
        return _digits(request, registration)
    other = request.GET.get("other") == "1" and request.method != "POST"
    if request.method != "POST" and registration.email and not other:
        return _sent(request, registration, DigitsForm())
    form = EmailForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            send_confirmation(registration=registration, email=form.cleaned_data["email"], now=now)
        except Invalid as invalid:
            form.add_problems(invalid.problems)
        except Locked as locked:
            return too_many(request, locked, now)
        else:
            return HttpResponseRedirect(reverse("registration:email"), status=303)
    context = {"form": form, "steps": steps_for(request)}
    return render(request, "registration/email.html", context, status=form.http_status)


def _digits(request: HttpRequest, registration: Registration) -> HttpResponse:
    now = timezone.now()
    form = DigitsForm(request.POST)
    if form.is_valid():
        try:
            confirm_by_digits(registration=registration, digits=form.cleaned_data["digits"], now=now)
        except Invalid as invalid:
            form.add_problems(invalid.problems)
        except Locked as locked:
            return too_many(request, locked, now)
        except links.LinkVoid:
            return onward(request, registration)
        else:
            return _confirmed(request, registration)
    return _sent(request, registration, form)


def _sent(request: HttpRequest, registration: Registration, form: DigitsForm) -> HttpResponse:
    context = {"form": form, "registration": registration, "steps": steps_for(request)}
    return render(request, "registration/email_sent.html", context, status=form.http_status)


def _confirmed(request: HttpRequest, registration: Registration) -> HttpResponse:
    registration.refresh_from_db()
    remember(request, registration)
    return onward(request, registration)


@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The link in the mail: its token leaves the address at once, and nothing is used up."""
    links.carry(request, LINK, token)
    return HttpResponseRedirect(reverse("registration:confirm"))


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Confirm the address, in the browser that began."""
    now = timezone.now()
    registration, token = current(request, now), request.session.get(LINK)
    if registration is not None and registration.email_confirmed_at is not None:
        return onward(request, registration)
    if registration is None or not isinstance(token, str):
        return _void(request, registration)
    try:
        if request.method == "POST":
            confirm_by_link(registration=registration, token=token, now=now)
            request.session.pop(LINK, None)
            return _confirmed(request, registration)
        if links.find(KIND, token, now=now).subject != str(registration.pk):
            return _void(request, registration)
    except links.LinkVoid:
        registration.refresh_from_db()
        if registration.email_confirmed_at is not None:
            return onward(request, registration)  # the button was pressed twice
        return _void(request, registration)
    context = {"registration": registration, "steps": steps_for(request)}
    return render(request, "registration/confirm.html", context)


def _void(request: HttpRequest, registration: Registration | None) -> HttpResponse:
    return render(request, "registration/link_void.html", {"registration": registration}, status=410)
