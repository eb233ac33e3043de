"""Username, then password and terms: the logon comes into being, and its person is in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from countersign.logons.fresh import fresh_or_redirect
from countersign.logons.hash_cap import Busy
from countersign.logons.known_devices import remember
from countersign.logons.limiter import Locked
from countersign.logons.models import Logon
from countersign.logons.second_factors.half import begin_half, step_after_password
from countersign.logons.sessions import begin_session
from countersign.logons.source import source_of
from countersign.policy.entry import Outcome
from countersign.policy.errors import Invalid, Refused
from countersign.registration.forms import LogonForm, PasswordForm
from countersign.registration.models import Registration
from countersign.registration.operations.finish import (
    add_to_logon,
    check_password,
    create_logon,
    name_logon,
    shortest_password,
)
from countersign.registration.queries import outcome_for
from countersign.registration.views.steps import KEY, needed, onward, step_of, steps_for, too_many
from countersign.taxpayers.models import ProofKind
from countersign.ui import error_pages


@require_http_methods(["GET", "HEAD", "POST"])
def logon(request: HttpRequest) -> HttpResponse:
    """Who one is, and the username."""
    now = timezone.now()
    registration = needed(request, now)
    if not isinstance(registration, Registration):
        return registration
    if step_of(request, registration) not in ("logon", "finish") or isinstance(request.user, Logon):
        return onward(request, registration)
    kept = {name: getattr(registration, name) for name in ("first_name", "last_name", "username")}
    form = LogonForm(request.POST if request.method == "POST" else None, initial=kept)
    if form.is_valid():
        try:
            name_logon(registration=registration, **form.cleaned_data, now=now)
        except Invalid as invalid:
            form.add_problems(invalid.problems)
        else:
            return onward(request, registration)
    context = {"form": form, "steps": steps_for(request)}
    return render(request, "registration/logon.html", context, status=form.http_status)


@sensitive_post_parameters("password", "password_again")
@require_http_methods(["GET", "HEAD", "POST"])
def finish(request: HttpRequest) -> HttpResponse:
    """What it comes to, the password and the terms; or for somebody signed in, only what it comes to."""
    now = timezone.now()
    registration = needed(request, now)
    if not isinstance(registration, Registration):
        return registration
    if step_of(request, registration) != "finish":
        return onward(request, registration)
    reader = request.user if isinstance(request.user, Logon) else None
    if reader is not None and (elsewhere := fresh_or_redirect(request, now)) is not None:
        return elsewhere
    becomes = _becomes(registration, reader)
    form = PasswordForm(
        request.POST if request.method == "POST" else None,
        may_dispute=becomes is Outcome.REQUEST and registration.proved_by == ProofKind.LETTER_ID,
        signed_in=reader is not None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            if reader is None:
                return _new(request, registration, form)
            entered = add_to_logon(actor=reader, registration=registration, dispute=form.disputes, now=now)
            request.session.pop(KEY, None)
            return HttpResponseRedirect(reverse("submissions:done", args=[entered.number]), status=303)
        except Invalid as invalid:
            form.add_problems(invalid.problems)
        except Locked as locked:
            return too_many(request, locked, now)
        except Busy as full:
            return _busy(request, full)
        except Refused as refused:
            return error_pages.refused(request, refused.reason)
    context = {
        "form": form,
        "steps": steps_for(request),
        "summary": _summary(registration, reader, becomes),
        "happens": _happens(registration, becomes),
        "reader": reader,
        "registration": registration,
        "password_hint": _("Use at least %(count)d characters. A few words in a row are easy to remember.")
        % {"count": shortest_password()},
    }
    return render(request, "registration/finish.html", context, status=form.http_status)


def _becomes(registration: Registration, reader: Logon | None) -> Outcome:
    if registration.taxpayer_id is None:
        return Outcome.FULL
    return outcome_for(
        registration.taxpayer_id,
        proved_by=registration.proved_by,
        logon=reader.pk if reader is not None else None,
        at=timezone.now(),
    )


def _new(request: HttpRequest, registration: Registration, form: PasswordForm) -> HttpResponse:
    typed, now = form.cleaned_data["password"], timezone.now()
    check_password(registration, typed)
    made, entered = create_logon(
        registration=registration, password=typed, dispute=form.disputes, source=source_of(request), now=now
    )
    target = reverse("submissions:done", args=[entered.number])
    step = step_after_password(made)
    if step is not None:
        begin_half(request, made, step=step, now=now, next_path=target)
        return HttpResponseRedirect(reverse("security:factors"), status=303)
    response = HttpResponseRedirect(target, status=303)
    with transaction.atomic():
        begin_session(request, made, now=now)
        remember(request, response, made, now=now)  # the first device: nobody else is to be warned of it
    return response


def _summary(registration: Registration, reader: Logon | None, becomes: Outcome) -> list[tuple[Any, Any]]:
    whom = registration.taxpayer.legal_name if registration.taxpayer else registration.representative
    capacity = {
        Outcome.FULL: _("Master Administrator"),
        Outcome.PROVISIONAL: _("Master Administrator, provisional"),
        Outcome.REQUEST: _("Nothing until a Master Administrator decides"),
    }[becomes]
    lines: list[tuple[Any, Any]] = [(_("You act for"), whom), (_("As"), capacity)]
    if reader is None:
        lines += [(_("Username"), registration.username), (_("E-mail"), registration.email)]
    else:
        lines.append((_("With your logon"), reader.username))
    return lines


def _happens(registration: Registration, becomes: Outcome) -> str:
    if registration.representative:
        return _("You have no client yet. You ask taxpayers for access, and act once they approve.")
    return {
        Outcome.FULL: _("You can do everything for %(taxpayer)s at once, also let others in.")
        % {"taxpayer": registration.taxpayer.legal_name if registration.taxpayer else ""},
        Outcome.PROVISIONAL: _(
            "You can file and pay at once. A letter goes to the address on record; its Letter ID opens the rest. "
            "Without it that takes %(days)d days."
        )
        % {"days": settings.PROVISIONAL_DAYS},
        Outcome.REQUEST: _(
            "Somebody administers this taxpayer already. They get an e-mail with your name and decide; "
            "you can sign in and wait."
        ),
    }[becomes]


def _busy(request: HttpRequest, full: Busy) -> HttpResponse:
    response = error_pages.page(
        request,
        503,
        what_now=[_("Many people are signing in right now. Go back and try again in a few seconds.")],
        again=reverse("registration:finish"),
    )
    response.headers["Retry-After"] = str(full.retry_after)
    return response
