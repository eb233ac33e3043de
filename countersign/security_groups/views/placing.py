"""Place customers: select the security group → what it would do → Save → done.

Where the browser runs scripts, what it would do is shown below the choice, and Save does it. Elsewhere Save shows it
first, on a page of its own, with a Save that does it. Nothing is ever saved that was not shown.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from countersign.access.queries.chosen_customers import Chosen, keepable
from countersign.access.queries.group_changes import preview_of_placing
from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.reasons import Reason
from countersign.portfolios.pages import CUSTOMER_SECURITY, portfolio_page
from countersign.portfolios.queries import Standing, portfolio_of
from countersign.security_groups.forms import KEPT, PlaceForm
from countersign.security_groups.operations import place_customers
from countersign.security_groups.operations.placing import check_may_place, nothing_moves
from countersign.security_groups.queries.customers import CustomerRow, customer_of
from countersign.security_groups.queries.groups import group_rows, target_group
from countersign.security_groups.views.steps import (
    CHANGE,
    REVIEW,
    SEE,
    SUBMIT,
    address_of,
    changes_of,
    chosen_in,
    done,
    kept_words,
    page_number,
    searched,
    step_of,
)
from countersign.ui.tables import Column, Empty, Pager, Table, address_with

GROUPS_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
def place_one(request: HttpRequest, portfolio: int, taxpayer: int) -> HttpResponse:
    """The security group of one customer: its hyperlink in the Customer Security table leads here."""
    now = timezone.now()
    standing = portfolio_of(signed_in(request), portfolio, at=now)
    customer = customer_of(standing, taxpayer, at=now)
    if customer is None:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    return _place(request, standing, Chosen(taxpayers=(taxpayer,)), customer)


@require_http_methods(["GET", "HEAD", "POST"])
def place_chosen(request: HttpRequest, portfolio: int) -> HttpResponse:
    """The security group of all that were ticked, or of all that match a search."""
    standing = portfolio_of(signed_in(request), portfolio, at=timezone.now())
    chosen = chosen_in(request)
    if chosen.taxpayers == ():
        back = {name: request.GET[name] for name in ("q", "group") if request.GET.get(name)}
        address = reverse("security_groups:customers", args=[portfolio])
        return HttpResponseRedirect(f"{address}?{urlencode({**back, 'ticked': 0})}")
    return _place(request, standing, chosen, None)


def _place(request: HttpRequest, standing: Standing, chosen: Chosen, customer: CustomerRow | None) -> HttpResponse:
    now = timezone.now()
    context: dict[str, Any] = {"customer": customer, "chosen": chosen, "address": _address(standing, chosen, customer)}
    if request.method != "POST":
        # Whoever comes back from the clients behind a count finds the group still selected.
        return _select(request, standing, PlaceForm(initial={"group": request.GET.get("to", "")}), context)
    form = PlaceForm(request.POST)
    step = step_of(request)
    if step == SEE:
        return _foreseen(request, standing, form, context)
    if not form.is_valid() or step == CHANGE:
        return _select(request, standing, form, context)
    if step == REVIEW and form.cleaned_data["version"]:
        step = SUBMIT  # what it would do was in sight, below the choice
    target_key = form.target
    stale = False
    try:
        if step == SUBMIT:
            try:
                submission = place_customers(
                    actor=standing.actor,
                    portfolio=standing.portfolio,
                    chosen=chosen,
                    group=target_key,
                    version=form.cleaned_data["version"],
                    now=now,
                    token=form.page_token,
                )
                return done(submission.confirmation_number)
            except Stale:
                stale = True
        would = _would(standing, chosen, target_key)
    except Invalid as invalid:
        form.add_problems(invalid.problems)
        return _select(request, standing, form, context)
    token = form.cleaned_data["token"]
    context |= {
        **would,
        "form": PlaceForm(
            initial={"group": form.cleaned_data["group"], "version": would["preview"].version, "token": token}
        ),
        "stale": stale,
    }
    status = 409 if stale else 200
    return portfolio_page(request, standing, CUSTOMER_SECURITY, "security_groups/place_review.html", context, status)


def _would(standing: Standing, chosen: Chosen, target: int | None) -> dict[str, Any]:
    """What placing would do, for the page. Raises ``Refused``, and ``Invalid`` where nothing would move."""
    now = timezone.now()
    name = kept_words() if target is None else target_group(standing, target, at=now).name
    check_may_place(standing, chosen, target, at=now)
    preview = preview_of_placing(standing.portfolio, chosen, group=target, at=now)
    if not preview.customers:
        raise Invalid({"group": nothing_moves(target, name)})
    table, whole = changes_of(standing.portfolio, chosen, target, preview)
    return {"target": name, "preview": preview, "table": table, "whole_url": whole}


def _foreseen(request: HttpRequest, standing: Standing, form: PlaceForm, context: dict[str, Any]) -> HttpResponse:
    """The part of the page that says what the choice would do; with it, Save does exactly that."""
    shown: dict[str, Any] = {}
    if form.is_valid():
        try:
            shown = _would(standing, context["chosen"], form.target)
        except Invalid as invalid:
            shown = {"problem": " ".join(map(str, invalid.problems.values()))}
    return render(request, "security_groups/_foreseen.html", context | shown)


def _select(request: HttpRequest, standing: Standing, form: PlaceForm, context: dict[str, Any]) -> HttpResponse:
    """The Select Security Group table: a button in each row."""
    # What is searched here is a group; the customers that were searched are in the address as q.
    find = request.GET.get("find", "")[:100].strip()
    rows = group_rows(standing, at=timezone.now(), search=find)
    page = page_number(request)
    first = (page - 1) * GROUPS_SHOWN
    shown = rows[first : first + GROUPS_SHOWN]
    customer: CustomerRow | None = context["customer"]
    now_in = customer.group if customer else None
    chosen_group = str(form["group"].value() or now_in or "")
    may_keep = page == 1 and not find and standing.limits is None
    kept_row = may_keep and keepable(standing.portfolio, context["chosen"], at=timezone.now()) > 0
    table = Table(
        _("Select Security Group"),
        [
            Column("name", _("Security group"), row_header=True, template="security_groups/_button.html"),
            Column("customers", _("Customers"), numeric=True),
            Column("logons", _("Secondary logons"), numeric=True),
        ],
        [
            {
                "key": row.group.pk,
                "name": row.group.name,
                "second": row.group.description,
                "checked": str(row.group.pk) == chosen_group,
                "customers": row.customers,
                "logons": row.logons,
            }
            for row in shown
        ]
        + ([_kept_row(chosen_group)] if kept_row else []),
        Empty(_("No security group matches"), _("Try another part of the name.")),
    )
    previous = f"{address_with(request)}&page={page - 1}" if page > 1 else ""
    following = f"{address_with(request)}&page={page + 1}" if first + GROUPS_SHOWN < len(rows) else ""
    context |= {
        "form": form,
        "table": table,
        "find": find,
        "keep": [
            (name, value) for name, values in request.GET.lists() if name not in ("find", "page") for value in values
        ],
        "many_groups": bool(find) or len(rows) > 10,
        "search": searched(request),
        "pager": Pager(previous, following, first + 1, first + len(shown), len(rows))
        if previous or following
        else None,
    }
    return portfolio_page(request, standing, CUSTOMER_SECURITY, "security_groups/place.html", context, form.http_status)


def _kept_row(chosen: str) -> dict[str, Any]:
    """Individuals of the parent logon's own can be taken back out of every group (SPEC 2, "kept to yourself")."""
    return {
        "key": KEPT,
        "name": kept_words(),
        "second": _("In no security group: no secondary logon sees it. Only your own individual tax."),
        "checked": chosen == KEPT,
        "customers": "",
        "logons": "",
    }


def _address(standing: Standing, chosen: Chosen, customer: CustomerRow | None) -> str:
    if customer is not None:
        return reverse("security_groups:place_one", args=[standing.portfolio, customer.taxpayer])
    return reverse("security_groups:place", args=[standing.portfolio]) + address_of(chosen)
