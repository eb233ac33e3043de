"""Every component in each of its states, for people who build pages, and for the test of accessibility."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from countersign.policy.reasons import Reason
from countersign.ui import error_pages
from countersign.ui.shell import ActingFor
from countersign.ui.views import gallery_samples as samples

LAYOUTS = ("signed_out", "signed_in", "plain", "done")


@login_not_required
@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """All components."""
    _only_where_shown()
    blank, filled = samples.blank_form(), samples.form_with_errors()
    context = {
        "acting_for": ActingFor("Harbor Bakery LLC", "Master Administrator", request.path),
        "layout": "ui/layouts/signed_in.html",
        "blank": blank,
        "filled": filled,
        "table": samples.table(request),
        "empty_table": samples.empty_table(),
        "chips": samples.chips(),
        "pager": samples.pager(request),
        "tabs": samples.tabs(),
        "summary": samples.summary(),
        "path": samples.path(),
        "short_path": samples.path()[::4],
        "tasks": samples.tasks(),
        "moments": samples.moments(),
        "page": request.path,
    }
    return render(request, "ui/gallery/gallery.html", context)


@login_not_required
@require_safe
def layout(request: HttpRequest, layout: str) -> HttpResponse:
    """One layout with a page as it is typically filled."""
    _only_where_shown()
    if layout not in LAYOUTS:
        raise Http404
    acting_for = ActingFor("Harbor Bakery LLC", "Master Administrator", request.path)
    context = {"acting_for": acting_for, "form": samples.sign_in_form(), "tasks": samples.tasks()}
    context |= {"table": samples.table(request), "pager": samples.pager(request), "summary": samples.summary()}
    return render(request, f"ui/gallery/{layout}.html", context)


@login_not_required
@require_safe
def error(request: HttpRequest, status: int) -> HttpResponse:
    """One error page."""
    _only_where_shown()
    if status not in error_pages.STATUSES:
        raise Http404
    if status == 403:
        return error_pages.refused(request, Reason.RIGHTS_TOO_LOW)
    if status == 409:
        return error_pages.stale(
            request, {"what": Reason.REQUEST_DECIDED, "by": "Dana Reyes", "at": timezone.now(), "status": "Approved"}
        )
    if status == 422:
        return error_pages.invalid(request, {"ends": "The end must be after the begin."})
    if status == 429:
        return error_pages.too_many(request, 30)
    return error_pages.page(request, status)


def _only_where_shown() -> None:
    if not (settings.GALLERY or settings.DEBUG):
        raise Http404
