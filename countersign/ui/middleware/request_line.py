"""A number for each request, and one line in the log."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from countersign.ui.logging import REQUEST_ID

_LOG = logging.getLogger("countersign.request")
# No vowels, no look-alikes: it is read out over the phone, and spells nothing.
_LETTERS = "23456789BCDFGHJKMNPQRTVWXZ"


class RequestLine:
    """Gives the request an id of its own (none is taken from outside) and logs what became of it.

    The line holds the name of the route and never the address, which could hold what somebody typed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = "".join(secrets.choice(_LETTERS) for _ in range(12))
        request.request_id = request_id  # type: ignore[attr-defined]
        token = REQUEST_ID.set(request_id)
        began = time.perf_counter()
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request_id
            _LOG.info(
                "request",
                extra={
                    "facts": {
                        "method": request.method if request.method in _METHODS else "other",
                        "route": _route(request),
                        "status": response.status_code,
                        "ms": round((time.perf_counter() - began) * 1000, 1),
                        "logon": _logon(request),
                    }
                },
            )
            return response
        finally:
            REQUEST_ID.reset(token)


_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


def _route(request: HttpRequest) -> str:
    match = request.resolver_match
    return match.view_name or "unnamed" if match else "none"


def _logon(request: HttpRequest) -> int | None:
    """The key of who is signed in, if the request asked for it anyway; the log never asks the database."""
    return getattr(getattr(request, "_cached_user", None), "pk", None)
