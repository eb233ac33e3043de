"""One account: what I may do, as what, and why."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from countersign.logons.signed_in import signed_in
from countersign.policy.rights import LEAST_RIGHTS
from countersign.tax_accounts.queries import SeenAccount, seen_account
from countersign.tax_accounts.shown_routes import ShownRoute, shown_routes
from countersign.tax_accounts.words import ACTIONS
from countersign.ui.shell import ActingFor
from countersign.ui.tables import Column, Link, StatusWord, Table
from countersign.ui.words import RIGHTS


def acting_for(seen: SeenAccount, decided: ShownRoute) -> ActingFor:
    """The bar names the account's taxpayer: that is whom one acts for here (UX rule 2)."""
    return ActingFor(seen.account.taxpayer.legal_name, decided.capacity)


@require_safe
def account(request: HttpRequest, account: int) -> HttpResponse:
    """What the reader may do on the account, in which capacity, why, and for a Master Administrator who else can."""
    reader = signed_in(request)
    seen = seen_account(reader, account)
    decided = shown_routes(reader, seen.account, seen.explanation.routes)[0]
    administered = seen.account.taxpayer_id if seen.administers else None
    context = {
        "acting_for": acting_for(seen, decided),
        "account": seen.account,
        "lines": _lines(seen, decided),
        "can": _can(seen),
        "route": decided,
        "frozen": seen.frozen,
        "why_url": reverse("tax_accounts:why", args=[account]),
        "who_url": reverse("tax_accounts:who_has_access", args=[account]) if administered else "",
        "all_url": reverse("tax_accounts:taxpayer_who_has_access", args=[administered]) if administered else "",
        "history_url": reverse("history:taxpayer", args=[administered]) if administered else "",
    }
    return render(request, "tax_accounts/account.html", context)


def _lines(seen: SeenAccount, decided: ShownRoute) -> list[tuple[Any, Any]]:
    found = seen.account
    lines: list[tuple[Any, Any]] = [
        (_("Taxpayer"), found.taxpayer.legal_name),
        (_("Account number"), found.number),
        (_("Account type"), found.account_type.name),
    ]
    if found.opened_on:
        lines.append((_("Opened"), found.opened_on))
    if found.closed_on:
        lines.append((_("Closed"), found.closed_on))
    lines += [(_("My rights"), RIGHTS[seen.explanation.decision.rights]), (_("As"), decided.capacity)]
    return lines


def _can(seen: SeenAccount) -> Table:
    """Each action, whether the reader may do it, and where it is explained."""
    rights = seen.explanation.decision.rights
    rows = []
    for action, words in ACTIONS.items():
        least = LEAST_RIGHTS.get(action)
        allowed = seen.administers if least is None else rights >= least
        asked = urlencode({"account": seen.account.number, "action": action.value})
        rows.append(
            {
                "action": words,
                "can": StatusWord("good", _("Yes")) if allowed else StatusWord("neutral", _("No")),
                "why": "" if allowed else Link(_("Why not?"), f"{reverse('tax_accounts:why_not')}?{asked}", words),
            }
        )
    return Table(
        _("What I may do"),
        [
            Column("action", _("Action"), row_header=True),
            Column("can", _("May I?")),
            Column("why", _("Why not"), quiet_label=True),
        ],
        rows,
        quiet_caption=True,
    )
