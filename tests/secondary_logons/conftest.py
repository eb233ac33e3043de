"""The cast, and Maria's portfolio with its groups and secondary logons by name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from countersign.access.models import PortfolioHolder, SecurityGroup
from countersign.access.operations.secondary import Terms
from countersign.logons.models import Logon
from countersign.policy.rights import AccessType, Rights
from countersign.portfolios.queries import portfolio_of
from countersign.secondary_logons.operations import NewPerson
from countersign.secondary_logons.queries.one import Secondary, secondary_of
from countersign.taxpayers.models import Account, AccountType, Taxpayer
from tests.cast import account_number, username

TA = AccessType.TAX_ADMINISTRATOR
MA = AccessType.MASTER_ADMINISTRATOR


class Firm:
    """Maria's portfolio (or another's), as tests speak of it."""

    def __init__(self, parent: str = "maria") -> None:
        self.now: datetime = timezone.now()
        self.parent = self.person(parent)
        self.portfolio = PortfolioHolder.objects.get(
            holder=self.parent, received=False, ended_at__isnull=True
        ).portfolio_id
        self.groups = dict(
            SecurityGroup.objects.filter(portfolio_id=self.portfolio, ended_at__isnull=True).values_list("name", "pk")
        )

    def person(self, key: str) -> Logon:
        return Logon.objects.get(username=username(key))

    def seen(self, key: str, actor: str = "maria") -> Secondary:
        """The secondary logon as the actor sees it now."""
        return self.seen_key(self.person(key).pk, actor)

    def seen_key(self, logon: int, actor: str = "maria") -> Secondary:
        """The same by the key of the logon."""
        now = timezone.now()
        return secondary_of(portfolio_of(self.person(actor), self.portfolio, at=now), logon, at=now)

    def account(self, taxpayer: str, code: str) -> Account:
        return Account.objects.get(number=account_number(taxpayer, code))

    def taxpayer(self, key: str) -> Taxpayer:
        return Taxpayer.objects.get(key=key)

    def types(self, *codes: str) -> frozenset[int]:
        return frozenset(AccountType.objects.filter(code__in=codes).values_list("pk", flat=True))

    def new(self, **instead: Any) -> dict[str, Any]:
        """What add_secondary is given, for Noor, unless the test says otherwise."""
        person = NewPerson("Noor", "Haidari", "noor@lopezcpa.example", instead.pop("username", "noor.lopezcpa"))
        return {
            "actor": self.parent,
            "portfolio": self.portfolio,
            "person": person,
            "terms": Terms(TA, Rights.VIEW_ONLY, None),
            "groups": [self.groups["Retail clients"]],
            "now": timezone.now(),
        } | instead


@pytest.fixture
def firm(cast_world: None) -> Firm:
    return Firm()
