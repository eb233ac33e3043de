"""A folder of IMPORT.md read as the raw facts of :mod:`spec.world`: what it means, without the product."""

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from spec.world import (
    Account,
    AccountRights,
    Grant,
    GroupMember,
    LogonStanding,
    Period,
    Placement,
    PortfolioHolder,
    Refinement,
    Rights,
    SecondaryLogon,
    SecurityGroup,
    Taxpayer,
    TaxpayerAccess,
    TaxpayerCondition,
)
from spec.world import World as Facts
from tests.demo.validation import World

ZONE = ZoneInfo("America/New_York")
_FREEZES = {
    "taxpayer": ["frozen_as_taxpayer"],
    "third_party": ["frozen_as_third_party"],
    "both": ["frozen_as_taxpayer", "frozen_as_third_party"],
}


def start_of(day: date) -> datetime:
    """From the start of that day in the agency's time zone."""
    return datetime(day.year, day.month, day.day, tzinfo=ZONE)


def read_facts(folder: Path, *, effective: date) -> Facts:
    """All facts of the folder; those without a date begin on ``effective``."""
    rows = World(folder).rows
    since = Period(start_of(effective))
    parents = {row["parent_username"] for row in rows["logons"]} | {r["parent_username"] for r in rows["placements"]}
    parents = (parents | {row["parent_username"] for row in rows["security_groups"]}) - {""}
    parent_of = {row["username"]: row["parent_username"] for row in rows["logons"]}
    with_a_row = {row["username"] for row in rows["group_members"]}

    def group(parent: str, name: str) -> str:
        return f"{parent}/{name.lower()}"

    members = [(group(parent_of[row["username"]], row["group_name"]), row["username"]) for row in rows["group_members"]]
    members += [(group(p, "default"), name) for name, p in parent_of.items() if p and name not in with_a_row]
    conditions = [
        (row["taxpayer_key"], condition)
        for row in rows["taxpayers"]
        for condition in [*_FREEZES.get(row["freeze"], []), row["status"]]
        if condition not in ("", "active")
    ]
    groups = [(group(row["parent_username"], row["name"]), row["parent_username"]) for row in rows["security_groups"]]
    return Facts(
        taxpayer=[Taxpayer(row["taxpayer_key"], row["kind"]) for row in rows["taxpayers"]],
        account=[Account(r["account_number"], r["taxpayer_key"], r["account_type"]) for r in rows["accounts"]],
        logon_standing=[LogonStanding(r["username"], r["status"] or "active", since) for r in rows["logons"]],
        taxpayer_condition=[TaxpayerCondition(*pair, since) for pair in conditions],
        taxpayer_access=[
            TaxpayerAccess(r["username"], r["taxpayer_key"], r["access_type"], False, True, since)
            for r in rows["access"]
        ],
        account_rights=[
            AccountRights(r["username"], r["account_number"], Rights[r["rights"]], since) for r in rows["rights"]
        ],
        grant=[
            Grant(r["third_party_key"], r["account_number"], Rights[r["rights"]], _period(r, since))
            for r in rows["grants"]
        ],
        portfolio_holder=[PortfolioHolder(parent, parent, False, since) for parent in parents],
        secondary_logon=[_secondary(row, since) for row in rows["logons"] if row["parent_username"]],
        security_group=[SecurityGroup(group(parent, "default"), parent, True, since) for parent in parents]
        + [SecurityGroup(name, parent, False, since) for name, parent in groups],
        placement=[
            Placement(r["parent_username"], r["taxpayer_key"], group(r["parent_username"], r["group_name"]), since)
            for r in rows["placements"]
        ],
        group_member=[GroupMember(name, username, since) for name, username in members],
        refinement=[
            Refinement(r["username"], r["taxpayer_key"], r["account_number"] or None, Rights[r["rights"]], since)
            for r in rows["refinements"]
        ],
    )


def _period(row: dict[str, str], since: Period) -> Period:
    begins = start_of(date.fromisoformat(row["begins_on"])) if row["begins_on"] else since.begins_at
    ends = start_of(date.fromisoformat(row["ends_on"]) + timedelta(days=1)) if row["ends_on"] else None
    return Period(begins, ends)


def _secondary(row: dict[str, str], since: Period) -> SecondaryLogon:
    types = frozenset(row["account_types"].split(";")) if row["account_types"] else None
    rights = Rights[row["default_rights"] or "NO_ACCESS"]
    # Who is still invited has not accepted.
    accepted = row["status"] != "invited"
    return SecondaryLogon(row["username"], row["parent_username"], row["access_type"], rights, types, accepted, since)
