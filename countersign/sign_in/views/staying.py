"""Stay signed in: answers the warning before a session ends without activity."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from countersign.logons.sessions import seconds_left, stay
from countersign.sign_in.targets import page_named_by


@require_POST
def stay_signed_in(request: HttpRequest) -> HttpResponse:
    """The idle time begins anew; the twelve hours in all do not. Scripts get the seconds that are left."""
    now = timezone.now()
    stay(request.session, now=now)
    if request.headers.get("Accept", "") == "application/json":
        return JsonResponse({"seconds": seconds_left(request.session, now=now)})
    target = page_named_by(request.headers.get("Referer", ""), request.get_host())
    return HttpResponseRedirect(target or settings.LOGIN_REDIRECT_URL, status=303)
