"""Refinements from a file: upload → what each row would do, and who gains and loses → Submit → progress."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from countersign.access.queries.covering import covers
from countersign.access.queries.limits_change import ChangedAccount
from countersign.access.queries.refinement_changes import (
    LogonRefined,
    RefinementsPreview,
    accounts_of_refinements,
    preview_of_refinements,
)
from countersign.logons.models import Logon
from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.reasons import Reason
from countersign.policy.rights import Rights
from countersign.portfolios.pages import SECONDARY_LOGONS, portfolio_page
from countersign.portfolios.queries import Standing
from countersign.secondary_logons.forms import FileForm, VersionForm
from countersign.secondary_logons.models import RefinementFile
from countersign.secondary_logons.operations.refining import keep_refinements, submit_refinements, version_of
from countersign.secondary_logons.queries.refinement_files import (
    SHAPE,
    WORDS,
    Outcome,
    Plan,
    all_refinements,
    file_of,
    plan,
)
from countersign.secondary_logons.views.previews import CSV_BATCH, accounts_csv, accounts_table
from countersign.secondary_logons.views.steps import asks_again, standing_of
from countersign.secondary_logons.views.uploading import SHOWN, SKIP
from countersign.ui.components.moments import number
from countersign.ui.spreadsheet import csv_response
from countersign.ui.tables import Column, Empty, Link, Pager, Table, TwoLines, address_with, page_in
from countersign.ui.words import RIGHTS
from countersign.uploads.pages import ProgressWords, counts_of, progress_of

LOGONS_A_PAGE, ACCOUNTS_A_PAGE = 50, 100


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, portfolio: int) -> HttpResponse:
    """Upload a file. Nothing is set by that."""
    standing = standing_of(request, portfolio)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if form.is_bound and form.is_valid():
        try:
            content = form.cleaned_data["file"]
            kept = keep_refinements(actor=signed_in(request), portfolio=portfolio, content=content, now=timezone.now())
            address = reverse("secondary_logons:refinement_file", args=[portfolio, kept.pk])
            return HttpResponseRedirect(address, status=303)
        except Invalid as invalid:
            form.add_problems(invalid.problems)
    return portfolio_page(
        request,
        standing,
        SECONDARY_LOGONS,
        "secondary_logons/refinements_upload.html",
        {"form": form},
        status=form.http_status,
    )


@require_safe
def pattern(request: HttpRequest, portfolio: int) -> HttpResponseBase:
    """A file to begin with: the columns, and rows as examples of one customer and of one account."""
    standing_of(request, portfolio)
    examples = [
        ("sam.example", "", _("Example Bakery LLC"), "", RIGHTS[Rights.VIEW_ONLY]),
        ("sam.example", "", "", "WTH-00000000", RIGHTS[Rights.NO_ACCESS]),
    ]
    return csv_response("refinements", SHAPE.labels, [examples])


@require_safe
def download(request: HttpRequest, portfolio: int) -> HttpResponseBase:
    """What is set now, in the shape of the file: it can be changed and uploaded."""
    standing = standing_of(request, portfolio)
    found = all_refinements(standing, at=timezone.now())
    batches = ([[*row[:4], RIGHTS[Rights(row[4])]] for row in batch] for batch in found)
    return csv_response("refinements", SHAPE.labels, batches)


@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest, portfolio: int, file: int) -> HttpResponse:
    """What becomes of the rows, and who gains and loses; after Submit how far it is. Any browser may come back."""
    now = timezone.now()
    standing = standing_of(request, portfolio)
    kept = file_of(standing, file)
    stale, problem = False, ""
    if request.method == "POST":
        form = VersionForm(request.POST)
        form.full_clean()
        if (again := _asks_again(request, standing, kept)) is not None:
            return again
        try:
            submit_refinements(
                actor=signed_in(request),
                portfolio=portfolio,
                file=file,
                skip_bad=request.POST.get("step") == SKIP,
                version=form.cleaned_data.get("version", ""),
                now=now,
                token=form.page_token,
            )
            return HttpResponseRedirect(request.path, status=303)
        except Stale as error:
            if error.current.get("what") != Reason.ACCESS_CHANGED:
                raise
            stale = True
        except Invalid as invalid:
            problem = " ".join(invalid.problems.values())
    if kept.submission:
        return portfolio_page(
            request, standing, SECONDARY_LOGONS, "secondary_logons/refinements_progress.html", _progress(kept)
        )
    planned = plan(standing, kept.rows, at=now)
    preview = preview_of_refinements(portfolio, planned.changes, at=now)
    context = {
        "file": kept,
        "ready": planned.count(Outcome.READY),
        "already": planned.count(Outcome.ALREADY),
        "problems": len(planned.problems),
        "problem_table": _problem_table(planned),
        "changes": bool(planned.changes),
        "table": _preview_table(standing, kept, preview, first=0),
        "whole_url": _behind(standing, kept) if len(preview.logons) > LOGONS_A_PAGE else "",
        "stale": stale,
        "problem": problem,
        "form": VersionForm(initial={"version": version_of(planned, preview.version)}),
    }
    status = 409 if stale else 422 if problem else 200
    return portfolio_page(
        request, standing, SECONDARY_LOGONS, "secondary_logons/refinements_review.html", context, status=status
    )


@require_safe
def changes(request: HttpRequest, portfolio: int, file: int) -> HttpResponseBase:
    """Behind the counts: without ``logon`` who gains and loses, with it on which accounts."""
    standing = standing_of(request, portfolio)
    kept = file_of(standing, file)
    if kept.submission:
        return HttpResponseRedirect(reverse("secondary_logons:refinement_file", args=[portfolio, file]))
    asked = _Asked(request, standing, kept)
    page = page_in(request)
    if asked.logon is None:
        first = (page - 1) * LOGONS_A_PAGE
        table = _preview_table(standing, kept, asked.preview, first=first)
        more = first + LOGONS_A_PAGE < len(asked.preview.logons)
    else:
        found = asked.accounts(first=(page - 1) * ACCOUNTS_A_PAGE, size=ACCOUNTS_A_PAGE + 1)
        more = len(found) > ACCOUNTS_A_PAGE
        table = accounts_table(found[:ACCOUNTS_A_PAGE], asked.who, gained=asked.gained)
    csv_url = reverse("secondary_logons:refinement_changes_csv", args=[portfolio, file])
    context = {
        "file": kept,
        "who": asked.who,
        "table": table,
        "csv_url": f"{csv_url}?{request.GET.urlencode()}",
        "pager": Pager(
            previous_url=f"{address_with(request)}&page={page - 1}" if page > 1 else "",
            next_url=f"{address_with(request)}&page={page + 1}" if more else "",
        ),
    }
    return portfolio_page(request, standing, SECONDARY_LOGONS, "secondary_logons/refinements_changes.html", context)


@require_safe
def changes_csv(request: HttpRequest, portfolio: int, file: int) -> HttpResponseBase:
    """The same lists, whole."""
    standing = standing_of(request, portfolio)
    kept = file_of(standing, file)
    if kept.submission:
        return HttpResponseRedirect(reverse("secondary_logons:refinement_file", args=[portfolio, file]))
    asked = _Asked(request, standing, kept)
    if asked.logon is not None:
        return accounts_csv(lambda first: asked.accounts(first=first, size=CSV_BATCH))
    heading = [
        _("Username"),
        _("Name"),
        _("Accounts with more rights"),
        _("Accounts with fewer rights"),
        _("Clients it comes to see"),
        _("Clients it sees no more"),
    ]
    people = asked.planned.logons
    lines = (
        [people[one.logon].logon.username, people[one.logon].logon.full_name, *one[1:]] for one in asked.preview.logons
    )
    return csv_response("who-gains-and-loses", heading, [lines])


class _Asked:
    """Whose changes the address asks for. Raises a hidden ``Refused`` (404) for a logon that does not change."""

    def __init__(self, request: HttpRequest, standing: Standing, kept: RefinementFile) -> None:
        self.at = timezone.now()
        self.portfolio = standing.portfolio
        self.planned = plan(standing, kept.rows, at=self.at)
        self.preview = preview_of_refinements(standing.portfolio, self.planned.changes, at=self.at)
        self.gained = request.GET.get("gained") == "1"
        self.logon: int | None = None
        self.who = ""
        key = request.GET.get("logon", "")
        if key:
            changed = {str(one.logon): one.logon for one in self.preview.logons}
            if key not in changed:
                raise Refused(Reason.NOT_FOUND, hidden=True)
            self.logon = changed[key]
            self.who = self.planned.logons[self.logon].logon.full_name

    def accounts(self, *, first: int, size: int) -> list[ChangedAccount]:
        """A page of the accounts of the logon asked for."""
        assert self.logon is not None
        return accounts_of_refinements(
            self.portfolio,
            self.planned.changes,
            logon=self.logon,
            gained=self.gained,
            at=self.at,
            first=first,
            size=size,
        )


@require_safe
def results(request: HttpRequest, portfolio: int, file: int) -> HttpResponseBase:
    """The result of each row, as a file; before Submit what would become of it."""
    standing = standing_of(request, portfolio)
    kept = file_of(standing, file)
    rows: list[list[Any]] = list(kept.results or [])
    if not kept.submission or kept.refused:
        planned = plan(standing, kept.rows[len(rows) :], at=timezone.now())
        rows += [one.result(_left_out(kept, one.outcome)) for one in planned.rows]
    heading = [_("Line"), _("Username"), _("Customer"), _("Account"), _("Access Rights"), _("Result")]
    rows.sort(key=lambda row: int(row[0]))
    lines = [[*row[:5], WORDS[Outcome(row[5])]] for row in rows]
    return csv_response("refinements-results", heading, [lines])


def _asks_again(request: HttpRequest, standing: Standing, kept: RefinementFile) -> HttpResponse | None:
    """The way to confirm who one is, unless every logon of the file only loses."""
    if kept.submission:
        return None
    planned = plan(standing, kept.rows, at=timezone.now())
    if all(covers(planned.logons[logon].limits, planned.after(logon)) for logon in planned.changes):
        return None
    return asks_again(request)


def _left_out(kept: RefinementFile, outcome: Outcome) -> Outcome:
    return Outcome.LEFT_OUT if kept.refused and outcome is Outcome.READY else outcome


def _behind(standing: Standing, kept: RefinementFile) -> str:
    return reverse("secondary_logons:refinement_changes", args=[standing.portfolio, kept.pk])


def _preview_table(standing: Standing, kept: RefinementFile, preview: RefinementsPreview, *, first: int) -> Table:
    behind = _behind(standing, kept)
    ordered = sorted(preview.logons, key=lambda one: (-one.accounts_lost, -one.accounts_gained, one.logon))
    shown = ordered[first : first + LOGONS_A_PAGE]
    people = Logon.objects.in_bulk([one.logon for one in shown])
    return Table(
        _("Who gains and who loses rights"),
        [
            Column("logon", _("Secondary logon"), row_header=True),
            Column("gains", _("Accounts with more rights"), numeric=True),
            Column("losses", _("Accounts with fewer rights"), numeric=True),
            Column("come", _("Clients it comes to see"), numeric=True),
            Column("go", _("Clients it sees no more"), numeric=True),
        ],
        [_preview_row(one, people[one.logon], behind) for one in shown],
        Empty(_("Nobody gains or loses rights now"), _("What is set counts as soon as the logon is let in there.")),
    )


def _preview_row(one: LogonRefined, logon: Logon, behind: str) -> dict[str, Any]:
    def opens(count: int, gained: bool, hint: str) -> Any:
        return Link(number(count), f"{behind}?logon={one.logon}&gained={int(gained)}", hint) if count else number(0)

    who = {"who": logon.full_name}
    return {
        "logon": TwoLines(logon.full_name, logon.username),
        "gains": opens(one.accounts_gained, True, _("accounts with more rights for %(who)s") % who),
        "losses": opens(one.accounts_lost, False, _("accounts with fewer rights for %(who)s") % who),
        "come": number(one.clients_gained),
        "go": number(one.clients_lost),
    }


def _problem_table(planned: Plan) -> Table:
    rows = [one.result() for one in planned.problems[:SHOWN]]
    return Table(
        _("Rows that cannot be set"),
        [
            Column("line", _("Line"), numeric=True),
            Column("username", _("Username"), row_header=True),
            Column("customer", _("Customer")),
            Column("account", _("Account")),
            Column("result", _("Result")),
        ],
        [
            {
                "line": row[0],
                "username": row[1],
                "customer": row[2],
                "account": row[3],
                "result": WORDS[Outcome(row[5])],
            }
            for row in rows
        ],
    )


def _progress(kept: RefinementFile) -> dict[str, Any]:
    counts = counts_of(kept)
    words = ProgressWords(
        running=_("Rights are being set"),
        done=_("The file is done"),
        stopped=_("The file has stopped"),
        refused=_STOPPED,
        summary=_("%(done)s of %(rows)s rows set, %(skipped)s skipped.") % counts,
    )
    portfolio = kept.portfolio_id
    return progress_of(
        kept,
        words,
        results_url=reverse("secondary_logons:refinement_results", args=[portfolio, kept.pk]),
        back_url=reverse("secondary_logons:list", args=[portfolio]),
    )


_STOPPED = gettext_lazy(
    "A logon was changed meanwhile, a row could not be set any more, or you may no longer set rights here. "
    "The rest was left out."
)
