"""A crowd of invented taxpayers: each is a pure function of the seed and its index, so memory never grows.

The proportions are those of a whole state's register: of 100 taxpayers 58 are individuals, 40 businesses, one is
a fiduciary and one a representative; together they have 197 accounts.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from countersign.demo.cast import STATE
from countersign.demo.files import Row
from countersign.demo.numbers import fein, itin, mix, ssn
from countersign.demo.words import (
    ENDINGS,
    FIRST_NAMES,
    INVENTED,
    LAST_NAMES,
    PLAIN_FIRST,
    PLAIN_LAST,
    STREET_KINDS,
    STREETS,
    TOWNS,
    TRADES,
)

BLOCK = 100
_NUMBERS_FROM = 20_000_000


class Slot(NamedTuple):
    """What the taxpayers at one place of each block have in common."""

    kind: str
    accounts: int
    administrators: int


# 58 accounts, 138 of businesses, one; 50 + 47 + 1 + 1 Master Administrators.
_SLOTS = (
    [Slot("individual", 1, 1)] * 50 + [Slot("individual", 1, 0)] * 8
    + [Slot("business", 2, 0)] * 3 + [Slot("business", 2, 1)] * 7 + [Slot("business", 3, 1)] * 10
    + [Slot("business", 4, 1)] * 10 + [Slot("business", 4, 2)] * 4 + [Slot("business", 5, 2)] * 4
    + [Slot("business", 6, 2)] * 2
    + [Slot("fiduciary", 1, 1)] + [Slot("representative", 0, 1)]
)  # fmt: skip


@dataclass(frozen=True)
class CrowdPerson:
    """The person behind a logon of the crowd."""

    username: str
    first_name: str
    last_name: str

    def row(self, *more: object) -> Row:
        """The row of logons.csv; ``more`` from the column ``status`` on."""
        return self.username, self.first_name, self.last_name, f"{self.username}@mail.example", "", *more


class Crowd:
    """``taxpayers`` invented taxpayers, numbered from 0."""

    def __init__(self, taxpayers: int, *, seed: int, today: date) -> None:
        self.taxpayers = taxpayers
        self.seed = seed
        self.today = today
        self.slots = list(_SLOTS)
        random.Random(seed).shuffle(self.slots)  # noqa: S311 - a world, not a secret
        # Places in a block of businesses that somebody administers; and of an individual who signs in.
        self.run_businesses = [p for p, slot in enumerate(self.slots) if slot.kind == "business" and slot[2]]
        self.first_individual = next(p for p, slot in enumerate(self.slots) if slot.kind == "individual" and slot[2])

    def mix(self, stream: int, index: int) -> int:
        """64 bits for one purpose (``stream``) and one thing (``index``)."""
        return mix(self.seed, stream, index)

    def slot(self, index: int) -> Slot:
        """Kind, number of accounts and of Master Administrators of a taxpayer."""
        return self.slots[index % BLOCK]

    def key(self, index: int) -> str:
        """Its taxpayer_key."""
        return f"T{index:08d}"

    # --- People ----------------------------------------------------------------------------------------

    def person(self, stream: int, index: int, mark: str = "") -> CrowdPerson:
        """A person; the username is unique for each index and mark."""
        bits = self.mix(stream, index)
        first, last = bits % len(FIRST_NAMES), (bits >> 16) % len(LAST_NAMES)
        return CrowdPerson(
            f"{PLAIN_FIRST[first]}.{PLAIN_LAST[last]}.{index}{mark}", FIRST_NAMES[first], LAST_NAMES[last]
        )

    def administrator(self, index: int, which: int = 0) -> CrowdPerson:
        """The first or second Master Administrator of a taxpayer; an individual is its own."""
        return self.person(10 + which, index, "b" if which else "")

    # --- Register --------------------------------------------------------------------------------------

    def trade(self, index: int) -> tuple[str, tuple[str, ...]]:
        """What a business does, and its account types in order."""
        return TRADES[(self.mix(2, index) >> 8) % len(TRADES)]

    def legal_name(self, index: int) -> str:
        """The name on record."""
        kind = self.slot(index).kind
        if kind != "business":
            person = self.administrator(index)
            name = f"{person.first_name} {person.last_name}"
            return f"Estate of {name}" if kind == "fiduciary" else name
        bits = self.mix(2, index)
        word, ending = INVENTED[(bits >> 24) % len(INVENTED)], ENDINGS[(bits >> 40) % len(ENDINGS)]
        if bits % 5 == 0:
            return f"{LAST_NAMES[(bits >> 48) % len(LAST_NAMES)]} & {word} {self.trade(index)[0]} {ending}"
        return f"{word} {self.trade(index)[0]} {ending}"

    def account_types(self, index: int) -> tuple[str, ...]:
        """The types of its accounts, one account each."""
        slot = self.slot(index)
        if slot.kind == "business":
            return self.trade(index)[1][: slot.accounts]
        return {"individual": ("PIT",), "fiduciary": ("FID",)}.get(slot.kind, ())

    def accounts(self, index: int) -> list[str]:
        """The numbers of its accounts."""
        return [f"{code}-{_NUMBERS_FROM + index}" for code in self.account_types(index)]

    def taxpayer_row(self, index: int, *, legal_name: str = "", listed: bool = False) -> Row:
        """The row of taxpayers.csv. A few are frozen, deceased or dissolved."""
        kind, bits = self.slot(index).kind, self.mix(1, index)
        id_type, number = self._identifier(kind, index, bits)
        town, postal_code = TOWNS[bits % len(TOWNS)]
        street = f"{1 + (bits >> 8) % 240} {STREETS[(bits >> 16) % len(STREETS)]} {STREET_KINDS[(bits >> 24) % 8]}"
        lot = (bits >> 32) % 1_000
        status = {"individual": "deceased", "business": "dissolved"}.get(kind, "active") if lot < 5 else "active"
        freeze = {5: "taxpayer", 6: "third_party" if kind == "business" else "taxpayer"}.get(lot, "")
        unit = f"Unit {1 + (bits >> 44) % 40}" if (bits >> 42) % 6 == 0 else ""
        return (
            self.key(index), kind, legal_name or self.legal_name(index), id_type, number, street, unit, town, STATE,
            postal_code, "yes" if listed else "no", status, freeze,
        )  # fmt: skip

    def _identifier(self, kind: str, index: int, bits: int) -> tuple[str, str]:
        if kind == "representative":
            return "AGENCY", f"REP-{10_000 + index}"
        if kind == "individual":
            return ("ITIN", itin(index, self.seed)) if (bits >> 52) % 25 == 0 else ("SSN", ssn(index, self.seed))
        return "FEIN", fein(index, self.seed)

    def account_rows(self, index: int) -> Iterator[Row]:
        """Rows of accounts.csv; one in fifty is closed."""
        bits = self.mix(3, index)
        opened = self.today - timedelta(days=400 + bits % 6_000)
        for place, number in enumerate(self.accounts(index)):
            closed: object = ""
            if (bits >> (16 + 6 * place)) % 50 == 0:
                closed = self.today - timedelta(days=1 + bits % 399)
            yield number, self.key(index), number[:3], opened, closed

    def proof_row(self, index: int) -> Row:
        """The row of proofs.csv: the last letter that the agency mailed."""
        bits = self.mix(4, index)
        mailed = self.today - timedelta(days=bits % 60)
        return self.key(index), "letter_id", f"The letter of {mailed}", f"L{bits % 10**10:010d}", mailed + timedelta(90)
