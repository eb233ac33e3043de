"""Where one is signed in: end one session, or all others."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from countersign.logons.models import OpenSession
from countersign.logons.signed_in import signed_in
from countersign.security import operations
from countersign.security.forms import EndSessionForm
from countersign.ui.components.moments import when

MOST_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """List the open sessions of this logon, newest activity first. Ending one never asks for anything."""
    now = timezone.now()
    logon = signed_in(request)
    here = request.session.session_key or ""
    form = EndSessionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        ended = operations.end_sessions(actor=logon, session=form.cleaned_data["session"], keep=here, now=now)
        return HttpResponseRedirect(f"{reverse('security:sessions')}?ended={min(ended, MOST_SHOWN)}", status=303)
    found = OpenSession.objects.filter(logon=logon).order_by("-active_at", "-pk")[:MOST_SHOWN]
    rows: list[dict[str, Any]] = [
        {
            "key": one.pk,
            "device": one.description or _("Unknown browser"),
            "here": one.session_key == here,
            "began": when(one.began_at, now),
            "active": when(one.active_at, now),
        }
        for one in found
    ]
    context = {
        "rows": rows,
        "others": any(not row["here"] for row in rows),
        "ended": request.method != "POST" and request.GET.get("ended", ""),
        "form": form,
    }
    return render(request, "security/sessions.html", context, status=form.http_status)
