"""Who may see what a secondary logon reaches, and why it does: the rule asked about each account of a customer."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from countersign.access.queries.covering import covers
from countersign.access.queries.decisions import check_many
from countersign.access.queries.explanation import NamedRoute, name_routes
from countersign.access.queries.facts import Question
from countersign.access.queries.givable import passed_places
from countersign.policy.decision import Route
from countersign.policy.errors import Refused
from countersign.policy.reasons import Reason
from countersign.policy.rights import Action
from countersign.portfolios.queries import Standing
from countersign.secondary_logons.queries.one import Secondary
from countersign.taxpayers.models import Account

MOST_ACCOUNTS = 50


class WhyAccount(NamedTuple):
    """One account of the customer and the way that decides what the logon may do there, open or closed."""

    account: Account
    route: NamedRoute


def check_may_look(standing: Standing, secondary: Secondary) -> None:
    """Raises ``Refused`` unless all that the logon reaches is within the actor's own reach."""
    if standing.limits is not None and not covers(standing.limits, secondary.limits):
        raise Refused(Reason.BEYOND_OWN_REACH)


def why_accounts(standing: Standing, secondary: Secondary, taxpayer: int, *, at: datetime) -> list[WhyAccount]:
    """The accounts of a customer that the portfolio passes on, each with the way that decides for the logon.

    Raises a hidden ``Refused`` (404) for a taxpayer of which nothing passes: its firm does not know it (law 4).
    """
    check_may_look(standing, secondary)
    accounts = list(
        Account.objects.filter(taxpayer_id=taxpayer).select_related("taxpayer", "account_type").order_by("number")
    )
    passed = passed_places(standing.portfolio, [(taxpayer, account.pk) for account in accounts])
    accounts = [account for account in accounts if (taxpayer, account.pk) in passed][:MOST_ACCOUNTS]
    if not accounts:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    username = secondary.logon.username
    decisions = check_many([(Action.VIEW, Question(username, account.number)) for account in accounts])
    deciding: tuple[Route, ...] = tuple(decision.routes[0] for decision in decisions)
    named = name_routes(deciding)
    return [WhyAccount(account, route) for account, route in zip(accounts, named, strict=True)]
