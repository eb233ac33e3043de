"""What the wizards share: choose → review → done (UX rule 5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from countersign.access.queries.conditions import facts_of
from countersign.policy.facts import ENDED_LIFE, Condition
from countersign.taxpayers.models import Taxpayer
from countersign.third_party_access.queries.clients import Relation
from countersign.third_party_access.queries.grants import Holding
from countersign.ui.components.moments import day
from countersign.ui.shell import ActingFor, links
from countersign.ui.tables import Column, Table, TwoLines
from countersign.ui.words import RIGHTS

STEP = "step"
REVIEW, CHANGE, SUBMIT = "review", "change", "submit"


def step_of(request: HttpRequest) -> str:
    """Which button was pressed; anything unknown asks for the review and so changes nothing."""
    step = request.POST.get(STEP, REVIEW)
    return step if step in (REVIEW, CHANGE, SUBMIT) else REVIEW


def done(number: str) -> HttpResponse:
    """To the page that says what was done: a reload of it submits nothing."""
    return HttpResponseRedirect(reverse("submissions:done", args=[number]), status=303)


def acting_for(taxpayer: Taxpayer) -> ActingFor:
    """The bar that says whom one acts for (UX rule 2)."""
    return ActingFor(taxpayer.legal_name, _("Master Administrator"), links().get("acting_for", ""))


def out_of_reach(firm: Taxpayer) -> str:
    """Why nothing that clients gave to the third party counts now (SPEC 2: "no client reach"); "" where it counts."""
    conditions = facts_of(firm, at=timezone.now()).conditions
    if Condition.FROZEN_AS_THIRD_PARTY in conditions:
        return _("The agency has frozen %(firm)s as third party. Until that ends nobody acts for its clients.") % {
            "firm": firm.legal_name
        }
    if conditions & ENDED_LIFE:
        return _("%(firm)s is deceased or dissolved: nobody acts for its clients any more.") % {"firm": firm.legal_name}
    return ""


def account_words(holding: Holding) -> TwoLines:
    """An account as tables show it."""
    return TwoLines(holding.account.account_type, holding.account.number)


def until_words(holding: Holding) -> str:
    """The last day, in words."""
    return day(holding.until) if holding.until else _("No end")


def since_words(holding: Holding) -> Any:
    """Since when, or from when on."""
    since = day(holding.since)
    return since if holding.begun else TwoLines(since, _("not begun yet"))


def holding_lines(relation: Relation) -> list[list[Any]]:
    """One side with each account as a line of a download."""
    return [
        [
            relation.taxpayer.legal_name,
            holding.account.account_type,
            holding.account.number,
            RIGHTS[holding.rights],
            holding.since.isoformat(),
            holding.until.isoformat() if holding.until else "",
        ]
        for holding in relation.holdings
    ]


def accounts_in_words(held: Sequence[Holding]) -> str:
    """Withholding WTH-1, Sales and use SLS-1."""
    return ", ".join(f"{holding.account.account_type} {holding.account.number}" for holding in held)


def ending_table(held: list[Holding], accounts: list[int] | None) -> Table:
    """What ends, for the review of revoking and dropping."""
    return Table(
        _("What ends"),
        [
            Column("account", _("Account"), row_header=True),
            Column("rights", _("Rights")),
            Column("since", _("Since")),
            Column("until", _("Last day")),
        ],
        [
            {
                "account": account_words(holding),
                "rights": holding.rights,
                "since": since_words(holding),
                "until": until_words(holding),
            }
            for holding in held
            if accounts is None or holding.account.pk in accounts
        ],
    )
