"""Secondary logons from a file: upload → what becomes of each row → Submit → progress, then the result of each row."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Invalid
from countersign.portfolios.pages import SECONDARY_LOGONS, portfolio_page
from countersign.secondary_logons.forms import FileForm, SubmitFileForm
from countersign.secondary_logons.models import LogonFile
from countersign.secondary_logons.operations.uploading import keep_file, submit_file
from countersign.secondary_logons.queries.logon_files import COLUMNS, WORDS, Outcome, file_of, plan
from countersign.secondary_logons.views.steps import asks_again, standing_of
from countersign.ui.components.moments import number
from countersign.ui.spreadsheet import csv_response
from countersign.ui.tables import Column, Table
from countersign.uploads.pages import ProgressWords, counts_of, progress_of

SHOWN = 50
SKIP = "skip"


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, portfolio: int) -> HttpResponse:
    """Upload a file. Nothing is added by that."""
    standing = standing_of(request, portfolio)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if form.is_bound and form.is_valid():
        try:
            kept = keep_file(
                actor=signed_in(request),
                portfolio=portfolio,
                content=form.cleaned_data["file"],
                now=timezone.now(),
            )
            return HttpResponseRedirect(reverse("secondary_logons:file", args=[portfolio, kept.pk]), status=303)
        except Invalid as invalid:
            form.add_problems(invalid.problems)
    context = {"form": form, "columns": COLUMNS}
    return portfolio_page(
        request, standing, SECONDARY_LOGONS, "secondary_logons/upload.html", context, status=form.http_status
    )


@require_safe
def pattern(request: HttpRequest, portfolio: int) -> HttpResponseBase:
    """A file to begin with: the columns, and one row as an example."""
    standing_of(request, portfolio)
    example = ("sam.example", "Sam", "Example", "sam@example.com", "TA", "View Only", "Default", "all")
    return csv_response("secondary-logons", COLUMNS, [[example]])


@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest, portfolio: int, file: int) -> HttpResponse:
    """What becomes of the rows; after Submit how far adding them has come. Any browser may come back to it."""
    standing = standing_of(request, portfolio)
    kept = file_of(standing, file)
    problem = ""
    if request.method == "POST":
        form = SubmitFileForm(request.POST)
        form.is_valid()
        if (again := asks_again(request)) is not None:
            return again
        try:
            submit_file(
                actor=signed_in(request),
                portfolio=portfolio,
                file=file,
                skip_bad=request.POST.get("step") == SKIP,
                now=timezone.now(),
                token=form.page_token,
            )
            return HttpResponseRedirect(request.path, status=303)
        except Invalid as invalid:
            problem = " ".join(invalid.problems.values())
    if kept.submission:
        return portfolio_page(
            request, standing, SECONDARY_LOGONS, "secondary_logons/file_progress.html", _progress(kept)
        )
    planned = plan(standing, kept.rows)
    bad = [one for one in planned if one.outcome is not Outcome.READY]
    context = {
        "file": kept,
        "ready": len(planned) - len(bad),
        "bad": len(bad),
        "problem": problem,
        "table": Table(
            _("Rows that cannot be added"),
            [
                Column("line", _("Line"), numeric=True),
                Column("username", _("Username"), row_header=True),
                Column("name", _("Name")),
                Column("result", _("Result")),
            ],
            [
                {
                    "line": one.line,
                    "username": one.username,
                    "name": f"{one.first_name} {one.last_name}",
                    "result": WORDS[one.outcome],
                }
                for one in bad[:SHOWN]
            ],
        ),
        "form": SubmitFileForm(),
    }
    return portfolio_page(
        request,
        standing,
        SECONDARY_LOGONS,
        "secondary_logons/file_review.html",
        context,
        status=422 if problem else 200,
    )


@require_safe
def results(request: HttpRequest, portfolio: int, file: int) -> HttpResponseBase:
    """The result of each row, as a file; before Submit what would become of it."""
    standing = standing_of(request, portfolio)
    kept = file_of(standing, file)
    if kept.results is not None and not kept.refused:
        rows = [[line, username, WORDS[Outcome(outcome)]] for line, username, outcome, _logon in kept.results]
    else:
        left_out = bool(kept.refused)
        rows = [
            [
                one.line,
                one.username,
                WORDS[Outcome.LEFT_OUT if left_out and one.outcome is Outcome.READY else one.outcome],
            ]
            for one in plan(standing, kept.rows)
        ]
    return csv_response("secondary-logons-results", [_("Line"), _("Username"), _("Result")], [rows])


def _progress(kept: LogonFile) -> dict[str, object]:
    counts = counts_of(kept) | {"invited": number(kept.invited)}
    words = ProgressWords(
        running=_("Users are being added"),
        done=_("The file is done"),
        stopped=_("Adding has stopped"),
        refused=_("A row could not be added any more, or you may no longer add logons here. The rest was left out."),
        summary=_("%(done)s of %(rows)s added, %(skipped)s skipped, %(invited)s invited by e-mail.") % counts,
    )
    return progress_of(
        kept,
        words,
        results_url=reverse("secondary_logons:results", args=[kept.portfolio_id, kept.pk]),
        back_url=reverse("secondary_logons:list", args=[kept.portfolio_id]),
    )
