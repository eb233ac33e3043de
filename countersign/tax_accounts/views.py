"""The account's page, why, and who has access."""

from __future__ import annotations

import csv
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from countersign.access.queries.explanation import NamedRoute
from countersign.access.queries.who_has_access import WhoHasAccess, who_has_access
from countersign.access.wording import ACCESS_TYPES, REASONS, WHO_CAN_CHANGE
from countersign.logons.models import Logon
from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Refused
from countersign.policy.reasons import Reason
from countersign.policy.rights import Rights
from countersign.tax_accounts.forms import AsOfForm
from countersign.tax_accounts.queries import SeenAccount, seen_account
from countersign.taxpayers.models import Account
from countersign.ui.components.drawing import PathStep
from countersign.ui.components.moments import day
from countersign.ui.shell import ActingFor
from countersign.ui.tables import Column, Empty, Link, Table, TwoLines
from countersign.ui.words import RIGHTS

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@require_safe
def account(request: HttpRequest, account: int) -> HttpResponse:
    """One account: what I may do, as what, and for an MA who else can."""
    seen = seen_account(signed_in(request), account)
    rights = seen.explanation.decision.rights
    context = {
        "acting_for": _acting_for(seen),
        "account": seen.account,
        "lines": _lines(seen),
        "rights": rights,
        "route": _shown(signed_in(request), seen.account, seen.explanation.routes[0]),
        "why_url": reverse("tax_accounts:why", args=[account]),
        "who_url": reverse("tax_accounts:who_has_access", args=[account]) if seen.administers else "",
        "history_url": reverse("history:taxpayer", args=[seen.account.taxpayer_id]) if seen.administers else "",
    }
    return render(request, "tax_accounts/account.html", context)


def _acting_for(seen: SeenAccount) -> ActingFor:
    """The bar names the account's taxpayer: that is whom one acts for here (UX rule 2)."""
    return ActingFor(seen.account.taxpayer.legal_name, REASONS[seen.explanation.routes[0].reason])


def _lines(seen: SeenAccount) -> list[tuple[Any, Any]]:
    found = seen.account
    lines: list[tuple[Any, Any]] = [
        (_("Taxpayer"), found.taxpayer.legal_name),
        (_("Account type"), found.account_type.name),
        (_("What I may do"), RIGHTS[seen.explanation.decision.rights]),
        (_("As"), REASONS[seen.explanation.routes[0].reason]),
    ]
    if found.opened_on:
        lines.append((_("Opened"), found.opened_on))
    if found.closed_on:
        lines.append((_("Closed"), found.closed_on))
    return lines


@require_safe
def why(request: HttpRequest, account: int) -> HttpResponse:
    """Every path that was looked at, the deciding one first."""
    reader = signed_in(request)
    seen = seen_account(reader, account)
    routes = [_shown(reader, seen.account, route) for route in seen.explanation.routes]
    context = {
        "acting_for": _acting_for(seen),
        "account": seen.account,
        "decided": routes[0],
        "others": routes[1:],
        "administers": seen.administers,
    }
    return render(request, "tax_accounts/why.html", context)


def _shown(reader: Logon, found: Account, route: NamedRoute) -> dict[str, Any]:
    """A route as a drawing and in words."""
    steps = [PathStep("logon", reader.full_name or reader.username)]
    if route.parent is not None:
        steps.append(PathStep("parent", route.parent.full_name, _("Secondary logon of")))
    if route.group is not None:
        steps.append(PathStep("group", route.group.name, _("in security group")))
    if route.third_party is not None:
        steps.append(PathStep("third_party", route.third_party.legal_name, _("for the third party")))
    steps.append(PathStep("taxpayer", found.taxpayer.legal_name, _("client") if route.third_party else ""))
    steps.append(PathStep("account", found.number, RIGHTS[route.rights]))
    return {
        "steps": steps,
        "label": _("Path from you to account %(number)s") % {"number": found.number},
        "rights": RIGHTS[route.rights],
        "open": route.rights > Rights.NO_ACCESS,
        "reason": REASONS[route.reason],
        "change": "" if route.rights else WHO_CAN_CHANGE.get(route.reason, ""),
        "limit": RIGHTS[route.ceiling] if route.ceiling is not None and route.ceiling < Rights.ALL_ACCESS else "",
    }


