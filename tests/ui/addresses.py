"""The shell alone, with views that go wrong in every way that the shell answers."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path
from django.utils import timezone
from django.views.decorators.http import require_POST

from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.reasons import Reason

SECRET = "123-45-6789"


def _raises(make: object) -> object:
    def view(request: HttpRequest) -> HttpResponse:
        raise make()  # type: ignore[operator]

    return view


def echo(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{len(request.POST)} {len(request.GET)} {len(request.COOKIES)}")


def _stale() -> Stale:
    return Stale(what=Reason.REQUEST_DECIDED, status="Approved", by="Dana Reyes", at=timezone.now())


def _bug() -> Exception:
    return RuntimeError(f"a row with {SECRET}")


_GOES_WRONG = {
    "refused": lambda: Refused(Reason.NOT_MASTER_ADMINISTRATOR),
    "hidden": lambda: Refused(Reason.NO_ACCESS, hidden=True),
    "stale": _stale,
    "invalid": lambda: Invalid({"ends_on": "The end must be after the begin."}),
    "denied": PermissionDenied,
    "missing": Http404,
    "bug": _bug,
    "database": lambda: OperationalError("down"),
}
urlpatterns = [
    path("", include("countersign.ui.urls")),
    path("echo/", echo, name="echo"),
    path("only-post/", require_POST(echo), name="only-post"),
    path("api/bug/", _raises(_bug), name="api-bug"),
    path("api/refused/", _raises(_GOES_WRONG["refused"]), name="api-refused"),
    *(path(f"{name}/", _raises(make), name=name) for name, make in _GOES_WRONG.items()),
]
handler400 = "countersign.ui.error_pages.bad_request"
handler403 = "countersign.ui.error_pages.forbidden"
handler404 = "countersign.ui.error_pages.not_found"
handler500 = "countersign.ui.error_pages.server_error"
