"""The cases of decisions/*.yaml, as worlds and expectations. How to write one: README.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from spec import world as facts

FOLDER = Path(__file__).parent / "decisions"
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
MOMENT = datetime(2024, 6, 1, tzinfo=UTC)

ROWS: Mapping[str, Callable[..., Any]] = {
    "taxpayer": facts.Taxpayer,
    "account": facts.Account,
    "logon_standing": facts.LogonStanding,
    "taxpayer_condition": facts.TaxpayerCondition,
    "taxpayer_access": facts.TaxpayerAccess,
    "account_rights": facts.AccountRights,
    "grant": facts.Grant,
    "portfolio_holder": facts.PortfolioHolder,
    "portfolio_source": facts.PortfolioSource,
    "secondary_logon": facts.SecondaryLogon,
    "security_group": facts.SecurityGroup,
    "placement": facts.Placement,
    "group_member": facts.GroupMember,
    "refinement": facts.Refinement,
}
WITHOUT_PERIOD = {"taxpayer", "account"}
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "taxpayer": {"kind": "business"},
    "account": {"account_type": "sales"},
    "logon_standing": {"status": "active"},
    "taxpayer_access": {"provisional": False, "accepted": True},
    "portfolio_holder": {"received": False},
    "secondary_logon": {"accepted": True, "account_types": None},
    "security_group": {"is_default": False},
    "refinement": {"account": None},
}


class Expectation(NamedTuple):
    username: str
    account: str
    at: datetime
    rights: int
    allow: tuple[str, ...]
    deny: tuple[str, ...]


class Case(NamedTuple):
    name: str
    world: facts.World
    expectations: tuple[Expectation, ...]


def moment(value: date | datetime) -> datetime:
    """A date is its first moment in UTC; a datetime without a zone is in UTC."""
    if not isinstance(value, date):
        raise TypeError(f"not a date: {value!r}")
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def row(fact: str, raw: Mapping[str, Any]) -> Any:
    """One row of a world; a field that is unknown or missing is an error, not a guess."""
    fields = {**DEFAULTS.get(fact, {}), **raw}
    if fact not in WITHOUT_PERIOD:
        begins_at = moment(fields.pop("begins_at", BEGINNING))
        ends = [fields.pop(name, None) for name in ("ends_at", "ended_at")]
        fields["period"] = facts.Period(begins_at, *(None if end is None else moment(end) for end in ends))
    for name in ("rights", "default_rights"):
        if name in fields:
            fields[name] = facts.Rights[fields[name]]
    if fields.get("account_types") is not None:
        fields["account_types"] = frozenset(fields["account_types"])
    return ROWS[fact](**fields)


def expectation(raw: Mapping[str, Any]) -> Expectation:
    fields = {"at": MOMENT, "allow": (), "deny": (), **raw}
    fields["at"] = moment(fields["at"])
    fields["rights"] = facts.Rights[fields["rights"]]
    return Expectation(**{**fields, "allow": tuple(fields["allow"]), "deny": tuple(fields["deny"])})


def case(raw: Mapping[str, Any]) -> Case:
    if raw.keys() != {"name", "world", "expect"}:
        raise ValueError(f"a case has name, world and expect, not {sorted(raw)}")
    rows = {fact: [row(fact, fields) for fields in listed] for fact, listed in raw["world"].items()}
    return Case(raw["name"], facts.World(**rows), tuple(expectation(fields) for fields in raw["expect"]))


def cases(folder: Path = FOLDER) -> Iterator[Case]:
    """Every case of every file, in the order of names and lines."""
    for path in sorted(folder.glob("*.yaml")):
        for raw in yaml.safe_load(path.read_text(encoding="utf-8")):
            try:
                yield case(raw)
            except (KeyError, TypeError, ValueError) as problem:
                raise ValueError(f"{path.name}: {raw.get('name')}: {problem!r}") from problem
