"""Log Out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from countersign.logons.models import Logon
from countersign.logons.sessions import SessionEnd, end_session
from countersign.sign_in.operations import sign_out
from countersign.sign_in.targets import WHY


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """End the session. What the browser kept of it is cleared as well."""
    if isinstance(request.user, Logon):
        sign_out(actor=request.user, why=SessionEnd.ASKED, now=timezone.now())
    end_session(request)
    response = HttpResponseRedirect(f"{reverse('sign_in:log_in')}?{WHY}={SessionEnd.ASKED}", status=303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