@require_safe
def who_has(request: HttpRequest, account: int) -> HttpResponse:
    """Who can act on the account, how, since and until when; now or on a past day. For its Master Administrators."""
    seen = seen_account(signed_in(request), account)
    if not seen.administers:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    form = AsOfForm(request.GET or None)
    on: date | None = form.cleaned_data.get("on") if form.is_bound and form.is_valid() else None
    moment = _end_of(on) if on else None
    found = who_has_access(account, at=moment)
    if request.GET.get("format") == "csv":
        return _csv(seen.account, found)
    context = {
        "account": seen.account,
        "form": form,
        "on": on,
        "persons": _persons(found),
        "firms": _firms(found, seen.account.taxpayer_id, past=moment is not None),
        "csv_url": "?format=csv" + (f"&on={on.isoformat()}" if on else ""),
        "account_url": reverse("tax_accounts:account", args=[account]),
        "acting_for": _acting_for(seen),
    }
    return render(request, "tax_accounts/who_has_access.html", context, status=422 if form.errors else 200)


def _end_of(on: date) -> datetime:
    """The last moment of the day, but never a moment that is still to come."""
    tomorrow = datetime.combine(min(on, date(9000, 1, 1)) + timedelta(days=1), time())
    return min(timezone.make_aware(tomorrow) - timedelta(microseconds=1), timezone.now())


def _persons(found: WhoHasAccess) -> Table:
    return Table(
        _("People"),
        [
            Column("who", _("Who"), row_header=True),
            Column("access", _("Access type")),
            Column("rights", _("Rights")),
            Column("since", _("Since")),
            Column("until", _("Last day")),
        ],
        [
            {
                "who": TwoLines(person.name, person.username),
                "access": TwoLines(
                    ACCESS_TYPES[person.access_type],
                    _("Secondary logon of %(parent)s, group %(group)s")
                    % {"parent": person.parent, "group": person.group}
                    if person.parent
                    else "",
                ),
                "rights": person.rights,
                "since": day(person.since) if person.since else "",
                "until": day(person.until - timedelta(microseconds=1)) if person.until else _("no end"),
            }
            for person in found.persons
        ],
        Empty(_("Nobody"), _("No logon of the taxpayer's own had access.")),
    )


def _firms(found: WhoHasAccess, taxpayer: int, *, past: bool) -> Table:
    return Table(
        _("Third parties"),
        [
            Column("firm", _("Third party"), row_header=True),
            Column("rights", _("Rights")),
            Column("heads", _("People who can act"), numeric=True),
            Column("since", _("Since")),
            Column("until", _("Last day")),
        ],
        [
            {
                "firm": firm.name
                if past
                else Link(firm.name, reverse("third_party_access:firm", args=[taxpayer, firm.taxpayer])),
                "rights": firm.rights,
                "heads": firm.heads,
                "since": day(firm.since),
                "until": day(firm.until - timedelta(microseconds=1)) if firm.until else _("no end"),
            }
            for firm in found.firms
        ],
        Empty(_("No third party"), _("Nobody outside acts on this account.")),
    )


def _csv(found: Account, access: WhoHasAccess) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="who-has-access.csv"'
    writer = csv.writer(response)
    writer.writerow([_("Account"), _("Who"), _("Username"), _("As"), _("Rights"), _("Since"), _("Last day")])
    rows = [
        (person.name, person.username, ACCESS_TYPES[person.access_type], person.rights, person.since, person.until)
        for person in access.persons
    ]
    rows += [(firm.name, "", _("Third party"), firm.rights, firm.since, firm.until) for firm in access.firms]
    for who, username, capacity, rights, since, until in rows:
        last = timezone.localdate(until - timedelta(microseconds=1)).isoformat() if until else ""
        first = timezone.localdate(since).isoformat() if since else ""
        cells = [found.number, who, username, str(capacity), str(RIGHTS[rights]), first, last]
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell for cell in cells])
    return response
