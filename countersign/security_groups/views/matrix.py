"""The matrix: who is let in to which group, drawn as a heat map on the server, with the table behind it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from countersign.logons.signed_in import signed_in
from countersign.portfolios.pages import SECURITY_GROUPS, portfolio_page
from countersign.portfolios.queries import portfolio_of
from countersign.security_groups.queries.groups import GroupRow, group_rows
from countersign.security_groups.queries.matrix import Matrix, MatrixRow, matrix, matrix_rows
from countersign.security_groups.views.steps import key_in, page_number, searched
from countersign.ui.components.moments import number
from countersign.ui.spreadsheet import csv_response
from countersign.ui.tables import Chip, Column, Empty, Link, Pager, Table, TwoLines, address_with, page_size, page_sizes

GROUPS_SHOWN, LOGONS_SHOWN = 12, 25
WIDE, HIGH, SHADES = 52, 30, 5
LETTERS = 24


@require_safe
def matrix_page(request: HttpRequest, portfolio: int) -> HttpResponse:
    """Secondary logons × security groups; both paged, the logons searched."""
    now = timezone.now()
    standing = portfolio_of(signed_in(request), portfolio, at=now)
    typed, page, size = searched(request), page_number(request), page_size(request, LOGONS_SHOWN)
    across = min(key_in(request.GET.get("groups", "")) or 1, 10_000)
    first, first_group = (page - 1) * size, (across - 1) * GROUPS_SHOWN
    shown = matrix(
        standing, at=now, search=typed, first_row=first, rows=size, first_group=first_group, groups=GROUPS_SHOWN
    )
    last_group = first_group + len(shown.groups)
    csv_url = reverse("security_groups:matrix_csv", args=[portfolio])
    context = {
        "typed": typed,
        "csv_url": f"{csv_url}?{request.GET.urlencode()}",
        "chips": [Chip(typed, address_with(request, q=None))] if typed else [],
        "drawing": _drawing(shown) if shown.rows and shown.groups else None,
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
    """The whole matrix with the same search: how many customers each logon is let in to, group by group."""
    now = timezone.now()
    standing = portfolio_of(signed_in(request), portfolio, at=now)
    groups = group_rows(standing, at=now)
    heading = [_("Username"), _("Name"), _("All its groups"), *(row.group.name for row in groups)]

    def lines() -> Iterator[list[list[Any]]]:
        for rows in matrix_rows(standing, groups, at=now, search=searched(request)):
            yield [_csv_line(row, groups) for row in rows]

    return csv_response("who-is-let-in", heading, lines())


def _csv_line(row: MatrixRow, groups: Sequence[GroupRow]) -> list[Any]:
    let_in = [one.customers if one.group.pk in row.groups else None for one in groups]
    return [row.username, row.full_name, sum(count or 0 for count in let_in), *let_in]


def _table(portfolio: int, shown: Matrix) -> Table:
    customers = reverse("security_groups:customers", args=[portfolio])
    columns = [Column("logon", _("Secondary logon"), row_header=True)]
    columns += [Column(f"group_{row.group.pk}", row.group.name, numeric=True) for row in shown.groups]
    columns.append(Column("all", _("All its groups"), numeric=True))
    rows = []
    for row in shown.rows:
        cells: dict[str, Any] = {
            "logon": TwoLines(
                Link(row.full_name, reverse("secondary_logons:logon", args=[portfolio, row.logon])), row.username
            ),
            "all": shown.reach_of(row),
        }
        for one in shown.groups:
            hint = _("customers of %(group)s") % {"group": one.group.name}
            let_in = one.group.pk in row.groups
            cells[f"group_{one.group.pk}"] = (
                Link(number(one.customers), f"{customers}?group={one.group.pk}", hint) if let_in else "–"
            )
        rows.append(cells)
    empty = Empty(_("No secondary logon matches"), _("Try another part of the name."))
    return Table(_("Customers that each secondary logon is let in to, by security group"), columns, rows, empty)


def _drawing(shown: Matrix) -> dict[str, Any]:
    """Squares darker the more customers a group has; an empty frame where a logon is not let in."""
    label = 20 + 8 * max(len(_short(row.full_name)) for row in shown.rows)
    top = 24 + 6 * max(len(_short(one.group.name)) for one in shown.groups)
    return {
        "width": label + WIDE * len(shown.groups) + 110,
        "height": top + HIGH * len(shown.rows) + 4,
        "columns": [
            {"x": label + WIDE * place + WIDE // 2, "y": top - 10, "text": _short(one.group.name)}
            for place, one in enumerate(shown.groups)
        ],
        "rows": [
            {
                "y": top + HIGH * line + HIGH // 2 + 5,
                "x": label - 12,
                "text": _short(row.full_name),
                "squares": _squares(shown, row, label, top + HIGH * line),
            }
            for line, row in enumerate(shown.rows)
        ],
        "square": {"width": WIDE - 4, "height": HIGH - 4},
    }


def _squares(shown: Matrix, row: MatrixRow, label: int, top: int) -> list[dict[str, Any]]:
    squares = []
    for place, one in enumerate(shown.groups):
        left = label + WIDE * place
        let_in = one.group.pk in row.groups
        squares.append(
            {
                "x": left + 2,
                "y": top + 2,
                "shade": _shade(one.customers, shown.most) if let_in else 0,
                "text": _brief(one.customers) if let_in else "",
                "text_x": left + WIDE // 2,
                "text_y": top + HIGH // 2 + 5,
            }
        )
    return squares


def _shade(customers: int, most: int) -> int:
    """1 to 5, by the order of magnitude: else one group of 50,000 would leave all others white."""
    if not customers:
        return 1
    return max(1, math.ceil(SHADES * math.log1p(customers) / math.log1p(most)))


def _brief(count: int) -> str:
    return f"{count // 1000}k" if count >= 10_000 else str(count)


def _short(text: str) -> str:
    return text if len(text) <= LETTERS else f"{text[: LETTERS - 1]}…"
