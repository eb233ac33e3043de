"""The Give Rights table: what a secondary logon may do on each account of its customers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from countersign.access.operations.secondary import Place
from countersign.access.queries.covering import Limits
from countersign.access.queries.givable import GivableAccount, passed_places
from countersign.policy.rights import Rights


class GivableRow(NamedTuple):
    """An account, what the logon may do there, and what is set for it: of the account, of the whole customer."""

    account: GivableAccount
    has: Rights
    set_here: Rights | None
    set_for_customer: Rights | None

    @property
    def place(self) -> Place:
        """Where a refinement of this account stands."""
        return Place(self.account.taxpayer, self.account.account)


def with_limits(accounts: Iterable[GivableAccount], limits: Limits) -> list[GivableRow]:
    """The rule's last step: the lower of what the parent passes on and of the logon's own ceiling."""
    return [
        GivableRow(
            account,
            min(account.through, limits.at_most(account.taxpayer, account.account)),
            limits.refined.get((account.taxpayer, account.account)),
            limits.refined.get((account.taxpayer, None)),
        )
        for account in accounts
    ]


def places_in_reach(portfolio: int, places: Iterable[Place]) -> set[Place]:
    """Those places that are customers of the portfolio, and accounts that it can pass on."""
    return {Place(taxpayer, account) for taxpayer, account in passed_places(portfolio, places)}


def limits_after(limits: Limits, rights: Mapping[Place, Rights | None]) -> Limits:
    """The limits with these rights in place; None lets the default hold again."""
    refined: dict[tuple[int, int | None], Rights] = dict(limits.refined)
    for place, level in rights.items():
        if level is None:
            refined.pop(place, None)
        else:
            refined[place] = level
    return limits._replace(refined=refined)
