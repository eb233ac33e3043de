"""Choose a door; prove the right to act; or come as a representative without accounts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from countersign.access.queries.own import is_secondary
from countersign.logons.limiter import Locked
from countersign.logons.models import Logon
from countersign.logons.source import source_of
from countersign.policy.errors import Invalid, Refused
from countersign.policy.reasons import Reason
from countersign.registration.forms import DoorForm, ProofForm, RepresentativeForm
from countersign.registration.models import Door, Registration
from countersign.registration.operations.begin import begin_registration
from countersign.registration.operations.prove import Claim, prove
from countersign.registration.operations.represent import name_representative
from countersign.registration.views.steps import (
    current,
    language,
    needed,
    onward,
    remember,
    steps_for,
    too_many,
)
from countersign.taxpayers.models import ProofKind
from countersign.taxpayers.proofs import shared_labels

_HEADINGS = {
    Door.MYSELF: lambda: _("Prove that it is you"),
    Door.BUSINESS: lambda: _("Prove that you may act for the business"),
    Door.THIRD_PARTY: lambda: _("Prove that it is you, or your firm"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Three doors."""
    return _start(request)


@require_safe
def at_door(request: HttpRequest, door: str) -> HttpResponse:
    """The same, where a link has chosen the door already."""
    return _start(request, door)


def _start(request: HttpRequest, door: str = "") -> HttpResponse:
    now = timezone.now()
    if isinstance(request.user, Logon) and is_secondary(request.user.pk):
        return render(request, "registration/secondary.html")
    form = DoorForm(request.POST if request.method == "POST" else None, initial={"door": door})
    if form.is_valid():
        try:
            registration = begin_registration(
                door=Door(form.cleaned_data["door"]), language=language(), source=source_of(request), now=now
            )
        except Locked as locked:
            return too_many(request, locked, now)
        remember(request, registration)
        return onward(request, registration)
    under_way = current(request, now) if request.method != "POST" else None
    return render(request, "registration/start.html", {"form": form, "under_way": under_way}, status=form.http_status)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def prove_page(request: HttpRequest) -> HttpResponse:
    """ID type and number, legal name, one proof."""
    now = timezone.now()
    registration = needed(request, now)
    if not isinstance(registration, Registration):
        return registration
    form = _proof_form(request, registration)
    if form.is_valid():
        try:
            registration = prove(
                registration=registration, claim=Claim(**form.cleaned_data), source=source_of(request), now=now
            )
        except Invalid as invalid:
            form.add_problems(invalid.problems)
        except Locked as locked:
            return too_many(request, locked, now)
        else:
            remember(request, registration)
            return onward(request, registration)
    context = {
        "form": form,
        "steps": steps_for(request),
        "heading": _HEADINGS[Door(registration.door)](),
        "third_party": registration.door == Door.THIRD_PARTY,
    }
    return render(request, "registration/prove.html", context, status=form.http_status)


def _proof_form(request: HttpRequest, registration: Registration) -> ProofForm:
    now = timezone.now()
    figures = "; ".join(shared_labels(ProofKind.RETURN_FIGURE, now=now))
    hints: dict[str, Any] = {
        ProofKind.LETTER_ID: _("From a letter that we mailed. The fastest: you can do everything at once."),
        ProofKind.RETURN_FIGURE: _("At first you can file and pay; a letter then brings the rest."),
        ProofKind.PAYMENT: _("The amount of a recent payment. At first you can file and pay, too."),
    }
    if figures:
        hints[ProofKind.RETURN_FIGURE] = _("For most taxpayers: %(figures)s. At first you can file and pay.") % {
            "figures": figures
        }
    data = request.POST if request.method == "POST" else None
    return ProofForm(data, door=Door(registration.door), hints=hints)


@require_http_methods(["GET", "HEAD", "POST"])
def representative(request: HttpRequest) -> HttpResponse:
    """A third party without tax accounts of its own: a name, and no proof."""
    now = timezone.now()
    registration = needed(request, now)
    if not isinstance(registration, Registration):
        return registration
    if registration.door != Door.THIRD_PARTY:
        if request.method == "POST":
            raise Refused(Reason.NOT_FOUND, hidden=True)
        return onward(request, registration)
    form = RepresentativeForm(
        request.POST if request.method == "POST" else None, initial={"name": registration.representative}
    )
    if form.is_valid():
        try:
            registration = name_representative(registration=registration, name=form.cleaned_data["name"], now=now)
        except Invalid as invalid:
            form.add_problems(invalid.problems)
        else:
            remember(request, registration)
            return onward(request, registration)
    context = {"form": form, "steps": steps_for(request)}
    return render(request, "registration/representative.html", context, status=form.http_status)


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """The terms of use."""
    return render(request, "registration/terms.html")
