"""Enter the Letter ID that ends the waiting of a provisional Master Administrator."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from countersign.access.queries.own import own_taxpayer
from countersign.logons.fresh import fresh_or_redirect
from countersign.logons.limiter import Locked
from countersign.logons.signed_in import signed_in
from countersign.logons.source import source_of
from countersign.policy.errors import Invalid
from countersign.registration.forms import LetterCodeForm
from countersign.registration.operations.waiting import enter_code
from countersign.registration.queries import own_access
from countersign.registration.views.steps import too_many
from countersign.ui.components.moments import day
from countersign.ui.shell import ActingFor


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def letter_code(request: HttpRequest, taxpayer: int) -> HttpResponse:
    """One field. Nothing waits: says so."""
    actor, now = signed_in(request), timezone.now()
    own = own_taxpayer(actor, taxpayer, at=now)
    if own.provisional and (elsewhere := fresh_or_redirect(request, now)) is not None:
        return elsewhere
    form = LetterCodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            number = enter_code(
                actor=actor, taxpayer=taxpayer, code=form.cleaned_data["code"], source=source_of(request), now=now
            )
        except Invalid as invalid:
            form.add_problems(invalid.problems)
        except Locked as locked:
            return too_many(request, locked, now)
        else:
            return HttpResponseRedirect(reverse("submissions:done", args=[number]), status=303)
    held = own_access(actor.pk, taxpayer, at=now) if own.provisional else None
    context = {
        "form": form,
        "own": own,
        "full_on": day(held.begins_at + timedelta(days=settings.PROVISIONAL_DAYS)) if held else "",
        "acting_for": ActingFor(own.taxpayer.legal_name, "", ""),
    }
    return render(request, "registration/letter_code.html", context, status=form.http_status)
