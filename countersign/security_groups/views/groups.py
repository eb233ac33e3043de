"""Tab Security Groups: the list, and one group with the logons that are let in to it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from countersign.logons.signed_in import signed_in
from countersign.policy.portfolios import may_shape_groups
from countersign.portfolios.pages import SECURITY_GROUPS, portfolio_page
from countersign.portfolios.previews import CSV_BATCH
from countersign.portfolios.queries import portfolio_of
from countersign.security_groups.queries.groups import group_of, group_rows, members_of
from countersign.security_groups.views.steps import page_number, searched
from countersign.ui.components.moments import number
from countersign.ui.spreadsheet import csv_response, pages_of
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


@require_safe
def groups(request: HttpRequest, portfolio: int) -> HttpResponse:
    """Every security group with its customers and logons; searched, sorted, paged."""
    now = timezone.now()
    standing = portfolio_of(signed_in(request), portfolio, at=now)
    typed = searched(request)
    rows = group_rows(standing, at=now, search=typed, sort=request.GET.get(SORT, "name"))
    size, page = page_size(request), page_number(request)
    first = (page - 1) * size
    shown = rows[first : first + size]
    may_shape = may_shape_groups(standing.standpoint) is None
    customers = reverse("security_groups:customers", args=[portfolio])
    table = Table(
        _("Security Groups"),
        [
            Column.sortable(request, "name", _("Name"), default="name", row_header=True),
            Column.sortable(request, "customers", _("Customers"), default="name", numeric=True),
            Column.sortable(request, "logons", _("Secondary logons"), default="name", numeric=True),
        ],
        [
            {
                "name": TwoLines(
                    Link(row.group.name, reverse("security_groups:group", args=[portfolio, row.group.pk])),
                    row.group.description
                    or (_("Every customer that is not placed elsewhere") if row.group.is_default else ""),
                ),
                "customers": Link(
                    number(row.customers),
                    f"{customers}?group={row.group.pk}",
                    _("customers of %(group)s") % {"group": row.group.name},
                ),
                "logons": Link(
                    number(row.logons),
                    reverse("security_groups:group", args=[portfolio, row.group.pk]),
                    _("secondary logons in %(group)s") % {"group": row.group.name},
                ),
            }
            for row in shown
        ],
        Empty(_("No security group matches"), _("Try another part of the name."), "?", _("Show all security groups")),
        quiet_caption=True,
    )
    context = {
        "table": table,
        "typed": typed,
        "chips": [Chip(typed, address_with(request, q=None))] if typed else [],
        "may_shape": may_shape,
        "csv_url": f"{reverse('security_groups:groups_csv', args=[portfolio])}?{request.GET.urlencode()}",
        "pager": Pager(
            previous_url=f"{address_with(request)}&page={page - 1}" if page > 1 else "",
            next_url=f"{address_with(request)}&page={page + 1}" if first + size < len(rows) else "",
            first=first + 1 if shown else None,
            last=first + len(shown) if shown else None,
            total=len(rows),
            sizes=page_sizes(request),
        ),
    }
    return portfolio_page(request, standing, SECURITY_GROUPS, "security_groups/groups.html", context)


@require_safe
def groups_csv(request: HttpRequest, portfolio: int) -> HttpResponseBase:
    """The same list, whole."""
    now = timezone.now()
    standing = portfolio_of(signed_in(request), portfolio, at=now)
    rows = group_rows(standing, at=now, search=searched(request), sort=request.GET.get(SORT, "name"))
    heading = [_("Name"), _("Description"), _("Customers"), _("Secondary logons")]
    lines = [[row.group.name, row.group.description, row.customers, row.logons] for row in rows]
    return csv_response("security-groups", heading, [lines])


@require_safe
def group(request: HttpRequest, portfolio: int, group: int) -> HttpResponse:
    """One security group: what it is, how many customers it has, who is let in."""
    now = timezone.now()
    standing = portfolio_of(signed_in(request), portfolio, at=now)
    found = group_of(standing, group, at=now)
    size, page = page_size(request), page_number(request)
    first = (page - 1) * size
    members = members_of(group, at=now, first=first, size=size)
    table = Table(
        _("Secondary logons that are let in"),
        [Column("name", _("Name"), row_header=True), Column("username", _("Username"))],
        [
            {
                "name": Link(member.full_name, reverse("secondary_logons:logon", args=[portfolio, member.logon])),
                "username": member.username,
            }
            for member in members
        ],
        Empty(
            _("Nobody is let in through this group"),
            _("Open a secondary logon and select Change in its Security Groups section."),
        ),
    )
    context = {
        "group": found.group,
        "customers": Link(
            number(found.customers), f"{reverse('security_groups:customers', args=[portfolio])}?group={group}"
        ),
        "table": table,
        "csv_url": reverse("security_groups:members_csv", args=[portfolio, group]),
        "may_shape": may_shape_groups(standing.standpoint) is None,
        "pager": Pager(
            previous_url=f"?size={size}&page={page - 1}" if page > 1 else "",
            next_url=f"?size={size}&page={page + 1}" if first + size < found.logons else "",
            first=first + 1 if members else None,
            last=first + len(members) if members else None,
            total=found.logons,
        ),
    }
    return portfolio_page(request, standing, SECURITY_GROUPS, "security_groups/group.html", context)


@require_safe
def members_csv(request: HttpRequest, portfolio: int, group: int) -> HttpResponseBase:
    """The logons that are let in to one group, whole."""
    now = timezone.now()
    standing = portfolio_of(signed_in(request), portfolio, at=now)
    group_of(standing, group, at=now)
    found = pages_of(lambda first: members_of(group, at=now, first=first, size=CSV_BATCH), CSV_BATCH)
    batches = ([[member.username, member.full_name] for member in members] for members in found)
    return csv_response("members", [_("Username"), _("Name")], batches)
