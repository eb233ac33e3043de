"""What every page shows around its content: the agency, the links of the header, whom one acts for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

SIGNED_OUT = "ui/layouts/signed_out.html"
SIGNED_IN = "ui/layouts/signed_in.html"
PLAIN = "ui/layouts/plain.html"


@dataclass(frozen=True, slots=True)
class ActingFor:
    """Whom the page acts for (UX rule 2): put it into the context as ``acting_for``.

    ``capacity`` in words ("Master Administrator"); ``switch_url`` leads to where one chooses another.
    """

    name: str
    capacity: Any = ""
    switch_url: str = ""


def shell_context(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Everything that could touch the database waits until a template asks."""
    return {
        "agency_name": settings.AGENCY_NAME,
        "product_name": settings.PRODUCT_NAME,
        "agency_phone": settings.AGENCY_PHONE,
        "request_id": getattr(request, "request_id", ""),
        "shell_links": links(),
        "open_layout": _layout_for(request),
        "session_left": lambda: getattr(request, "session_seconds_left", None),
        "idle_minutes": max(1, settings.SESSION_IDLE_SECONDS // 60),
        "idle_warning": settings.SESSION_WARNING_SECONDS,
    }


def links() -> dict[str, str]:
    """The addresses that the layouts link to, by name; those that the site does not have are missing.

    The settings name them (``SHELL_LINKS``), because this folder does not know the features.
    """
    found = {}
    for name, route in settings.SHELL_LINKS.items():
        try:
            found[name] = reverse(route)
        except NoReverseMatch:
            continue
    return found


def layout_for(request: HttpRequest) -> str:
    """The layout of a page that anyone may open: signed in or out, whichever the reader is."""
    reader = getattr(request, "user", None)
    return SIGNED_IN if reader is not None and reader.is_authenticated else SIGNED_OUT


def _layout_for(request: HttpRequest) -> Callable[[], str]:
    return lambda: layout_for(request)
