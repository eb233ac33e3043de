"""Answers that several pages give."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from countersign.logons.hash_cap import Busy
from countersign.ui import error_pages


def busy(request: HttpRequest, full: Busy, again: str) -> HttpResponse:
    """Too many passwords are being checked at this moment."""
    response = error_pages.page(
        request,
        503,
        heading=_("Many people are signing in right now"),
        what_now=[_("Go back and try again in a few seconds. Your try was not counted.")],
        again=again,
    )
    response.headers["Retry-After"] = str(full.retry_after)
    return response
