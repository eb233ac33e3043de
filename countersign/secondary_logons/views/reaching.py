"""What one secondary logon reaches, customer by customer, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from countersign.access.queries.covering import Limits
from countersign.access.queries.reach_counts import Counts, reach_of_logons, total
from countersign.access.queries.reached_customers import (
    Place,
    ReachedCustomer,
    ReachedPage,
    reached_customers,
)
from countersign.access.queries.secondary_profile import SecondaryProfile, secondary_profile
from countersign.access.wording import REASONS, WHO_CAN_CHANGE
from countersign.policy.facts import Standing as LogonStatus
from countersign.policy.rights import Rights
from countersign.portfolios.pages import SECONDARY_LOGONS, portfolio_page
from countersign.portfolios.queries import Standing
from countersign.secondary_logons.queries.one import Secondary, groups_of
from countersign.secondary_logons.queries.reach import WhyAccount, check_may_look, why_accounts
from countersign.secondary_logons.views.steps import opened
from countersign.taxpayers.models import Taxpayer
from countersign.ui.components.drawing import PathStep
from countersign.ui.spreadsheet import csv_response
from countersign.ui.tables import Chip, Column, Empty, Link, Pager, Table, address_with, page_size, page_sizes
from countersign.ui.words import RIGHTS

LONGEST_SEARCH = 200
CSV_BATCH = 500
GROUPS_SHOWN = 20


@require_safe
def reach(request: HttpRequest, portfolio: int, logon: int) -> HttpResponse:
    """The customers that the logon reaches now, in all its groups or in one, each with why."""
    standing, secondary = opened(request, portfolio, logon)
    check_may_look(standing, secondary)
    counts = reach_of_logons(portfolio, [logon], at=timezone.now()).of.get(logon, {})

    def why(row: ReachedCustomer) -> Any:
        return Link(_("Why?"), reverse("secondary_logons:why", args=[portfolio, logon, row.taxpayer]), row.legal_name)

    context = reach_list(request, standing, secondary_profile(logon), logon, counts, secondary.limits, why)
    context |= {
        "secondary": secondary,
        "waits": secondary.status is LogonStatus.INVITED,
        "rests": secondary.status is LogonStatus.DEACTIVATED,
        "csv_url": f"{reverse('secondary_logons:reach_csv', args=[portfolio, logon])}?{request.GET.urlencode()}",
    }
    return portfolio_page(request, standing, SECONDARY_LOGONS, "secondary_logons/reach.html", context)


@require_safe
def reach_csv(request: HttpRequest, portfolio: int, logon: int) -> HttpResponseBase:
    """The same list, whole."""
    standing, secondary = opened(request, portfolio, logon)
    check_may_look(standing, secondary)
    profile, asked = secondary_profile(logon), _asked_group(request, secondary.limits)
    heading = [_("Customer number"), _("Customer"), _("Security group"), _("Accounts"), _("Rights, at most")]

    def lines() -> Iterator[list[list[Any]]]:
        after: Place | None = None
        while profile is not None:
            page = reached_customers(
                profile,
                logon=logon,
                group=asked,
                search=_searched(request),
                after=after,
                at=timezone.now(),
                size=CSV_BATCH,
            )
            yield [[row.taxpayer, row.legal_name, row.group_name, row.accounts, RIGHTS[row.most]] for row in page.rows]
            if not page.has_next:
                return
            after = (page.rows[-1].name_folded, page.rows[-1].taxpayer)

    return csv_response("reach", heading, lines())


@require_safe
def why(request: HttpRequest, portfolio: int, logon: int, taxpayer: int) -> HttpResponse:
    """Why the logon may do what it may on each account of one customer, or why not: the way, drawn."""
    standing, secondary = opened(request, portfolio, logon)
    found = why_accounts(standing, secondary, taxpayer, at=timezone.now())
    context = {
        "secondary": secondary,
        "customer": found[0].account.taxpayer,
        "accounts": [_shown(secondary, one) for one in found],
        "customer_url": reverse("secondary_logons:customer", args=[portfolio, logon, taxpayer]),
    }
    return portfolio_page(request, standing, SECONDARY_LOGONS, "secondary_logons/why.html", context)


def keys_in(typed: str) -> set[int]:
    """Keys of an address, with commas between them; what is none is left out."""
    return {int(key) for key in typed[:20_000].split(",") if key.isascii() and key.isdigit() and len(key) < 19}


def reach_list(
    request: HttpRequest,
    standing: Standing,
    profile: SecondaryProfile | None,
    logon: int,
    counts: Counts,
    limits: Limits,
    why: Any,
) -> dict[str, Any]:
    """What both lists have in common: search, group, rows by name, and how many there are."""
    search, group, size = _searched(request), _asked_group(request, limits), page_size(request)
    page = ReachedPage([], has_previous=False, has_next=False)
    if profile is not None:
        page = reached_customers(
            profile,
            logon=logon,
            group=group,
            search=search,
            after=_place(request.GET.get("after", "")),
            before=_place(request.GET.get("before", "")),
            at=timezone.now(),
            size=size,
        )
    groups = [one for one in groups_of(standing.portfolio) if one.pk in limits.groups]
    chips = [Chip(search, address_with(request, q=None))] if search else []
    chips += [Chip(one.name, address_with(request, group=None)) for one in groups if one.pk == group]
    here = address_with(request)
    return {
        "typed": search,
        "chips": chips,
        "groups": groups,
        "only": group,
        "keep": {name: value for name, value in request.GET.items() if name not in ("q", "after", "before")},
        "keep_for_group": {
            name: value for name, value in request.GET.items() if name not in ("group", "after", "before")
        },
        "count": counts.get(group, 0) if group is not None else total(counts),
        "searched": bool(search),
        "table": _table(page.rows, why, filtered=bool(search)),
        "pager": Pager(
            previous_url=f"{here}&before={page.rows[0].taxpayer}" if page.rows and page.has_previous else "",
            next_url=f"{here}&after={page.rows[-1].taxpayer}" if page.rows and page.has_next else "",
            sizes=page_sizes(request),
        ),
    }


def _table(rows: Sequence[ReachedCustomer], why: Any, *, filtered: bool) -> Table:
    columns = [
        Column("customer", _("Customer"), row_header=True),
        Column("group", _("Security group")),
        Column("accounts", _("Accounts"), numeric=True),
        Column("most", _("Rights, at most")),
    ]
    empty = Empty(_("Nothing is reached"), _("Let it in to a security group that has customers, and give it rights."))
    if filtered:
        empty = Empty(_("No customer matches"), _("Take a filter away, or try another part of the name."))
    shown = [
        {
            "customer": row.legal_name,
            "group": row.group_name,
            "accounts": row.accounts,
            "most": row.most,
            "why": why(row) if why else "",
        }
        for row in rows
    ]
    if why:
        columns.append(Column("why", _("Why"), quiet_label=True))
    return Table(_("Customers"), columns, shown, empty, quiet_caption=True)


def _shown(secondary: Secondary, one: WhyAccount) -> dict[str, Any]:
    route, who = one.route, secondary.logon.full_name or secondary.logon.username
    steps = [PathStep("logon", who)]
    if route.parent is not None:
        steps.append(PathStep("parent", route.parent.full_name, _("made this secondary logon")))
    if route.group is not None:
        steps.append(PathStep("group", route.group.name, _("of the parent logon")))
    holds = _("the parent logon is its Master Administrator")
    if route.third_party is not None:
        steps.append(PathStep("third_party", route.third_party.legal_name, holds))
        holds = _("its client")
    steps.append(PathStep("taxpayer", one.account.taxpayer.legal_name, holds if route.rights else ""))
    steps.append(PathStep("account", one.account.number, RIGHTS[route.rights] if route.rights else _("closed")))
    limited = route.rights and route.ceiling is not None and route.ceiling < Rights.ALL_ACCESS
    return {
        "account": one.account,
        "rights": RIGHTS[route.rights],
        "open": bool(route.rights),
        "reason": REASONS[route.reason],
        "change": "" if route.rights else WHO_CAN_CHANGE.get(route.reason, ""),
        "limit": RIGHTS[route.ceiling] if limited and route.ceiling is not None else "",
        "steps": steps,
        "label": _("Path from %(who)s to account %(number)s") % {"who": who, "number": one.account.number},
    }


def _searched(request: HttpRequest) -> str:
    return request.GET.get("q", "")[:LONGEST_SEARCH].strip()


def _asked_group(request: HttpRequest, limits: Limits) -> int | None:
    """The group that the list is narrowed to, if the logon is let in to it."""
    found = keys_in(request.GET.get("group", "")) & limits.groups
    return next(iter(found), None)


def _place(typed: str) -> Place | None:
    """Where a page begins: a customer's key; its name is read, so that no address holds one."""
    if not (typed.isascii() and typed.isdigit() and len(typed) < 19):
        return None
    name = Taxpayer.objects.filter(pk=int(typed)).values_list("name_folded", flat=True).first()
    return None if name is None else (name, int(typed))
