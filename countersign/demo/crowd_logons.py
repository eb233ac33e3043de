"""The crowd's logons: Master Administrators, Tax Administrators, and what these hold account by account."""

from __future__ import annotations

from countersign.demo.crowd import BLOCK, Crowd
from countersign.demo.files import WorldFiles

RIGHTS = ("VIEW_ONLY", "FILE_AND_PAY", "FILE_AND_PAY", "FILE_AND_PAY", "ALL_ACCESS")


def administrators(crowd: Crowd) -> int:
    """How many logons of Master Administrators the crowd has."""
    whole, rest = divmod(crowd.taxpayers, BLOCK)
    return whole * sum(slot.administrators for slot in crowd.slots) + sum(
        slot.administrators for slot in crowd.slots[:rest]
    )


def run_businesses(crowd: Crowd) -> int:
    """How many businesses have a Master Administrator."""
    whole, rest = divmod(crowd.taxpayers, BLOCK)
    return whole * len(crowd.run_businesses) + sum(1 for place in crowd.run_businesses if place < rest)


def write_logons(files: WorldFiles, crowd: Crowd, *, tax_administrators: int) -> None:
    """Write logons, access and rights of all taxpayers, with this many Tax Administrators spread evenly."""
    businesses = max(1, run_businesses(crowd))
    ordinal = given = 0
    for index in range(crowd.taxpayers):
        slot = crowd.slot(index)
        for which in range(slot.administrators):
            person = crowd.administrator(index, which)
            files.row("logons", *person.row("active"))
            files.row("access", person.username, crowd.key(index), "MA")
        if slot.kind != "business" or not slot.administrators:
            continue
        ordinal += 1
        due = ordinal * tax_administrators // businesses
        for number in range(given, due):
            _tax_administrator(files, crowd, index, number)
        given = due
        if crowd.mix(5, index) % 10 == 0:
            # A person who has both an income tax of their own and a business.
            owner = index - index % BLOCK + crowd.first_individual
            if owner < crowd.taxpayers:
                files.row("access", crowd.administrator(owner).username, crowd.key(index), "MA")


def _tax_administrator(files: WorldFiles, crowd: Crowd, index: int, number: int) -> None:
    """One Tax Administrator of a business; each eighth also of a neighbor, as bookkeepers are."""
    person, bits = crowd.person(20, number, "t"), crowd.mix(6, number)
    files.row("logons", *person.row("active"))
    files.row("access", person.username, crowd.key(index), "TA")
    accounts = crowd.accounts(index)
    for place, account in enumerate(accounts):
        if place == 0 or (bits >> place) % 4:
            files.row("rights", person.username, account, RIGHTS[(bits >> (8 + 3 * place)) % len(RIGHTS)])
    if bits % 8 == 0:
        places = crowd.run_businesses
        neighbor = index - index % BLOCK + places[(places.index(index % BLOCK) + 1) % len(places)]
        if neighbor != index and neighbor < crowd.taxpayers:
            files.row("access", person.username, crowd.key(neighbor), "TA")
            files.row("rights", person.username, crowd.accounts(neighbor)[0], "VIEW_ONLY")
