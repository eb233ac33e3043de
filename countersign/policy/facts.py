"""What one decision reads, as frozen values.

A question is (logon, account, moment). Whoever asks gathers these facts for that question, at that moment;
:mod:`countersign.policy.decision` then answers. All facts are those live at the moment, except grants, which
come also when they have ended or not begun, so that an answer can say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from countersign.policy.rights import AccessType, Rights


class Standing(StrEnum):
    """The standing of a logon. Only ``active`` ever allows anything."""

    INVITED = "invited"
    ACTIVE = "active"
    DEACTIVATED = "deactivated"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class Condition(StrEnum):
    """What may be true of a taxpayer for a while, and is read by decisions."""

    FROZEN_AS_TAXPAYER = "frozen_as_taxpayer"
    FROZEN_AS_THIRD_PARTY = "frozen_as_third_party"
    DECEASED = "deceased"
    DISSOLVED = "dissolved"
    FIDUCIARY_CONFIRMED = "fiduciary_confirmed"


ENDED_LIFE = frozenset({Condition.DECEASED, Condition.DISSOLVED})


@dataclass(frozen=True, slots=True)
class TaxpayerFacts:
    """The account's taxpayer T, as far as decisions read it."""

    key: int
    individual: bool
    conditions: frozenset[Condition] = frozenset()

    @property
    def frozen(self) -> bool:
        """Frozen *as taxpayer*."""
        return Condition.FROZEN_AS_TAXPAYER in self.conditions

    @property
    def paused(self) -> bool:
        """Deceased or dissolved, and no fiduciary confirmed: grants and TAs pause."""
        return bool(self.conditions & ENDED_LIFE) and Condition.FIDUCIARY_CONFIRMED not in self.conditions


@dataclass(frozen=True, slots=True)
class AccessFacts:
    """What a parentless logon is for one taxpayer."""

    access_type: AccessType
    provisional: bool = False
    accepted: bool = True

    @property
    def master_administrator(self) -> bool:
        """MA, provisional or full, accepted."""
        return self.access_type is AccessType.MASTER_ADMINISTRATOR and self.accepted

    @property
    def full(self) -> bool:
        """MA whose right was proved in full: only then is anything passed on or administered."""
        return self.master_administrator and not self.provisional


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """Third-party access to the account, to a third party of which the holder is MA."""

    key: int
    third_party: int
    rights: Rights
    begun: bool = True
    ended: bool = False
    holder_full: bool = True
    is_source: bool = True
    third_party_conditions: frozenset[Condition] = frozenset()


@dataclass(frozen=True, slots=True)
class SecondaryFacts:
    """A secondary logon in its portfolio, for the account's taxpayer and type."""

    portfolio: int
    access_type: AccessType
    default_rights: Rights
    accepted: bool
    account_type_selected: bool
    holder: int | None
    holder_standing: Standing | None
    own_source: bool
    groups: frozenset[int]
    placed_in: int | None
    default_group: int | None
    account_refinement: Rights | None = None
    customer_refinement: Rights | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the answer for (logon, account, moment) rests on.

    ``access`` and ``grants`` are those of the logon itself or, for a secondary logon, of the holder of its
    portfolio. ``logon`` or ``account`` is None when the name is unknown. ``secondary_ever``: some parent once made
    this logon; it then never has anything of its own, not even while ``secondary`` is None.
    """

    logon: int | None
    account: int | None
    standing: Standing | None = None
    taxpayer: TaxpayerFacts | None = None
    access: AccessFacts | None = None
    account_rights: Rights | None = None
    grants: tuple[GrantFacts, ...] = ()
    secondary: SecondaryFacts | None = None
    secondary_ever: bool = False
