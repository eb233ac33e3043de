"""The customers that somebody who takes over secondary logons would not reach, before they are handed over."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from countersign.access.queries.falling_away import falling_away
from countersign.leaving.queries import LeftPortfolio, left_portfolio
from countersign.logons.models import Logon
from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Refused
from countersign.policy.reasons import Reason
from countersign.portfolios.previews import CSV_BATCH, customer_rows, customers_csv
from countersign.ui.tables import Column, Empty, Pager, Table, page_in

A_PAGE = 100


@require_safe
def falls_away(request: HttpRequest, portfolio: int, receiver: int) -> HttpResponse:
    """The list behind the count on *Delete My Profile*."""
    now = timezone.now()
    left, to = _asked(request, portfolio, receiver, now)
    page = page_in(request)
    found = falling_away(
        portfolio, sources=left.sources, receiver=to.pk, at=now, first=(page - 1) * A_PAGE, size=A_PAGE + 1
    )
    context = {
        "table": Table(
            _("Customers that %(who)s would not reach as you do") % {"who": to.full_name},
            [Column("customer", _("Customer"), row_header=True)],
            customer_rows(found[:A_PAGE]),
            Empty(_("There is nobody on this page")),
        ),
        "csv_url": reverse("leaving:falls_away_csv", args=[portfolio, to.pk]) if found else "",
        "pager": Pager(
            previous_url=f"?page={page - 1}" if page > 1 else "",
            next_url=f"?page={page + 1}" if len(found) > A_PAGE else "",
        ),
    }
    return render(request, "leaving/falls_away.html", context)


@require_safe
def falls_away_csv(request: HttpRequest, portfolio: int, receiver: int) -> HttpResponseBase:
    """The same list, whole."""
    now = timezone.now()
    left, to = _asked(request, portfolio, receiver, now)
    return customers_csv(
        lambda first: falling_away(portfolio, sources=left.sources, receiver=to.pk, at=now, first=first, size=CSV_BATCH)
    )


def _asked(request: HttpRequest, portfolio: int, receiver: int, now: datetime) -> tuple[LeftPortfolio, Logon]:
    """A portfolio that the one who is signed in holds, and who may receive it. Raises a hidden ``Refused`` (404)."""
    left = left_portfolio(signed_in(request), portfolio, at=now)
    for one in left.receivers:
        if one.pk == receiver:
            return left, one
    raise Refused(Reason.NOT_FOUND, hidden=True)
