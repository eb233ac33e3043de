"""Pages that say what is wrong and what to do: for people in their language, for machines as a problem document.

Views may answer with them, e.g. ``return error_pages.too_many(request, seconds)``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext

from countersign.ui.error_words import HEADINGS, WHAT_NOW
from countersign.ui.shell import PLAIN, layout_for

STATUSES = frozenset(HEADINGS)


def page(request: HttpRequest, status: int, *, layout: str = "", **context: Any) -> HttpResponse:
    """The page of one of :data:`STATUSES`. ``context`` may replace ``heading`` and ``what_now`` (paragraphs)."""
    if not hasattr(request, "LANGUAGE_CODE"):
        # It failed before the language was chosen, and before forms (the language switch is one) would work.
        with translation.override(translation.get_language_from_request(request)):
            request.LANGUAGE_CODE = translation.get_language() or ""
            return _page(request, status, layout or PLAIN, context)
    return _page(request, status, layout or layout_for(request), context)


def _page(request: HttpRequest, status: int, layout: str, context: dict[str, Any]) -> HttpResponse:
    context = {"heading": HEADINGS[status], "what_now": WHAT_NOW[status], "status": status, **context}
    if status == 503 and request.method in ("GET", "HEAD"):
        context.setdefault("again", request.get_full_path())
    if _for_machine(request):
        return _problem(request, status, context)
    request_id = getattr(request, "request_id", "")
    return render(
        request,
        "ui/errors/error.html",
        context | {"layout": layout, "request_id": request_id},
        status=status,
    )


def _for_machine(request: HttpRequest) -> bool:
    if request.path_info.startswith(tuple(settings.MACHINE_PATHS)):
        return True
    accepted = request.headers.get("Accept", "")
    return "json" in accepted and "text/html" not in accepted


def _problem(request: HttpRequest, status: int, context: dict[str, Any]) -> HttpResponse:
    body = {
        "type": "about:blank",
        "title": str(context["heading"]),
        "status": status,
        "request_id": getattr(request, "request_id", ""),
    }
    for key in ("reason", "problems"):
        if context.get(key):
            body[key] = context[key]
    return JsonResponse(body, status=status, content_type="application/problem+json")


def refused(request: HttpRequest, reason: str) -> HttpResponse:
    """403: what is missing and who can give it (UX rule 7), in the words of the catalogue of reasons."""
    words = _reason_words()
    text = words.REASONS_TO_YOU.get(reason) or words.REASONS.get(reason, "")
    who = words.WHO_CAN_HELP_YOU.get(reason) or words.WHO_CAN_CHANGE.get(reason, "")
    what_now = [sentence(part) for part in (text, who) if part] or WHAT_NOW[403]
    return page(request, 403, what_now=what_now, reason=str(reason))


def stale(request: HttpRequest, current: Mapping[str, Any]) -> HttpResponse:
    """409: what it is now, who decided and when. Keys as in :class:`countersign.policy.errors.Stale`."""
    text = _reason_words().REASONS.get(str(current.get("what", "")), "")
    what_now = [sentence(text), *WHAT_NOW[409]] if text else WHAT_NOW[409]
    current_shown = {"by": current.get("by", ""), "at": current.get("at"), "word": current.get("status", "")}
    return page(
        request, 409, what_now=what_now, current=current_shown, again=request.path, reason=str(current.get("what", ""))
    )


def invalid(request: HttpRequest, problems: Mapping[str, str]) -> HttpResponse:
    """422, for input that came without a form to show again."""
    return page(request, 422, problems={name: str(text) for name, text in problems.items()})


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    """429: when to try again."""
    response = page(request, 429, seconds=seconds)
    response.headers["Retry-After"] = str(seconds)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of Django's check that a form comes from our own page. Setting ``CSRF_FAILURE_VIEW``."""
    return page(
        request,
        403,
        heading=gettext("This page was open too long"),
        what_now=[
            gettext("For your safety we could not accept what the page sent. Nothing was changed."),
            gettext("Go back, load the page again, and send it once more. Your browser must accept our cookies."),
        ],
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """``handler400``. An address of another host must not be repeated: the page is plain."""
    from django.core.exceptions import RequestDataTooBig

    return page(request, 413 if isinstance(exception, RequestDataTooBig) else 400, layout=PLAIN)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """``handler403``"""
    return page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """``handler404``: also for what exists and may not be seen."""
    return page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """``handler500``: 503 when the database did not answer. Asks the database for nothing."""
    unavailable = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    response = page(request, 503 if unavailable else 500, layout=PLAIN)
    if unavailable:
        response.headers["Retry-After"] = "30"
    return response


def sentence(text: Any) -> str:
    """With a full stop, unless it has one."""
    text = str(text)
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _reason_words() -> Any:
    """The module with REASONS, WHO_CAN_CHANGE and what is said to the one refused: it lies above this folder."""
    return import_module(settings.REASON_WORDING)
