"""The three expected errors of operations become pages, once, here."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from countersign.policy.errors import Invalid, Refused, Stale
from countersign.ui import error_pages


class ExpectedErrors:
    """Refused → 403 (404 where the actor may not know), Stale → 409, Invalid → 422; nothing was changed.

    A view that shows its form again catches Invalid itself; this is what remains. Empty refusals of Django
    (405 and the like) get a page too. Anything else is a bug and propagates.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code in error_pages.STATUSES and not response.streaming and not response.content:
            page = error_pages.page(request, response.status_code)
            for name in ("Allow", "Retry-After"):
                if name in response.headers:
                    page.headers[name] = response.headers[name]
            return page
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page for an expected error, or None: then it propagates."""
        match exception:
            case Refused(hidden=True):
                return error_pages.page(request, 404)
            case Refused():
                return error_pages.refused(request, exception.reason)
            case Stale():
                return error_pages.stale(request, exception.current)
            case Invalid():
                return error_pages.invalid(request, exception.problems)
        return None
