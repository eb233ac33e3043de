"""What stands before every page: sessions end in time, and what is not open needs a sign-in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from countersign.access.queries.own import is_active
from countersign.logons.models import Logon
from countersign.logons.second_factors.half import half_of
from countersign.logons.sessions import SessionEnd, end_of, end_session, ended_elsewhere, seconds_left, touch
from countersign.sign_in.operations import sign_out
from countersign.sign_in.targets import NEXT, NOT_SENT, WHY, own_path, page_named_by

GetResponse = Callable[[HttpRequest], HttpResponse]


class SessionEnds:
    """Ends a session that is over: idle too long, too long in all, or its logon no longer active.

    The standing is asked at every request: whoever was deactivated is signed out at once.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, Logon) and request.user.is_authenticated:
            self._look_at(request, request.user)
        return self.get_response(request)

    def _look_at(self, request: HttpRequest, logon: Logon) -> None:
        now = timezone.now()
        why = end_of(request.session, now=now)
        if why is None and ended_elsewhere(request.session, logon):
            why = SessionEnd.ENDED
        if why is None and not is_active(logon.pk, at=now):
            why = SessionEnd.NOT_ACTIVE
        if why is None:
            touch(request.session, now=now)
            request.session_seconds_left = seconds_left(request.session, now=now)  # type: ignore[attr-defined]
            return
        sign_out(actor=logon, why=why, now=now)
        end_session(request)
        request.session_end = why  # type: ignore[attr-defined]


class SignInRequired:
    """Everything but the open addresses of the route table asks to sign in first, and comes back afterwards."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """To Log In, unless signed in or open, or the step that this half-signed-in session still has to do."""
        match = request.resolver_match
        if self._must_change_password(request, match):
            return HttpResponseRedirect(reverse("recovery:change"), status=303)
        if request.user.is_authenticated or (match is not None and match.view_name in settings.OPEN_ROUTES):
            return None
        half = half_of(request, now=timezone.now())
        if half is not None and match is not None and match.view_name in settings.STEP_ROUTES[half.step.value]:
            return None
        query = {}
        if where := _where_one_was(request):
            query[NEXT] = where
        if why := getattr(request, "session_end", None):
            query[WHY] = why.value
        elif request.method not in ("GET", "HEAD"):
            query[WHY] = NOT_SENT
        target = reverse("sign_in:log_in") + (f"?{urlencode(query)}" if query else "")
        if request.headers.get("HX-Request"):
            return HttpResponseClientRedirect(target)
        return HttpResponseRedirect(target, status=302 if request.method in ("GET", "HEAD") else 303)

    def _must_change_password(self, request: HttpRequest, match: Any) -> bool:
        """A password that came with an import is changed before anything else (IMPORT.md)."""
        logon = request.user
        if not isinstance(logon, Logon) or not logon.must_change_password or not settings.CHANGE_IMPORTED_PASSWORDS:
            return False
        return match is None or match.view_name not in _WITHOUT_NEW_PASSWORD


_WITHOUT_NEW_PASSWORD = frozenset(
    (
        "recovery:change",
        "sign_in:confirm",
        "sign_in:log_out",
        "sign_in:passkey_options",
        "ui:healthz",
        "ui:language",
        "ui:theme",
    )
)


def _where_one_was(request: HttpRequest) -> str:
    """The page to come back to: never one that only takes what a form sends."""
    if request.headers.get("HX-Request"):
        shown = request.headers.get("HX-Current-URL", "")
    elif request.method in ("GET", "HEAD"):
        return own_path(request.get_full_path())
    else:
        shown = request.headers.get("Referer", "")
    return page_named_by(shown, request.get_host())
