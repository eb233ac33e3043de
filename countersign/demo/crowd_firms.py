"""Firms that act for the crowd: one giant and many small ones, with clients, secondary logons and groups."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from countersign.demo.crowd import BLOCK, Crowd, CrowdPerson
from countersign.demo.crowd_logons import RIGHTS, run_businesses
from countersign.demo.files import WorldFiles
from countersign.demo.words import FIRM_TRADES, INVENTED, TOWNS

_CEILINGS = ("VIEW_ONLY", "FILE_AND_PAY", "FILE_AND_PAY", "ALL_ACCESS", "NO_ACCESS", "FILE_AND_PAY")
_LIMITS = ("WTH", "WTH;SUT", "SUT;MLS;USE", "PIT", "CEX;PTE")


@dataclass(frozen=True)
class Firm:
    """A firm and whom it acts for. ``clients`` are indices of the crowd, ``grants`` at most so many rows."""

    key: str
    number: int
    parent_username: str
    clients: tuple[int, ...]
    grants: int
    secondaries: int
    groups: int
    taxpayer: int = -1


class Clients:
    """All taxpayers with accounts, in an order that looks like none, again and again."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._step = int(crowd.taxpayers * 0.6180339) | 1
        while math.gcd(self._step, crowd.taxpayers) != 1:
            self._step += 2

    def starting(self, position: int) -> Iterator[int]:
        """From one position on, every taxpayer that has accounts, once."""
        for place in range(position, position + self._crowd.taxpayers):
            index = place * self._step % self._crowd.taxpayers
            if self._crowd.slot(index).accounts:
                yield index


def granted(crowd: Crowd, firm: int, client: int) -> list[str]:
    """The client's accounts that the firm may act on: all of them, or for three in ten the first."""
    accounts = crowd.accounts(client)
    return accounts[:1] if crowd.mix(100 + firm, client) % 10 < 3 else accounts


def giant(crowd: Crowd, key: str, parent: str, clients: int, secondaries: int, groups: int) -> Firm:
    """The firm whose size everything must stand. Raises ValueError when the crowd is too small for it."""
    chosen = tuple(islice(Clients(crowd).starting(0), clients))
    if len(chosen) < clients:
        raise ValueError(f"{crowd.taxpayers} taxpayers are too few for a firm with {clients} clients")
    grants = sum(len(granted(crowd, 0, client)) for client in chosen)
    return Firm(key, 0, parent, chosen, grants, secondaries, groups)


