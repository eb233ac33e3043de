"""Behind the counts of a preview: the clients that one logon would gain or lose, and all logons that would."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from countersign.access.queries.group_changes import customers_of_placing, preview_of_placing
from countersign.logons.models import Logon
from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Refused
from countersign.policy.reasons import Reason
from countersign.portfolios.pages import CUSTOMER_SECURITY, portfolio_page
from countersign.portfolios.previews import CSV_BATCH, customer_rows, customers_csv, preview_csv, preview_table
from countersign.portfolios.queries import portfolio_of
from countersign.security_groups.forms import KEPT
from countersign.security_groups.operations.placing import check_may_place
from countersign.security_groups.queries.groups import target_group
from countersign.security_groups.views.steps import address_of, chosen_in, kept_words, key_in, page_number, target_in
from countersign.ui.tables import Column, Empty, Pager, Table, address_with, page_size, page_sizes


@require_safe
def changes(request: HttpRequest, portfolio: int) -> HttpResponse:
    """What a placement would change, as paged lists: without ``logon`` who is affected, with it which clients."""
    now = timezone.now()
    standing = portfolio_of(signed_in(request), portfolio, at=now)
    chosen, logon = chosen_in(request), key_in(request.GET.get("logon", ""))
    named, to = target_in(request)
    if not named:
        return redirect("security_groups:customers", portfolio)
    target = kept_words() if to is None else target_group(standing, to, at=now).name
    check_may_place(standing, chosen, to, at=now)
    size, page = page_size(request), page_number(request)
    first = (page - 1) * size
    preview = preview_of_placing(portfolio, chosen, group=to, at=now)
    changed = {one.logon: one for one in preview.logons}
    who, gained, total = "", request.GET.get("gained") == "1", len(preview.logons)
    if logon is None:
        here = reverse("security_groups:changes", args=[portfolio])
        table = preview_table(
            preview,
            lambda key, gains: here + address_of(chosen, to=KEPT if to is None else to, logon=key, gained=int(gains)),
            first=first,
            size=size,
        )
    else:
        if logon not in changed:
            raise Refused(Reason.NOT_FOUND, hidden=True)
        total = changed[logon].gains if gained else changed[logon].losses
        who = Logon.objects.get(pk=logon).full_name
        found = customers_of_placing(
            portfolio, chosen, group=to, logon=logon, gained=gained, at=now, first=first, size=size
        )
        caption = _("Clients that %(who)s gains") if gained else _("Clients that %(who)s loses")
        table = Table(
            caption % {"who": who},
            [Column("customer", _("Client"), row_header=True)],
            customer_rows(found),
            Empty(_("There is none"), _("What you saw has changed since: go back and look again.")),
        )
    csv_url = reverse("security_groups:changes_csv", args=[portfolio])
    context = {
        "table": table,
        "target": target,
        "kept": to is None,
        "who": who,
        "back_url": reverse("security_groups:place", args=[portfolio])
        + address_of(chosen, to=KEPT if to is None else to),
        "back_words": _("Select Security Group"),
        "csv_url": f"{csv_url}?{request.GET.urlencode()}",
        "pager": Pager(
            previous_url=f"{address_with(request)}&page={page - 1}" if page > 1 else "",
            next_url=f"{address_with(request)}&page={page + 1}" if first + size < total else "",
            first=min(first + 1, total) or None,
            last=min(first + size, total) or None,
            total=total,
            sizes=page_sizes(request),
        ),
    }
    return portfolio_page(request, standing, CUSTOMER_SECURITY, "security_groups/changes.html", context)


@require_safe
def changes_csv(request: HttpRequest, portfolio: int) -> HttpResponseBase:
    """The same lists, whole."""
    now = timezone.now()
    standing = portfolio_of(signed_in(request), portfolio, at=now)
    chosen, logon = chosen_in(request), key_in(request.GET.get("logon", ""))
    named, to = target_in(request)
    if not named:
        return redirect("security_groups:customers", portfolio)
    if to is not None:
        target_group(standing, to, at=now)
    check_may_place(standing, chosen, to, at=now)
    preview = preview_of_placing(portfolio, chosen, group=to, at=now)
    if logon is None:
        return preview_csv(preview)
    if logon not in {one.logon for one in preview.logons}:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    gained = request.GET.get("gained") == "1"
    return customers_csv(
        lambda first: customers_of_placing(
            portfolio, chosen, group=to, logon=logon, gained=gained, at=now, first=first, size=CSV_BATCH
        )
    )
