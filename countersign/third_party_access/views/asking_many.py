"""Requests from a file: upload → what becomes of each row → Submit → progress, then the result of each row."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from countersign.logons.fresh import fresh_or_redirect
from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Invalid
from countersign.policy.rights import Rights
from countersign.taxpayers.models import AccountType
from countersign.third_party_access.forms import FileForm, SubmitFileForm
from countersign.third_party_access.models import RequestFile
from countersign.third_party_access.operations.request_access import asking_firm
from countersign.third_party_access.operations.request_many import keep_requests, submit_requests
from countersign.third_party_access.queries.periods import day_of
from countersign.third_party_access.queries.request_files import SHAPE, WORDS, Outcome, Planned, file_of, plan
from countersign.third_party_access.views.steps import acting_for
from countersign.ui.spreadsheet import csv_response
from countersign.ui.tables import Column, Table
from countersign.ui.words import RIGHTS
from countersign.uploads.pages import ProgressWords, counts_of, progress_of

SHOWN = 50
SKIP = "skip"


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, taxpayer: int) -> HttpResponse:
    """Upload a file. Nobody is asked by that; what it names is looked at, so who one is has to be fresh."""
    now = timezone.now()
    firm = asking_firm(signed_in(request), taxpayer, now=now)
    if (first := fresh_or_redirect(request, now)) is not None:
        return first
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if form.is_bound and form.is_valid():
        try:
            content = form.cleaned_data["file"]
            kept = keep_requests(actor=signed_in(request), third_party=firm.pk, content=content, now=now)
            return HttpResponseRedirect(reverse("third_party_access:file", args=[firm.pk, kept.pk]), status=303)
        except Invalid as invalid:
            form.add_problems(invalid.problems)
    context = {"acting_for": acting_for(firm), "firm": firm, "form": form}
    return render(request, "third_party_access/upload.html", context, status=form.http_status)


@require_safe
def pattern(request: HttpRequest, taxpayer: int) -> HttpResponseBase:
    """A file to begin with: the columns, and one row as an example."""
    now = timezone.now()
    asking_firm(signed_in(request), taxpayer, now=now)
    types = AccountType.objects.order_by("name", "pk")[:2]
    rights = "; ".join(f"{one.name}: {RIGHTS[Rights.VIEW_ONLY]}" for one in types)
    example = ("FEIN", "00-0000000", _("Example Bakery LLC"), rights, day_of(now).isoformat(), "", "")
    return csv_response("requests", SHAPE.labels, [[example]])


@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest, taxpayer: int, file: int) -> HttpResponse:
    """What becomes of the rows; after Submit how far asking has come. Any browser may come back to it."""
    now = timezone.now()
    firm, kept = file_of(signed_in(request), taxpayer, file, at=now)
    problem = ""
    if request.method == "POST":
        form = SubmitFileForm(request.POST)
        form.is_valid()
        if (again := fresh_or_redirect(request, now)) is not None:
            return again
        try:
            submit_requests(
                actor=signed_in(request),
                third_party=firm.pk,
                file=file,
                skip_bad=request.POST.get("step") == SKIP,
                now=now,
                token=form.page_token,
            )
            return HttpResponseRedirect(request.path, status=303)
        except Invalid as invalid:
            problem = " ".join(invalid.problems.values())
    context: dict[str, Any] = {"acting_for": acting_for(firm), "firm": firm, "file": kept}
    if kept.submission:
        return render(request, "third_party_access/file_progress.html", context | _progress(kept))
    planned = plan(firm, kept.rows, at=now)
    bad = [one for one in planned if one.outcome is not Outcome.READY]
    context |= {
        "ready": len(planned) - len(bad),
        "bad": len(bad),
        "problem": problem,
        "table": _problem_table(bad),
        "form": SubmitFileForm(),
    }
    return render(request, "third_party_access/file_review.html", context, status=422 if problem else 200)


@require_safe
def results(request: HttpRequest, taxpayer: int, file: int) -> HttpResponseBase:
    """The result of each row, as a file; before Submit what would become of it."""
    now = timezone.now()
    firm, kept = file_of(signed_in(request), taxpayer, file, at=now)
    rows: list[list[Any]] = list(kept.results or [])
    if len(rows) < len(kept.rows):
        rows += [one.result(_left_out(kept, one)) for one in plan(firm, kept.rows[len(rows) :], at=now)]
    heading = [_("Line"), _("ID type"), _("Last four"), _("Legal name"), _("Result"), _("Confirmation number")]
    lines = [[*row[:4], WORDS[Outcome(row[4])], row[5]] for row in rows]
    return csv_response("requests-results", heading, [lines])


def _left_out(kept: RequestFile, one: Planned) -> Outcome:
    return Outcome.LEFT_OUT if kept.refused and one.outcome is Outcome.READY else one.outcome


def _problem_table(bad: list[Planned]) -> Table:
    return Table(
        _("Rows that cannot be asked"),
        [
            Column("line", _("Line"), numeric=True),
            Column("name", _("Legal name"), row_header=True),
            Column("number", _("ID number")),
            Column("result", _("Result")),
        ],
        [
            {
                "line": one.line,
                "name": one.name,
                "number": _("%(type)s ending in %(last)s") % {"type": one.id_type, "last": one.last4}
                if one.last4
                else one.id_type,
                "result": WORDS[one.outcome],
            }
            for one in bad[:SHOWN]
        ],
    )


def _progress(kept: RequestFile) -> dict[str, Any]:
    counts = counts_of(kept)
    words = ProgressWords(
        running=_("Requests are being submitted"),
        done=_("The file is done"),
        stopped=_("The file has stopped"),
        refused=_(
            "A row could not be asked any more, or you may no longer ask for this third party. The rest was left out."
        ),
        summary=_("%(done)s of %(rows)s requests submitted, %(skipped)s skipped.") % counts,
    )
    firm = kept.third_party_id
    return progress_of(
        kept,
        words,
        results_url=reverse("third_party_access:results", args=[firm, kept.pk]),
        back_url=reverse("third_party_access:requests", args=[firm]),
    )
