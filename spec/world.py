"""The raw facts that the rule reads, and when a fact holds. What they mean together is in reference.py.

The register (taxpayer, account) has no period: "opening and closing dates of an account inform, they never
decide". Every other fact has one. Times may be of any type that compares.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any, NamedTuple, Protocol, TypeVar


class Rights(IntEnum):
    """ "rights: per account, ordered: No Access < View Only < File and Pay < All Access"."""

    NO_ACCESS = 0
    VIEW_ONLY = 1
    FILE_AND_PAY = 2
    ALL_ACCESS = 3


class Time(Protocol):
    def __lt__(self, other: Any, /) -> bool: ...
    def __le__(self, other: Any, /) -> bool: ...


class Period(NamedTuple):
    begins_at: Time
    ends_at: Time | None = None  # planned
    ended_at: Time | None = None  # set once, when it really ended


class Fact(Protocol):
    @property
    def period(self) -> Period: ...


F = TypeVar("F", bound=Fact)


def live(facts: Iterable[F], at: Time, **fields: str) -> list[F]:
    """The rows with these fields that hold `at` ("Facts have periods"): first moment in, last one out."""
    return [
        fact
        for fact in facts
        if all(getattr(fact, name) == value for name, value in fields.items())
        and fact.period.begins_at <= at
        and (fact.period.ends_at is None or at < fact.period.ends_at)
        and (fact.period.ended_at is None or at < fact.period.ended_at)
    ]


class Taxpayer(NamedTuple):
    key: str
    kind: str  # individual, business, fiduciary, representative


class Account(NamedTuple):
    number: str
    taxpayer: str
    account_type: str


class LogonStanding(NamedTuple):
    username: str
    status: str  # invited, active, deactivated, cancelled, closed
    period: Period


class TaxpayerCondition(NamedTuple):
    taxpayer: str
    condition: str  # frozen_as_taxpayer, frozen_as_third_party, deceased, dissolved, fiduciary_confirmed
    period: Period


class TaxpayerAccess(NamedTuple):
    """What a parentless logon is for one taxpayer."""

    username: str
    taxpayer: str
    access_type: str  # MA, TA
    provisional: bool
    accepted: bool
    period: Period


class AccountRights(NamedTuple):
    """What a Tax Administrator holds on one account."""

    username: str
    account: str
    rights: int
    period: Period


class Grant(NamedTuple):
    third_party: str
    account: str
    rights: int
    period: Period


class PortfolioHolder(NamedTuple):
    portfolio: str
    username: str
    received: bool
    period: Period


class PortfolioSource(NamedTuple):
    """A source that a received portfolio came with."""

    portfolio: str
    taxpayer: str
    period: Period


class SecondaryLogon(NamedTuple):
    username: str
    portfolio: str
    access_type: str  # MA, TA
    default_rights: int
    account_types: frozenset[str] | None  # None: all
    accepted: bool
    period: Period


class SecurityGroup(NamedTuple):
    group: str
    portfolio: str
    is_default: bool
    period: Period


class Placement(NamedTuple):
    portfolio: str
    taxpayer: str
    group: str
    period: Period


class GroupMember(NamedTuple):
    group: str
    username: str
    period: Period


class Refinement(NamedTuple):
    username: str
    taxpayer: str
    account: str | None  # None: the customer as a whole
    rights: int
    period: Period


class World(NamedTuple):
    taxpayer: Sequence[Taxpayer] = ()
    account: Sequence[Account] = ()
    logon_standing: Sequence[LogonStanding] = ()
    taxpayer_condition: Sequence[TaxpayerCondition] = ()
    taxpayer_access: Sequence[TaxpayerAccess] = ()
    account_rights: Sequence[AccountRights] = ()
    grant: Sequence[Grant] = ()
    portfolio_holder: Sequence[PortfolioHolder] = ()
    portfolio_source: Sequence[PortfolioSource] = ()
    secondary_logon: Sequence[SecondaryLogon] = ()
    security_group: Sequence[SecurityGroup] = ()
    placement: Sequence[Placement] = ()
    group_member: Sequence[GroupMember] = ()
    refinement: Sequence[Refinement] = ()
