"""Placements from a file: upload → what each row would do, and who gains and loses → Submit → done."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from countersign.access.queries.group_changes import ChangedCustomer, LogonChange
from countersign.access.queries.mapping_changes import customers_of_moves, preview_of_moves
from countersign.logons.models import Logon
from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.reasons import Reason
from countersign.portfolios.pages import CUSTOMER_SECURITY, portfolio_page
from countersign.portfolios.previews import CSV_BATCH, customer_rows, customers_csv, preview_csv, preview_table
from countersign.portfolios.queries import Standing, portfolio_of
from countersign.security_groups.forms import FileForm, SeenForm
from countersign.security_groups.models import PlacementFile
from countersign.security_groups.operations import keep_file, place_from_file
from countersign.security_groups.operations.placing import check_may_place_all
from countersign.security_groups.operations.uploading import AT_ONCE
from countersign.security_groups.queries.placement_files import (
    WORDS,
    Meaning,
    Outcome,
    file_of,
    meaning_of,
)
from countersign.security_groups.views.steps import done, key_in, page_number
from countersign.ui.spreadsheet import csv_response
from countersign.ui.tables import Column, Pager, Table, TwoLines, address_with, page_size, page_sizes
from countersign.uploads.pages import ProgressWords, counts_of, progress_of

PROBLEMS_SHOWN = 50
SKIP = "skip"


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, portfolio: int) -> HttpResponse:
    """Upload a file as it was downloaded, with other groups in it. Nothing is placed by that."""
    now = timezone.now()
    standing = portfolio_of(signed_in(request), portfolio, at=now)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if form.is_bound and form.is_valid():
        try:
            kept = keep_file(actor=standing.actor, portfolio=portfolio, content=form.cleaned_data["file"], now=now)
            return redirect("security_groups:upload_review", portfolio, kept.pk)
        except Invalid as invalid:
            form.add_problems(invalid.problems)
    return portfolio_page(
        request, standing, CUSTOMER_SECURITY, "security_groups/upload.html", {"form": form}, form.http_status
    )


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, portfolio: int, file: int) -> HttpResponse:
    """What the file would do; Submit does it, all or nothing, or with the rows skipped that cannot be done."""
    now = timezone.now()
    standing = portfolio_of(signed_in(request), portfolio, at=now)
    kept = file_of(standing, file, actor=standing.actor)
    stale, problem = False, ""
    if request.method == "POST":
        form = SeenForm(request.POST)
        form.full_clean()
        try:
            submission = place_from_file(
                actor=standing.actor,
                portfolio=portfolio,
                file=file,
                skip=request.POST.get("step") == SKIP,
                version=form.cleaned_data.get("version", ""),
                now=now,
                token=form.page_token,
            )
            return done(submission.confirmation_number) if len(kept.rows) <= AT_ONCE else redirect(request.path)
        except Stale as error:
            if error.current.get("what") != Reason.ACCESS_CHANGED:
                raise
            stale = True
        except Invalid as invalid:
            problem = " ".join(invalid.problems.values())
    if kept.submission and (kept.running or kept.refused or len(kept.rows) > AT_ONCE):
        template = "security_groups/upload_progress.html"
        return portfolio_page(request, standing, CUSTOMER_SECURITY, template, _progress(kept))
    if kept.submission:
        return done(kept.submission)
    meaning = meaning_of(standing, kept.rows, at=now)
    check_may_place_all(standing, meaning.moves)
    preview = preview_of_moves(portfolio, meaning.moves, at=now)
    behind = reverse("security_groups:upload_changes", args=[portfolio, file])
    context = {
        "file": kept,
        "rows": len(meaning.rows),
        "already": meaning.count(Outcome.ALREADY),
        "problems": len(meaning.problems),
        "problem_table": _problem_table(meaning),
        "preview": preview,
        "table": preview_table(preview, lambda logon, gained: f"{behind}?logon={logon}&gained={int(gained)}"),
        "stale": stale,
        "problem": problem,
        "form": SeenForm(initial={"version": preview.version}),
    }
    status = 409 if stale else 422 if problem else 200
    return portfolio_page(request, standing, CUSTOMER_SECURITY, "security_groups/upload_review.html", context, status)


@require_safe
def changes_of_file(request: HttpRequest, portfolio: int, file: int) -> HttpResponse:
    """Behind the counts: the clients that one logon would gain or lose by the whole file."""
    now = timezone.now()
    standing = portfolio_of(signed_in(request), portfolio, at=now)
    kept = file_of(standing, file, actor=standing.actor)
    if not request.GET.get("logon") or kept.submission:
        return redirect("security_groups:upload_review", portfolio, file)
    asked = _asked(request, standing, kept, now)
    total = asked.change.gains if asked.gained else asked.change.losses
    who = Logon.objects.get(pk=asked.change.logon).full_name
    size, page = page_size(request), page_number(request)
    first = (page - 1) * size
    shown = asked.customers(portfolio, now, first, size)
    caption = _("Clients that %(who)s gains") if asked.gained else _("Clients that %(who)s loses")
    table = Table(caption % {"who": who}, [Column("customer", _("Client"), row_header=True)], customer_rows(shown))
    context = {
        "table": table,
        "who": who,
        "back_url": reverse("security_groups:upload_review", args=[portfolio, file]),
        "back_words": _("Review what the file would do"),
        "csv_url": f"{reverse('security_groups:upload_changes_csv', args=[portfolio, file])}?{request.GET.urlencode()}",
        "pager": Pager(
            previous_url=f"{address_with(request)}&page={page - 1}" if page > 1 else "",
            next_url=f"{address_with(request)}&page={page + 1}" if first + size < total else "",
            first=first + 1 if shown else None,
            last=first + len(shown) if shown else None,
            total=total,
            sizes=page_sizes(request),
        ),
    }
    return portfolio_page(request, standing, CUSTOMER_SECURITY, "security_groups/changes.html", context)


@require_safe
def changes_of_file_csv(request: HttpRequest, portfolio: int, file: int) -> HttpResponseBase:
    """The same list, whole; without ``logon`` who gains and who loses clients."""
    now = timezone.now()
    standing = portfolio_of(signed_in(request), portfolio, at=now)
    kept = file_of(standing, file, actor=standing.actor)
    if kept.submission:
        return redirect("security_groups:upload_review", portfolio, file)
    if not request.GET.get("logon"):
        meaning = meaning_of(standing, kept.rows, at=now)
        check_may_place_all(standing, meaning.moves)
        return preview_csv(preview_of_moves(portfolio, meaning.moves, at=now))
    asked = _asked(request, standing, kept, now)
    return customers_csv(lambda first: asked.customers(portfolio, now, first, CSV_BATCH))


class _Asked(NamedTuple):
    """Whose gains or losses the address asks for."""

    meaning: Meaning
    change: LogonChange
    gained: bool

    def customers(self, portfolio: int, now: datetime, first: int, size: int) -> list[ChangedCustomer]:
        """A page of them."""
        return customers_of_moves(
            portfolio,
            self.meaning.moves,
            logon=self.change.logon,
            gained=self.gained,
            at=now,
            first=first,
            size=size,
        )


def _asked(request: HttpRequest, standing: Standing, kept: PlacementFile, now: datetime) -> _Asked:
    """Raises a hidden ``Refused`` (404) for a logon that gains and loses nothing."""
    logon = key_in(request.GET.get("logon", ""))
    meaning = meaning_of(standing, kept.rows, at=now)
    check_may_place_all(standing, meaning.moves)
    preview = preview_of_moves(standing.portfolio, meaning.moves, at=now)
    changed = {one.logon: one for one in preview.logons}.get(logon or 0)
    if changed is None:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    return _Asked(meaning, changed, request.GET.get("gained") == "1")


@require_safe
def results(request: HttpRequest, portfolio: int, file: int) -> HttpResponseBase:
    """The file with the result of each row: before Submit what would become of it."""
    now = timezone.now()
    standing = portfolio_of(signed_in(request), portfolio, at=now)
    kept = file_of(standing, file, actor=standing.actor)
    rows = list(kept.results or [])
    if len(rows) < len(kept.rows):
        left_out = bool(kept.refused)
        for row in meaning_of(standing, kept.rows, at=now).rows[len(rows) :]:
            outcome = Outcome.LEFT_OUT if left_out and row.outcome is Outcome.PLACED else row.outcome
            rows.append([row.line, row.number, row.customer, row.group, outcome])
    heading = [_("Line"), _("Customer number"), _("Customer"), _("Security group"), _("Result")]
    return csv_response("placements", heading, [[[*row[:4], WORDS[Outcome(row[4])]] for row in rows]])


def _progress(kept: PlacementFile) -> dict[str, Any]:
    counts = counts_of(kept)
    words = ProgressWords(
        running=_("Customers are being placed"),
        done=_("The file is done"),
        stopped=_("The file has stopped"),
        refused=_(
            "Something changed since you saw the preview, or you may no longer place these customers. "
            "The rest was left out: upload the file again to see what would happen now."
        ),
        summary=_("%(done)s of %(rows)s rows done, %(skipped)s skipped.") % counts,
    )
    return progress_of(
        kept,
        words,
        results_url=reverse("security_groups:results", args=[kept.portfolio_id, kept.pk]),
        back_url=reverse("security_groups:customers", args=[kept.portfolio_id]),
    )


def _problem_table(meaning: Meaning) -> Table:
    return Table(
        _("Rows that cannot be done"),
        [
            Column("line", _("Line"), numeric=True),
            Column("customer", _("Customer"), row_header=True),
            Column("group", _("Security group")),
            Column("result", _("Result")),
        ],
        [
            {
                "line": row.line,
                "customer": TwoLines(row.customer, row.number) if row.number else row.customer,
                "group": row.group,
                "result": WORDS[row.outcome],
            }
            for row in meaning.problems[:PROBLEMS_SHOWN]
        ],
    )
