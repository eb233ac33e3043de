"""The matrix: what each secondary logon reaches in each security group, as a drawing and as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from countersign.logons.signed_in import signed_in
from countersign.policy.facts import Standing as LogonStatus
from countersign.portfolios.pages import SECURITY_GROUPS, portfolio_page
from countersign.portfolios.queries import portfolio_of
from countersign.security_groups.queries.groups import GroupRow, group_rows
from countersign.security_groups.queries.matrix import Matrix, MatrixRow, matrix, matrix_rows
from countersign.security_groups.views.heat_map import SHADES, heat_map
from countersign.security_groups.views.steps import key_in, page_number, searched
from countersign.ui.components.moments import number
from countersign.ui.spreadsheet import csv_response
from countersign.ui.tables import Chip, Column, Empty, Link, Pager, Table, TwoLines, address_with, page_size, page_sizes

GROUPS_SHOWN, LOGONS_SHOWN = 12, 25
STATUSES = {
    LogonStatus.INVITED: gettext_lazy("invited: reaches nothing yet"),
    LogonStatus.DEACTIVATED: gettext_lazy("deactivated: reaches nothing"),
}


@require_safe
def matrix_page(request: HttpRequest, portfolio: int) -> HttpResponse:
    """Secondary logons × security groups; both paged, the logons searched."""
    now = timezone.now()
    standing = portfolio_of(signed_in(request), portfolio, at=now)
    typed, page, size = searched(request), page_number(request), page_size(request, LOGONS_SHOWN)
    across = min(key_in(request.GET.get("groups", "")) or 1, 10_000)
    first, first_group = (page - 1) * size, (across - 1) * GROUPS_SHOWN
    find = request.GET.get("find", "")[:100].strip()
    shown = matrix(
        standing,
        at=now,
        search=typed,
        group_search=find,
        first_row=first,
        rows=size,
        first_group=first_group,
        groups=GROUPS_SHOWN,
    )
    last_group = first_group + len(shown.groups)
    csv_url = reverse("security_groups:matrix_csv", args=[portfolio])
    context = {
        "typed": typed,
        "csv_url": f"{csv_url}?{request.GET.urlencode()}",
        "find": find,
        "many_groups": bool(find) or shown.all_groups > GROUPS_SHOWN,
        "keep": {name: request.GET[name] for name in ("find", "size") if request.GET.get(name)},
        "keep_for_groups": {name: request.GET[name] for name in ("q", "size") if request.GET.get(name)},
        "chips": [
            Chip(words, address_with(request, **{name: None}))
            for name, words in (("q", typed), ("find", find))
            if words
        ],
        "legend": [{"shade": one, "x": 26 * (one - 1)} for one in range(1, SHADES + 1)],
        "drawing": heat_map(shown) if shown.rows and shown.groups else None,
        "table": _table(portfolio, shown),
        "groups_pager": Pager(
            previous_url=address_with(request, groups=across - 1) if across > 1 else "",
            next_url=address_with(request, groups=across + 1) if last_group < shown.all_groups else "",
            first=first_group + 1,
            last=last_group,
            total=shown.all_groups,
        )
        if shown.all_groups > GROUPS_SHOWN
        else None,
        "pager": Pager(
            previous_url=f"{address_with(request)}&page={page - 1}" if page > 1 else "",
            next_url=f"{address_with(request)}&page={page + 1}" if first + size < shown.all_rows else "",
            first=first + 1 if shown.rows else None,
            last=first + len(shown.rows) if shown.rows else None,
            total=shown.all_rows,
            sizes=page_sizes(request, LOGONS_SHOWN),
        ),
    }
    return portfolio_page(request, standing, SECURITY_GROUPS, "security_groups/matrix.html", context)


@require_safe
def matrix_csv(request: HttpRequest, portfolio: int) -> HttpResponseBase:
    """The whole matrix with the same search: how many customers each logon reaches, group by group."""
    now = timezone.now()
    standing = portfolio_of(signed_in(request), portfolio, at=now)
    groups = group_rows(standing, at=now)
    heading = [_("Username"), _("Name"), _("Status"), _("All its groups"), *(row.group.name for row in groups)]

    def lines() -> Iterator[list[list[Any]]]:
        for rows in matrix_rows(standing, at=now, search=searched(request)):
            yield [_csv_line(row, groups) for row in rows]

    return csv_response("who-is-let-in", heading, lines())


def _csv_line(row: MatrixRow, groups: Sequence[GroupRow]) -> list[Any]:
    counts = [row.reaches.get(one.group.pk, 0) if one.group.pk in row.groups else None for one in groups]
    return [row.username, row.full_name, STATUSES.get(row.status, ""), row.reach, *counts]


def _table(portfolio: int, shown: Matrix) -> Table:
    columns = [Column("logon", _("Secondary logon"), row_header=True)]
    columns.append(Column("all", _("All its groups"), numeric=True))
    columns += [Column(f"group_{row.group.pk}", row.group.name, numeric=True) for row in shown.groups]
    empty = Empty(_("No secondary logon matches"), _("Try another part of the name."))
    caption = _("Customers that each secondary logon reaches, by security group")
    return Table(caption, columns, [_row(portfolio, row, shown.groups) for row in shown.rows], empty)


def _row(portfolio: int, row: MatrixRow, groups: Sequence[GroupRow]) -> dict[str, Any]:
    """Each count leads to the customers behind it, and each of those to why."""
    address = reverse("secondary_logons:reach", args=[portfolio, row.logon])

    def count(found: int, href: str, hint: str) -> Any:
        return Link(number(found), href, hint) if row.opens else number(found)

    name = Link(row.full_name, reverse("secondary_logons:logon", args=[portfolio, row.logon]))
    status = STATUSES.get(row.status)
    cells: dict[str, Any] = {
        "logon": TwoLines(name, f"{row.username} · {status}" if status else row.username),
        "all": count(row.reach, address, _("customers that %(who)s reaches") % {"who": row.full_name}),
    }
    for one in groups:
        cells[f"group_{one.group.pk}"] = ""
        if one.group.pk in row.groups:
            found = row.reaches.get(one.group.pk, 0)
            hint = _("customers of %(group)s that %(who)s reaches") % {"group": one.group.name, "who": row.full_name}
            shown = count(found, f"{address}?group={one.group.pk}", hint)
            of_all = _("of %(count)s") % {"count": number(row.whole.get(one.group.pk, 0))}
            cells[f"group_{one.group.pk}"] = TwoLines(shown, of_all) if row.limited(one.group.pk) else shown
    return cells
