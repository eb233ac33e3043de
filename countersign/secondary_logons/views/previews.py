"""What other settings would do, counted account by account; each count opens into the list behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from countersign.access.operations.secondary import Terms
from countersign.access.queries.covering import Limits
from countersign.access.queries.limits_change import ChangedAccount, accounts_of_limits, preview_of_limits
from countersign.policy.rights import AccessType, Rights
from countersign.portfolios.pages import SECONDARY_LOGONS, portfolio_page
from countersign.portfolios.queries import Standing
from countersign.secondary_logons.operations.changing import limits_with
from countersign.secondary_logons.operations.copying import limits_copied
from countersign.secondary_logons.queries.one import Secondary, secondary_of
from countersign.secondary_logons.queries.reach import check_may_look
from countersign.secondary_logons.views.steps import opened
from countersign.taxpayers.models import AccountType
from countersign.ui.components.moments import number
from countersign.ui.spreadsheet import csv_response, pages_of
from countersign.ui.tables import Column, Empty, Link, Pager, Table, TwoLines, page_in
from countersign.ui.words import RIGHTS

ACCOUNTS_A_PAGE = 100
CSV_BATCH = 10_000


def outcome(standing: Standing, secondary: Secondary, after: Limits, query: dict[str, Any]) -> Table:
    """How many accounts the logon may do more and less on, and how many clients it comes to see or sees no more."""
    found = preview_of_limits(standing.portfolio, secondary.limits, after, at=timezone.now())
    address = reverse("secondary_logons:changes", args=[standing.portfolio, secondary.logon.pk])

    def opens(count: int, gained: bool, hint: str) -> Any:
        return Link(number(count), f"{address}?{urlencode({**query, 'gained': int(gained)})}", hint) if count else "0"

    return Table(
        _("What the logon gains and loses"),
        [
            Column("what", _("What"), row_header=True),
            Column("accounts", _("Accounts"), numeric=True),
            Column("clients", _("Clients"), numeric=True),
        ],
        [
            {
                "what": TwoLines(_("Gains"), _("more rights on an account; clients that it did not see before")),
                "accounts": opens(found.accounts_gained, True, _("accounts with more rights")),
                "clients": number(found.clients_gained),
            },
            {
                "what": TwoLines(_("Loses"), _("fewer rights on an account; clients that it no longer sees")),
                "accounts": opens(found.accounts_lost, False, _("accounts with fewer rights")),
                "clients": number(found.clients_lost),
            },
        ],
    )


@require_safe
def changes(request: HttpRequest, portfolio: int, logon: int) -> HttpResponse:
    """The accounts behind a count."""
    standing, secondary = opened(request, portfolio, logon)
    after = _asked(request, standing, secondary)
    gained = request.GET.get("gained") == "1"
    page = page_in(request)
    found = accounts_of_limits(
        portfolio,
        secondary.limits,
        after,
        gained=gained,
        at=timezone.now(),
        first=(page - 1) * ACCOUNTS_A_PAGE,
        size=ACCOUNTS_A_PAGE + 1,
    )
    query = request.GET.copy()
    query.pop("page", None)
    here = f"?{query.urlencode()}"
    context = {
        "secondary": secondary,
        "table": accounts_table(found[:ACCOUNTS_A_PAGE], secondary.logon.full_name, gained=gained),
        "csv_url": reverse("secondary_logons:changes_csv", args=[portfolio, logon]) + here,
        "pager": Pager(
            previous_url=f"{here}&page={page - 1}" if page > 1 else "",
            next_url=f"{here}&page={page + 1}" if len(found) > ACCOUNTS_A_PAGE else "",
        ),
    }
    return portfolio_page(request, standing, SECONDARY_LOGONS, "secondary_logons/clients.html", context)


@require_safe
def changes_csv(request: HttpRequest, portfolio: int, logon: int) -> HttpResponseBase:
    """The same list, whole."""
    standing, secondary = opened(request, portfolio, logon)
    after, now, gained = _asked(request, standing, secondary), timezone.now(), request.GET.get("gained") == "1"
    return accounts_csv(
        lambda first: accounts_of_limits(
            portfolio, secondary.limits, after, gained=gained, at=now, first=first, size=CSV_BATCH
        )
    )


def accounts_table(found: Sequence[ChangedAccount], who: str, *, gained: bool) -> Table:
    """The accounts on which a logon would have more, or fewer, rights."""
    caption = _("Accounts with more rights for %(who)s") if gained else _("Accounts with fewer rights for %(who)s")
    return Table(
        caption % {"who": who},
        [
            Column("account", _("Account"), row_header=True),
            Column("before", _("Now")),
            Column("after", _("From Submit on")),
        ],
        [
            {
                "account": TwoLines(row.taxpayer_name, f"{row.account_type} {row.account_number}"),
                "before": row.before,
                "after": row.after,
            }
            for row in found
        ],
        Empty(_("There is nobody on this page")),
    )


def accounts_csv(page: Callable[[int], Sequence[ChangedAccount]]) -> HttpResponseBase:
    """The same as a file. ``page(first)`` gives the next :data:`CSV_BATCH` rows."""
    heading = [_("Customer"), _("Account type"), _("Account"), _("Now"), _("From Submit on")]
    batches = (
        [
            [row.taxpayer_name, row.account_type, row.account_number, RIGHTS[row.before], RIGHTS[row.after]]
            for row in rows
        ]
        for rows in pages_of(page, CSV_BATCH)
    )
    return csv_response("accounts", heading, batches)


def terms_query(terms: Terms) -> dict[str, Any]:
    """How an address names these terms."""
    types = terms.account_types
    return {
        "type": terms.access_type.value,
        "rights": int(terms.default_rights),
        "types": "" if types is None else ",".join(map(str, sorted(types))),
    }


def _asked(request: HttpRequest, standing: Standing, secondary: Secondary) -> Limits:
    """The limits that the address names; where it names none, those that hold now.

    Raises ``Refused`` where the actor may not see what the logon reaches, or would reach with them.
    """
    after = _named(request, standing, secondary)
    check_may_look(standing, secondary, after=after)
    return after


def _named(request: HttpRequest, standing: Standing, secondary: Secondary) -> Limits:
    source = request.GET.get("source", "")
    if source.isascii() and source.isdigit() and len(source) < 19:
        model = secondary_of(standing, int(source), at=timezone.now())
        return limits_copied(secondary, model, refinements=request.GET.get("refinements") == "1")
    access_type, rights = request.GET.get("type", ""), request.GET.get("rights", "")
    if access_type not in {one.value for one in AccessType} or rights not in {str(int(one)) for one in Rights}:
        return secondary.limits
    known = set(AccountType.objects.values_list("pk", flat=True))
    typed = request.GET.get("types", "").split(",")
    keys = known & {int(key) for key in typed if key.isascii() and key.isdigit() and len(key) < 19}
    terms = Terms(AccessType(access_type), Rights(int(rights)), frozenset(keys) if keys else None)
    return limits_with(terms, secondary.limits.groups, secondary.limits)
