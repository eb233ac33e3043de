"""Forgot username or password? One form, one neutral answer."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from countersign.logons.source import source_of
from countersign.recovery.forms import ForgotForm
from countersign.recovery.operations import ask_for_links


@require_http_methods(["GET", "HEAD", "POST"])
def forgot(request: HttpRequest) -> HttpResponse:
    """The address → the same next page, whoever has it."""
    form = ForgotForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        ask_for_links(
            email=form.cleaned_data["email"],
            language=get_language() or settings.LANGUAGE_CODE,
            source=source_of(request),
            now=timezone.now(),
        )
        return HttpResponseRedirect(reverse("recovery:sent"), status=303)
    return render(request, "recovery/forgot.html", {"form": form}, status=form.http_status)


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """What to do next, whether or not a mail comes."""
    return render(request, "recovery/sent.html", {"minutes": settings.RESET_MINUTES})
