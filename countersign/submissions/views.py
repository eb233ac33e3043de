"""The list of submissions, a submission, and what one sees right after Submit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from countersign.logons.models import Logon
from countersign.logons.signed_in import signed_in
from countersign.submissions.confirmation_numbers import normal_confirmation_number
from countersign.submissions.forms import place_in_address, place_in_list
from countersign.submissions.kinds import KINDS
from countersign.submissions.models import Status
from countersign.submissions.queries import PAGE_SIZE, Page, Row, submission_for, submissions_of
from countersign.ui.components.moments import when
from countersign.ui.shell import ActingFor, links
from countersign.ui.spreadsheet import csv_response
from countersign.ui.tables import (
    Chip,
    Column,
    Empty,
    Link,
    Pager,
    StatusWord,
    Table,
    TwoLines,
    address_with,
    page_size,
    page_sizes,
)
from countersign.ui.words import in_fours

STATUS_LOOK = {
    Status.PENDING: "waiting",
    Status.PROCESSED: "good",
    Status.WITHDRAWN: "ended",
    Status.REJECTED: "bad",
}
LONGEST_SEARCH = 200
CSV_BATCH = 500


@require_safe
def submissions(request: HttpRequest) -> HttpResponse:
    """What this logon submitted, and what concerns the taxpayers that it administers."""
    typed, status = _asked(request)
    after = place_in_list(request.GET.get("after", ""))
    size = page_size(request, PAGE_SIZE)
    page = submissions_of(signed_in(request), at=timezone.now(), number=typed, status=status, after=after, size=size)
    chips = []
    if typed:
        chips.append(Chip(_("Number: %(number)s") % {"number": typed}, address_with(request, q=None)))
    if status:
        chips.append(Chip(Status(status).label, address_with(request, status=None)))
    following = place_in_address(page.following)
    next_url = f"{address_with(request)}&after={following}" if following else ""
    context = {
        "table": _table(page, bool(chips)),
        "chips": chips,
        "csv_url": reverse("submissions:csv") + address_with(request),
        "typed": typed,
        "keep": {"status": status} if status else {},
        "statuses": [(one.label, address_with(request, status=one.value)) for one in Status if one.value != status],
        "pager": Pager(
            previous_url=address_with(request) if after else "",
            next_url=next_url,
            sizes=page_sizes(request, PAGE_SIZE),
        ),
    }
    return render(request, "submissions/list.html", context)


@require_safe
def submissions_csv(request: HttpRequest) -> HttpResponseBase:
    """The same list, whole."""
    typed, status = _asked(request)
    heading = [_("Confirmation number"), _("What"), _("About"), _("Submitted"), _("Status")]
    pages = _pages(signed_in(request), typed, status, timezone.now())
    return csv_response("submissions", heading, (map(_line, page.rows) for page in pages))


def _asked(request: HttpRequest) -> tuple[str, str]:
    """The number searched for, and the status that the list is limited to."""
    status = request.GET.get("status", "")
    return request.GET.get("q", "")[:LONGEST_SEARCH].strip(), status if status in Status.values else ""


def _pages(actor: Logon, typed: str, status: str, now: datetime) -> Iterator[Page]:
    after = None
    while True:
        page = submissions_of(actor, at=now, number=typed, status=status, after=after, size=CSV_BATCH)
        yield page
        if page.following is None:
            return
        after = page.following


def _line(row: Row) -> list[Any]:
    submitted = timezone.localtime(row.submission.submitted_at, timezone.get_default_timezone())
    return [
        row.submission.confirmation_number,
        row.title,
        row.about,
        submitted.isoformat(timespec="minutes"),
        Status(row.submission.status).label,
    ]


@require_safe
def submission(request: HttpRequest, number: str) -> HttpResponse:
    """One submission, to read and to print; any way of writing its number leads here."""
    return _page(request, number, "submissions/detail.html")


@require_safe
def done(request: HttpRequest, number: str) -> HttpResponse:
    """What one sees right after Submit: that it was done, its number, and what happens now."""
    return _page(request, number, "submissions/done.html")


def _page(request: HttpRequest, number: str, template: str) -> HttpResponse:
    now = timezone.now()
    found, viewer = submission_for(signed_in(request), number, at=now)
    kind = KINDS[found.kind]
    receipt = kind.receipt(found, viewer, now)
    status = Status(found.status)
    context = {
        "submission": found,
        "title": kind.title,
        "receipt": receipt,
        "summary": [
            (_("Confirmation number"), spaced(found.confirmation_number)),
            (_("Status"), StatusWord(STATUS_LOOK[status], status.label)),
            *receipt.lines,
        ],
        "number": spaced(found.confirmation_number),
    }
    if receipt.taxpayer and (viewer.administers_taxpayer or viewer.administers_third_party):
        # Else the bar says whom one acts for by default.
        context["acting_for"] = ActingFor(receipt.taxpayer, _("Master Administrator"), links().get("acting_for", ""))
    return render(request, template, context)


def spaced(number: str) -> str:
    """A confirmation number as people read it out: 7K3M-PQ2X-W9."""
    plain = normal_confirmation_number(number) or number
    return in_fours(plain)


def _table(page: Page, filtered: bool) -> Table:
    rows = [
        {
            "number": Link(
                spaced(row.submission.confirmation_number),
                reverse("submissions:detail", args=[row.submission.confirmation_number]),
            ),
            "what": TwoLines(row.title, row.about),
            "submitted": when(row.submission.submitted_at),
            "status": StatusWord(STATUS_LOOK[Status(row.submission.status)], Status(row.submission.status).label),
        }
        for row in page.rows
    ]
    empty = Empty(
        _("Nothing has been submitted yet"),
        _("Each change that you submit gets a confirmation number and is listed here."),
    )
    if filtered:
        empty = Empty(
            _("No submission matches"),
            _("A confirmation number has ten letters and digits. Check it, or show all submissions."),
            reverse("submissions:list"),
            _("Show all"),
        )
    return Table(
        _("Submissions, newest first"),
        [
            Column("number", _("Confirmation number"), row_header=True),
            Column("what", _("What")),
            Column("submitted", _("Submitted")),
            Column("status", _("Status")),
        ],
        rows,
        empty,
        quiet_caption=True,
    )
