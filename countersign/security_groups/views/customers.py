"""Tab Customer Security: every customer with its security group; searched, filtered, sorted, paged, as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from countersign.access.models import SecurityGroup
from countersign.logons.signed_in import signed_in
from countersign.portfolios.pages import CUSTOMER_SECURITY, portfolio_page
from countersign.portfolios.queries import Standing, portfolio_of
from countersign.security_groups.queries.customers import (
    CustomerRow,
    Narrowed,
    Place,
    all_customers,
    customers_page,
)
from countersign.security_groups.queries.groups import visible_groups
from countersign.security_groups.views.steps import key_in, searched
from countersign.taxpayers.models import Taxpayer
from countersign.ui.spreadsheet import csv_response
from countersign.ui.tables import (
    SORT,
    Chip,
    Column,
    Empty,
    Link,
    Pager,
    Table,
    TwoLines,
    address_with,
    page_size,
    page_sizes,
)

KEPT = "kept"


@require_safe
def customers(request: HttpRequest, portfolio: int) -> HttpResponse:
    """The Customer Security table: locate the taxpayer, select the hyperlink of its security group."""
    now = timezone.now()
    standing = portfolio_of(signed_in(request), portfolio, at=now)
    groups = list(visible_groups(standing, at=now).order_by("-is_default", "name"))
    narrowed = _narrowed(request, groups)
    size = page_size(request)
    page = customers_page(
        standing,
        narrowed=narrowed,
        at=now,
        descending=request.GET.get(SORT) == "-customer",
        after=_place(request.GET.get("after", "")),
        before=_place(request.GET.get("before", "")),
        size=size,
    )
    filtered = narrowed != Narrowed()
    context = {
        "table": _table(request, standing, page.rows, filtered=filtered),
        "nothing_ticked": request.GET.get("ticked") == "0",
        "typed": narrowed.search,
        "groups": groups,
        "only": narrowed.group,
        "kept": narrowed.kept,
        "own": standing.limits is None,
        "keep": {name: request.GET[name] for name in ("group", "sort", "size") if request.GET.get(name)},
        "sort": request.GET.get(SORT, ""),
        "chips": _chips(request, narrowed, groups),
        "place_url": reverse("security_groups:place", args=[portfolio]),
        "place_all": bool(page.rows) and not narrowed.kept,
        "csv_url": f"{reverse('security_groups:customers_csv', args=[portfolio])}?{request.GET.urlencode()}",
        "first_url": address_with(request) if page.has_previous else "",
        "pager": Pager(
            previous_url=_turn(request, "before", page.rows[0]) if page.has_previous and page.rows else "",
            next_url=_turn(request, "after", page.rows[-1]) if page.has_next and page.rows else "",
            sizes=page_sizes(request),
        ),
    }
    return portfolio_page(request, standing, CUSTOMER_SECURITY, "security_groups/customers.html", context)


@require_safe
def customers_csv(request: HttpRequest, portfolio: int) -> HttpResponseBase:
    """The same list, whole, as a file that can be changed and uploaded."""
    now = timezone.now()
    standing = portfolio_of(signed_in(request), portfolio, at=now)
    narrowed = _narrowed(request, list(visible_groups(standing, at=now)))
    heading = [_("Customer number"), _("Customer"), _("Security group")]
    return csv_response("customer-security", heading, _lines(standing, narrowed, now))


def _lines(standing: Standing, narrowed: Narrowed, at: datetime) -> Iterator[list[list[Any]]]:
    for batch in all_customers(standing, narrowed=narrowed, at=at):
        yield [[row.taxpayer, row.legal_name, row.group_name or ""] for row in batch]


def _narrowed(request: HttpRequest, groups: list[SecurityGroup]) -> Narrowed:
    typed = request.GET.get("group", "")
    if typed == KEPT:
        return Narrowed(searched(request), kept=True)
    key = key_in(typed)
    known = key if any(group.pk == key for group in groups) else None
    return Narrowed(searched(request), group=known)


def _table(request: HttpRequest, standing: Standing, rows: list[CustomerRow], *, filtered: bool) -> Table:
    empty = Empty(_("There are no customers yet"), _("When a taxpayer lets you in, it stands here."))
    if filtered:
        empty = Empty(_("No customer matches"), _("Try another part of the name."), "?", _("Show all customers"))
    return Table(
        _("Customer Security"),
        [
            Column.sortable(
                request,
                "customer",
                _("Customer"),
                default="customer",
                row_header=True,
                template="security_groups/_tick.html",
            ),
            Column("group", _("Security group")),
        ],
        [
            {
                "key": row.taxpayer,
                "customer": row.legal_name,
                "second": _("feeds this portfolio") if row.firm else "",
                "group": _group(standing, row),
            }
            for row in rows
        ],
        empty,
        quiet_caption=True,
    )


def _group(standing: Standing, row: CustomerRow) -> Any:
    address = reverse("security_groups:place_one", args=[standing.portfolio, row.taxpayer])
    hint = _("security group of %(customer)s") % {"customer": row.legal_name}
    if row.group is None:
        return TwoLines(Link(_("Kept to the parent logon"), address, hint), _("No secondary logon sees it."))
    return Link(row.group_name, address, hint)


def _chips(request: HttpRequest, narrowed: Narrowed, groups: list[SecurityGroup]) -> list[Chip]:
    chips = [Chip(narrowed.search, address_with(request, q=None))] if narrowed.search else []
    if narrowed.kept:
        chips.append(Chip(_("Kept to the parent logon"), address_with(request, group=None)))
    chips += [Chip(group.name, address_with(request, group=None)) for group in groups if group.pk == narrowed.group]
    return chips


def _turn(request: HttpRequest, way: str, row: CustomerRow) -> str:
    return address_with(request, **{way: row.taxpayer})


def _place(typed: str) -> Place | None:
    """Where a page begins: a customer's key; its name is read, so that no address holds one."""
    key = key_in(typed)
    if key is None:
        return None
    name = Taxpayer.objects.filter(pk=key).values_list("name_folded", flat=True).first()
    if name is None:
        raise BadRequest("place in list")
    return name, key
