"""The demo's world: the named cast, and a few thousand invented taxpayers around it, as IMPORT.md's files."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from countersign.demo.cast import person, username
from countersign.demo.cast_access import write_cast_access
from countersign.demo.cast_register import ACCOUNT_TYPES, account_rows, proof_rows, taxpayer_rows
from countersign.demo.crowd import Crowd
from countersign.demo.crowd_firms import Clients, giant, group_name
from countersign.demo.crowd_world import Sizes, write_crowd
from countersign.demo.files import WorldFiles

TAXPAYERS, SEED = 4_000, 7
# Priya Raman's firm.
_FIRM, _FIRM_CLIENTS, _FIRM_SECONDARIES, _FIRM_GROUPS = "BELLWETHER-QUILL", 1_500, 24, 8
_LOPEZ_CLIENTS = 40
_SMALLEST = 100


def today_in(time_zone: str) -> date:
    """Today's date at the agency."""
    return datetime.now(ZoneInfo(time_zone)).date()


def known_since(today: date) -> date:
    """What to pass to ``countersign import --effective``, so that the demo has a past to ask about."""
    return today - timedelta(days=1_000)


def write_cast(folder: Path, *, today: date) -> dict[str, int]:
    """Write the named cast alone; returns the number of rows of each file."""
    with WorldFiles(folder) as files:
        _write_cast(files, today)
    return files.counts


def write_demo_world(folder: Path, *, today: date, taxpayers: int = TAXPAYERS, seed: int = SEED) -> dict[str, int]:
    """Write the cast and ``taxpayers`` invented ones; returns the number of rows of each file.

    The same arguments give the same bytes. Raises ValueError for fewer than 100 taxpayers.
    """
    if taxpayers < _SMALLEST:
        raise ValueError(f"at least {_SMALLEST} taxpayers are needed")
    crowd = Crowd(taxpayers, seed=seed, today=today)
    firm = giant(
        crowd, _FIRM, username("priya"), min(_FIRM_CLIENTS, taxpayers * 3 // 8), _FIRM_SECONDARIES, _FIRM_GROUPS
    )
    sizes = Sizes(logons=taxpayers * 5 // 4 + _FIRM_SECONDARIES, grants=firm.grants + taxpayers // 2)
    with WorldFiles(folder) as files:
        _write_cast(files, today)
        write_crowd(files, crowd, firm, sizes, prefix="bellwether")
        for number in (1, 2):
            files.row("group_members", person("cole").username, group_name(number))
        _write_lopez_clients(files, crowd)
    return files.counts


def _write_cast(files: WorldFiles, today: date) -> None:
    files.rows("account_types", ACCOUNT_TYPES)
    files.rows("taxpayers", taxpayer_rows())
    files.rows("accounts", account_rows(today))
    files.rows("proofs", proof_rows(today))
    write_cast_access(files, today)


def _write_lopez_clients(files: WorldFiles, crowd: Crowd) -> None:
    """Some of the crowd are clients of Lopez CPA PC, so that its lists have a second page."""
    for place, client in enumerate(Clients(crowd).starting(crowd.taxpayers * 3 // 4)):
        if place == _LOPEZ_CLIENTS:
            break
        rights = ("FILE_AND_PAY", "FILE_AND_PAY", "VIEW_ONLY", "ALL_ACCESS")[place % 4]
        for account in crowd.accounts(client):
            files.row("grants", "LOPEZ-CPA", account, rights, crowd.today - timedelta(days=50 + place * 9), "")
        if place % 3 == 0:
            group = "Restaurants" if place % 2 else "Retail clients"
            files.row("placements", username("maria"), crowd.key(client), group)