def small_firms(crowd: Crowd, *, after: int, grants: int) -> Iterator[Firm]:
    """Firms with 5 to 400 clients until all the ``grants`` are given; ``after``: where the giant's clients end."""
    businesses, position, number = run_businesses(crowd), after * 9 // 10, 0
    clients = Clients(crowd)
    while grants > 0 and number < businesses:
        number += 1
        whole, place = divmod(number * 7 % businesses if businesses % 7 else number, len(crowd.run_businesses))
        taxpayer = whole * BLOCK + crowd.run_businesses[place]
        chance = crowd.mix(30, number) / 2**64
        size = 5 + int(395 * chance**6)
        chosen: list[int] = []
        given = 0
        for client in clients.starting(position):
            if len(chosen) == size or given >= grants:
                break
            if client != taxpayer:
                chosen.append(client)
                given += len(granted(crowd, number, client))
        given = min(given, grants)
        grants -= given
        position += size
        secondaries = crowd.mix(31, number) % 3 if size < 20 else 2 + size // 16
        yield Firm(
            crowd.key(taxpayer), number, crowd.administrator(taxpayer).username, tuple(chosen), given, secondaries,
            min(6, secondaries // 2), taxpayer,
        )  # fmt: skip


def firm_name(crowd: Crowd, number: int) -> str:
    """The legal name of a small firm."""
    bits = crowd.mix(32, number)
    trade = FIRM_TRADES[(bits >> 16) % len(FIRM_TRADES)]
    return f"{INVENTED[bits % len(INVENTED)]} {trade} {'PC' if trade == 'CPA' else 'LLP'}"


def group_name(number: int) -> str:
    """The name of a firm's n-th security group; 0 is Default."""
    if number == 0:
        return "Default"
    floor, town = divmod(number - 1, len(TOWNS))
    return f"{TOWNS[town][0]} office" + (f", team {floor + 1}" if floor else "")


def write_firm(files: WorldFiles, crowd: Crowd, firm: Firm, *, prefix: str = "") -> None:
    """Write grants, secondary logons, groups, placements, members and refinements of one firm.

    With a ``prefix`` the usernames of its secondary logons are ``prefix.0001`` and so on.
    """
    _grants(files, crowd, firm)
    for number in range(1, firm.groups + 1):
        files.row("security_groups", firm.parent_username, group_name(number), f"Clients of team {number}")
    if firm.groups:
        for client in firm.clients:
            bits = crowd.mix(40 + firm.number, client)
            if bits % 20 < 17:
                group = group_name(1 + (bits >> 8) % firm.groups)
                files.row("placements", firm.parent_username, crowd.key(client), group)
    for number in range(1, firm.secondaries + 1):
        _secondary(files, crowd, firm, number, prefix)


def _grants(files: WorldFiles, crowd: Crowd, firm: Firm) -> None:
    left = firm.grants
    for client in firm.clients:
        bits = crowd.mix(200 + firm.number, client)
        begins = crowd.today - timedelta(days=30 + (bits >> 8) % 900)
        ends: object = ""
        lot = bits % 100
        if lot < 20:
            ends = crowd.today + timedelta(days=30 + (bits >> 20) % 700)
        elif lot < 22:
            ends = begins + timedelta(days=10)
        elif lot < 23:
            begins = crowd.today + timedelta(days=30 + (bits >> 20) % 90)
        for account in granted(crowd, firm.number, client)[:left]:
            rights = RIGHTS[(bits >> 32) % len(RIGHTS)]
            files.row("grants", firm.key, account, rights, begins, ends)
            left -= 1


def _secondary(files: WorldFiles, crowd: Crowd, firm: Firm, number: int, prefix: str) -> None:
    person, bits = crowd.person(50 + firm.number, number, f"s{firm.number}"), crowd.mix(51 + firm.number, number)
    if prefix:
        person = CrowdPerson(f"{prefix}.{number:04d}", person.first_name, person.last_name)
    administers = number % 20 == 0
    status = {7: "invited", 8: "deactivated"}.get(bits % 50, "active") if number > 2 else "active"
    files.row("logons", *person.row(
        status, firm.parent_username, "MA" if administers else "TA",
        "" if administers else _CEILINGS[(bits >> 8) % len(_CEILINGS)],
        _LIMITS[(bits >> 16) % len(_LIMITS)] if (bits >> 24) % 5 == 0 else "",
    ))  # fmt: skip
    # Some stay in Default alone, for want of a row.
    if firm.groups:
        first = (bits >> 32) % (firm.groups + 1)
        for step in range((bits >> 40) % 4 + 1 if number > 2 else 4):
            if step <= firm.groups:
                files.row("group_members", person.username, group_name((first + step) % (firm.groups + 1)))
    if (bits >> 48) % 3 == 0 and firm.clients:
        for step in range(min(20, len(firm.clients) // 4)):
            client = firm.clients[(number * 131 + step) % len(firm.clients)]
            _refinement(files, crowd, person.username, client, mark=(number, step))


def _refinement(files: WorldFiles, crowd: Crowd, username: str, client: int, mark: tuple[int, int]) -> None:
    bits = crowd.mix(60 + mark[0], mark[1])
    account = crowd.accounts(client)[0] if bits % 2 else ""
    rights = ("NO_ACCESS", "VIEW_ONLY", "FILE_AND_PAY", "ALL_ACCESS")[(bits >> 8) % 4]
    files.row("refinements", username, crowd.key(client), account, rights)
