"""Changes of one secondary logon: its security groups, its access settings, what it may do for one customer."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from countersign.access.operations.secondary import Place, terms_of
from countersign.access.queries.givable import givable_accounts
from countersign.access.queries.group_changes import customers_of_groups, preview_of_groups
from countersign.access.queries.listing import Filter
from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.facts import Standing as LogonStatus
from countersign.policy.reasons import Reason
from countersign.portfolios.pages import SECONDARY_LOGONS, portfolio_page
from countersign.portfolios.previews import CSV_BATCH, customer_rows, customers_csv, preview_table
from countersign.portfolios.queries import Standing
from countersign.secondary_logons.forms import (
    DEFAULT,
    CustomerRightsForm,
    GroupsForm,
    TermsForm,
    initial_terms,
    sorted_keys,
)
from countersign.secondary_logons.operations import change_groups, change_settings, give_rights
from countersign.secondary_logons.operations.changing import checked_terms, limits_with
from countersign.secondary_logons.operations.rights import changed_places
from countersign.secondary_logons.queries.accounts import limits_after, with_limits
from countersign.secondary_logons.queries.one import Secondary, groups_of
from countersign.secondary_logons.queries.reach import check_may_look
from countersign.secondary_logons.queries.visible import visible_places
from countersign.secondary_logons.views.adding import group_hints
from countersign.secondary_logons.views.one import changes_table, refusal
from countersign.secondary_logons.views.previews import outcome, terms_query
from countersign.secondary_logons.views.steps import (
    CHANGE,
    REVIEW,
    SEE,
    SUBMIT,
    asks_again,
    done,
    opened,
    step_of,
)
from countersign.secondary_logons.words import access_type_words, account_type_words
from countersign.taxpayers.models import AccountType, Taxpayer
from countersign.ui.tables import Column, Empty, Pager, Table, page_in
from countersign.ui.words import RIGHTS

SHOWN_ACCOUNTS = 100
CLIENTS_A_PAGE = 100


@require_http_methods(["GET", "HEAD", "POST"])
def groups(request: HttpRequest, portfolio: int, logon: int) -> HttpResponse:
    """Security Groups → Change: checkboxes → who gains and loses what → Save.

    With scripts the change is shown below the checkboxes, and Save does it; without, Save shows it first, on a page
    with a Save that does it.
    """
    standing, secondary = opened(request, portfolio, logon)
    offered: dict[str, Any] = {"groups": groups_of(portfolio), "hints": group_hints(portfolio)}
    if request.method != "POST":
        initial = {"groups": sorted_keys(secondary.limits.groups), "version": secondary.version}
        return _groups_page(request, standing, secondary, GroupsForm(**offered, initial=initial))
    form = GroupsForm(request.POST, **offered)
    step = step_of(request)
    if step == SEE:
        return _groups_foreseen(request, standing, secondary, form)
    if not form.is_valid() or step == CHANGE:
        return _groups_page(request, standing, secondary, form)
    wanted = form.chosen_groups
    if step == REVIEW and form.cleaned_data["preview"]:
        step = SUBMIT  # who gains and loses was in sight, below the checkboxes
    after = limits_with(terms_of(secondary.fact), wanted, secondary.limits)
    if (first := asks_again(request, secondary.limits, after)) is not None:
        return first
    if step == SUBMIT:
        try:
            submission = change_groups(
                actor=signed_in(request),
                portfolio=portfolio,
                logon=logon,
                groups=wanted,
                version=form.cleaned_data["version"],
                preview=form.cleaned_data["preview"],
                now=timezone.now(),
                token=form.page_token,
            )
        except Stale:
            # Shown again as it is now, never done as it no longer is.
            return _groups_review(request, standing, secondary, form, stale=True)
        return done(portfolio, submission)
    if wanted == secondary.limits.groups:
        form.add_error("groups", _("Choose other security groups: so far nothing changes."))
        return _groups_page(request, standing, secondary, form)
    return _groups_review(request, standing, secondary, form)


def _groups_page(request: HttpRequest, standing: Standing, secondary: Secondary, form: GroupsForm) -> HttpResponse:
    context = {"secondary": secondary, "form": form, "refused": refusal(standing, secondary)}
    return portfolio_page(
        request, standing, SECONDARY_LOGONS, "secondary_logons/groups.html", context, status=form.http_status
    )


def _groups_review(
    request: HttpRequest, standing: Standing, secondary: Secondary, form: GroupsForm, *, stale: bool = False
) -> HttpResponse:
    change = _groups_change(standing, secondary, form.chosen_groups)
    context = {
        **change,
        "secondary": secondary,
        "form": form,
        "kept": [("version", secondary.version), ("preview", change["seen"]), ("token", form.data.get("token", ""))],
        "wanted": sorted_keys(form.chosen_groups),
        "stale": stale,
        "refused": change["cannot"],
    }
    return portfolio_page(
        request,
        standing,
        SECONDARY_LOGONS,
        "secondary_logons/groups_review.html",
        context,
        status=409 if stale else 200,
    )


def _groups_foreseen(request: HttpRequest, standing: Standing, secondary: Secondary, form: GroupsForm) -> HttpResponse:
    """The part of the page that says what the ticked groups would change; with it, Save does exactly that."""
    context: dict[str, Any] = {}
    if form.is_valid() and form.chosen_groups != secondary.limits.groups:
        context = _groups_change(standing, secondary, form.chosen_groups)
    return render(request, "secondary_logons/_groups_foreseen.html", context)


def _groups_change(standing: Standing, secondary: Secondary, wanted: frozenset[int]) -> dict[str, Any]:
    """What these groups would change, for the page. ``seen`` names the outcome, ``cannot`` says why it is refused."""
    preview = preview_of_groups(standing.portfolio, secondary.logon.pk, groups=wanted, at=timezone.now())
    here = reverse("secondary_logons:group_clients", args=[standing.portfolio, secondary.logon.pk])
    keys = ",".join(sorted_keys(wanted))
    names = {group.pk: group.name for group in groups_of(standing.portfolio)}
    after = limits_with(terms_of(secondary.fact), wanted, secondary.limits)
    return {
        "seen": preview.version,
        "come": [names[key] for key in sorted(wanted - secondary.limits.groups) if key in names],
        "left": [names[key] for key in sorted(secondary.limits.groups - wanted) if key in names],
        "none": not wanted,
        "table": preview_table(preview, lambda _logon, gained: f"{here}?groups={keys}&gained={int(gained)}"),
        "usable": secondary.status is LogonStatus.ACTIVE,
        "cannot": refusal(standing, secondary, after=after),
    }


@require_safe
def group_clients(request: HttpRequest, portfolio: int, logon: int) -> HttpResponse:
    """The list behind a count of the preview: the clients that the logon would gain, or lose."""
    standing, secondary = opened(request, portfolio, logon)
    wanted, gained = _groups_asked(request, standing, secondary)
    number = page_in(request)
    found = customers_of_groups(
        portfolio,
        groups=wanted,
        logon=logon,
        gained=gained,
        at=timezone.now(),
        first=(number - 1) * CLIENTS_A_PAGE,
        size=CLIENTS_A_PAGE + 1,
    )
    query = f"?groups={','.join(sorted_keys(wanted))}&gained={int(gained)}"
    caption = _("Clients that %(who)s would gain") if gained else _("Clients that %(who)s would lose")
    context = {
        "secondary": secondary,
        "table": Table(
            caption % {"who": secondary.logon.full_name},
            [Column("customer", _("Customer"), row_header=True)],
            customer_rows(found[:CLIENTS_A_PAGE]),
            Empty(_("There is nobody on this page")),
        ),
        "csv_url": reverse("secondary_logons:group_clients_csv", args=[portfolio, logon]) + query,
        "pager": Pager(
            previous_url=f"{query}&page={number - 1}" if number > 1 else "",
            next_url=f"{query}&page={number + 1}" if len(found) > CLIENTS_A_PAGE else "",
        ),
    }
    return portfolio_page(request, standing, SECONDARY_LOGONS, "secondary_logons/clients.html", context)


@require_safe
def group_clients_csv(request: HttpRequest, portfolio: int, logon: int) -> HttpResponseBase:
    """The same list, whole."""
    standing, secondary = opened(request, portfolio, logon)
    now = timezone.now()
    wanted, gained = _groups_asked(request, standing, secondary)
    return customers_csv(
        lambda first: customers_of_groups(
            portfolio, groups=wanted, logon=logon, gained=gained, at=now, first=first, size=CSV_BATCH
        )
    )


def _groups_asked(request: HttpRequest, standing: Standing, secondary: Secondary) -> tuple[set[int], bool]:
    """The groups that the address names, as far as the portfolio has them, and whether clients are gained.

    Raises ``Refused`` where the actor may not see what the logon reaches, or would reach with them.
    """
    known = {group.pk for group in groups_of(standing.portfolio)}
    typed = request.GET.get("groups", "")[:20_000].split(",")
    wanted = known & {int(key) for key in typed if key.isascii() and key.isdigit() and len(key) < 19}
    after = limits_with(terms_of(secondary.fact), wanted, secondary.limits)
    check_may_look(standing, secondary, after=after)
    return wanted, request.GET.get("gained") == "1"


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest, portfolio: int, logon: int) -> HttpResponse:
    """Access type, account types, default rights: choose → review → Submit."""
    standing, secondary = opened(request, portfolio, logon)
    types = list(AccountType.objects.order_by("name"))
    before = terms_of(secondary.fact)
    template = "secondary_logons/settings.html"
    context: dict[str, Any] = {"secondary": secondary, "refused": refusal(standing, secondary)}

    def chosen(form: TermsForm) -> HttpResponse:
        return portfolio_page(
            request, standing, SECONDARY_LOGONS, template, context | {"form": form}, status=form.http_status
        )

    if request.method != "POST":
        return chosen(TermsForm(account_types=types, initial={**initial_terms(before), "version": secondary.version}))
    form = TermsForm(request.POST, account_types=types)
    step = step_of(request)
    if not form.is_valid() or step == CHANGE:
        return chosen(form)
    limits = limits_with(form.terms, secondary.limits.groups, secondary.limits)
    if (first := asks_again(request, secondary.limits, limits)) is not None:
        return first
    try:
        if step == SUBMIT:
            submission = change_settings(
                actor=signed_in(request),
                portfolio=portfolio,
                logon=logon,
                terms=form.terms,
                version=form.cleaned_data["version"],
                now=timezone.now(),
                token=form.page_token,
            )
            return done(portfolio, submission)
        after = checked_terms(form.terms)
        if after == before:
            raise Invalid({"": _("Choose something else: so far nothing changes.")})
    except Invalid as invalid:
        form.add_problems(invalid.problems)
        return chosen(form)
    words = [
        (_("Access type"), *(access_type_words(terms.access_type) for terms in (before, after))),
        (_("Default rights"), *(str(RIGHTS[limits_with(terms, ()).ceiling]) for terms in (before, after))),
        (_("Account types"), *(account_type_words(terms.account_types) for terms in (before, after))),
    ]
    context |= {
        "form": form,
        "outcome": outcome(
            standing,
            secondary,
            limits_with(after, secondary.limits.groups, secondary.limits),
            terms_query(after),
        ),
        "refused": refusal(standing, secondary, after=limits_with(after, secondary.limits.groups, secondary.limits)),
        "table": Table(
            _("What changes"),
            [
                Column("what", _("Setting"), row_header=True),
                Column("before", _("Now")),
                Column("after", _("From Submit on")),
            ],
            [{"what": what, "before": was, "after": will} for what, was, will in words if was != will],
        ),
    }
    return portfolio_page(request, standing, SECONDARY_LOGONS, "secondary_logons/settings_review.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def customer(request: HttpRequest, portfolio: int, logon: int, taxpayer: int) -> HttpResponse:
    """The most on every account of one customer: choose → review → Submit."""
    standing, secondary = opened(request, portfolio, logon)
    check_may_look(standing, secondary)
    place = Place(taxpayer, None)
    if not visible_places(standing, [place], at=timezone.now()):
        raise Refused(Reason.NOT_FOUND, hidden=True)
    accounts = givable_accounts(logon, narrowed=Filter(taxpayer=taxpayer), size=SHOWN_ACCOUNTS).rows
    rows = with_limits(accounts, secondary.limits)
    context: dict[str, Any] = {
        "secondary": secondary,
        "customer": Taxpayer.objects.get(pk=taxpayer),
        "refused": refusal(standing, secondary),
    }

    def chosen(form: CustomerRightsForm) -> HttpResponse:
        table = Table(
            _("Its accounts"),
            [Column("account", _("Account"), row_header=True), Column("has", _("Has now")), Column("set", _("Set"))],
            [
                {
                    "account": f"{row.account.account_type} {row.account.account_number}",
                    "has": row.has,
                    "set": row.set_here if row.set_here is not None else _("By its default"),
                }
                for row in rows
            ],
            Empty(_("The logon is let in to no account of this customer at the moment")),
        )
        shown = context | {"form": form, "table": table}
        return portfolio_page(
            request, standing, SECONDARY_LOGONS, "secondary_logons/customer.html", shown, status=form.http_status
        )

    if request.method != "POST":
        now_set = secondary.limits.refined.get((taxpayer, None))
        initial = {"rights": DEFAULT if now_set is None else str(int(now_set)), "version": secondary.version}
        return chosen(CustomerRightsForm(initial=initial))
    form = CustomerRightsForm(request.POST)
    step = step_of(request)
    if not form.is_valid() or step == CHANGE:
        return chosen(form)
    if (
        first := asks_again(request, secondary.limits, limits_after(secondary.limits, {place: form.level}))
    ) is not None:
        return first
    try:
        if step == SUBMIT:
            submission = give_rights(
                actor=signed_in(request),
                portfolio=portfolio,
                logon=logon,
                rights={place: form.level},
                version=form.cleaned_data["version"],
                now=timezone.now(),
                token=form.page_token,
            )
            return done(portfolio, submission)
        changes = changed_places(secondary.limits, {place: form.level})
    except Invalid as invalid:
        form.add_problems(invalid.problems)
        return chosen(form)
    after = limits_after(secondary.limits, changes)
    context |= {
        "form": form,
        "refused": refusal(standing, secondary, after=after),
        "table": changes_table([(row, min(row.account.through, after.at_most(*row.place))) for row in rows]),
    }
    return portfolio_page(request, standing, SECONDARY_LOGONS, "secondary_logons/customer_review.html", context)
