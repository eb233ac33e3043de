"""Who may see what a secondary logon reaches, and why it does: the rule asked about each account of a customer."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from countersign.access.operations.secondary import Place
from countersign.access.queries.covering import Limits, covers
from countersign.access.queries.decisions import check_many
from countersign.access.queries.explanation import NamedRoute, name_routes
from countersign.access.queries.facts import Question
from countersign.policy.decision import Route
from countersign.policy.errors import Refused
from countersign.policy.reasons import Reason
from countersign.policy.rights import Action
from countersign.portfolios.queries import Standing
from countersign.secondary_logons.queries.one import Secondary
from countersign.secondary_logons.queries.visible import visible_places
from countersign.taxpayers.models import Account

MOST_ACCOUNTS = 50


class WhyAccount(NamedTuple):
    """One account of the customer and the way that decides what the logon may do there, open or closed."""

    account: Account
    route: NamedRoute


def may_look(standing: Standing, secondary: Secondary, *, after: Limits | None = None) -> bool:
    """Whether all that the logon reaches, and would reach with ``after``, is within the actor's own reach."""
    own = standing.limits
    return own is None or (covers(own, secondary.limits) and (after is None or covers(own, after)))


def check_may_look(standing: Standing, secondary: Secondary, *, after: Limits | None = None) -> None:
    """Raises ``Refused`` unless it is: no list names a client to somebody who is not let in to it (law 4)."""
    if not may_look(standing, secondary, after=after):
        raise Refused(Reason.BEYOND_OWN_REACH)


def why_accounts(standing: Standing, secondary: Secondary, taxpayer: int, *, at: datetime) -> list[WhyAccount]:
    """The accounts of a customer that the portfolio passes on, each with the way that decides for the logon.

    Raises a hidden ``Refused`` (404) for a taxpayer of which nothing passes, or that a secondary MA is not let in to:
    to the actor there is no such customer (law 4).
    """
    check_may_look(standing, secondary)
    accounts = list(
        Account.objects.filter(taxpayer_id=taxpayer).select_related("taxpayer", "account_type").order_by("number")
    )
    places = visible_places(standing, [Place(taxpayer, account.pk) for account in accounts], at=at)
    accounts = [account for account in accounts if Place(taxpayer, account.pk) in places][:MOST_ACCOUNTS]
    if not accounts:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    username = secondary.logon.username
    decisions = check_many([(Action.VIEW, Question(username, account.number)) for account in accounts])
    deciding: tuple[Route, ...] = tuple(decision.routes[0] for decision in decisions)
    named = name_routes(deciding)
    return [WhyAccount(account, route) for account, route in zip(accounts, named, strict=True)]
