"""The files of IMPORT.md: their columns, and what one row of each becomes in its staging table."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from countersign.importing import cells
from countersign.importing.cells import BadCell
from countersign.policy.rights import Rights
from countersign.taxpayers.identifiers import folded_name, id_number_hash, keyed_hash, normal_id_number

Row = Sequence[str]
YES_NO = frozenset({"yes", "no"})
ACCESS_TYPES = frozenset({"MA", "TA"})
SOME_RIGHTS = frozenset(rights.name for rights in Rights if rights)
ALL_RIGHTS = frozenset(rights.name for rights in Rights)
KINDS = frozenset({"individual", "business", "fiduciary", "representative"})
ID_TYPES = frozenset({"FEIN", "SSN", "ITIN", "AGENCY"})
STATUSES = frozenset({"", "active", "deceased", "dissolved"})
FREEZES = frozenset({"", "taxpayer", "third_party", "both"})
PROOFS = frozenset({"letter_id", "return_figure", "payment"})
STANDINGS = frozenset({"", "active", "invited", "deactivated"})
SEPARATOR = "\x1f"


@dataclass(frozen=True)
class File:
    """One file: columns as IMPORT.md names them, the staging table's columns, and how a row gets there.

    ``parse`` returns the staging cells; the first is the row's key (text), the second the digest of the rest.
    """

    name: str
    columns: tuple[str, ...]
    optional: frozenset[str]
    staging: str
    parse: Callable[[Row], tuple[Any, ...]]

    @property
    def table(self) -> str:
        """The staging table."""
        return "staged_" + self.name.removesuffix(".csv")


def _digest(*parts: object) -> int:
    content = SEPARATOR.join(map(str, parts)).encode()
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "big", signed=True)


def _account_types(row: Row) -> tuple[Any, ...]:
    code, name = cells.key("code", row[0]), cells.text("name", row[1], 200, required=True)
    return code, _digest(name), name


def _taxpayers(row: Row) -> tuple[Any, ...]:
    (raw_key, kind, name, id_type, number, address1, address2, city, state, postal, listed, status, freeze) = row
    key = cells.key("taxpayer_key", raw_key)
    cells.one_of("kind", kind, KINDS)
    name = cells.text("legal_name", name, 300, required=True)
    cells.one_of("id_type", id_type, ID_TYPES)
    normal = normal_id_number(id_type, number)
    if normal is None:
        what = "an agency number" if id_type == "AGENCY" else "nine digits"
        raise BadCell("id_number", number, f"is not {what}", secret=True)
    address = (
        cells.text("address1", address1, 200),
        cells.text("address2", address2, 200),
        cells.text("city", city, 100),
        cells.text("state", state, 40),
        cells.text("postal_code", postal, 20),
    )
    cells.one_of("listed_in_directory", listed, YES_NO | {""})
    cells.one_of("status", status, STATUSES)
    cells.one_of("freeze", freeze, FREEZES)
    hashed = id_number_hash(id_type, normal)
    said = f"{status or 'active'}|{freeze}"
    folded = folded_name(name)[:300]
    digest = _digest(kind, name, id_type, hashed.hex(), *address, listed, said)
    last4 = normal[-4:]
    return (key, digest, kind, name, folded, id_type, "\\x" + hashed.hex(), last4, *address, listed == "yes", said)


def _accounts(row: Row) -> tuple[Any, ...]:
    number, taxpayer = cells.key("account_number", row[0]), cells.key("taxpayer_key", row[1])
    account_type = cells.key("account_type", row[2])
    opened, closed = cells.day("opened_on", row[3]), cells.day("closed_on", row[4])
    if opened and closed and closed < opened:
        raise BadCell("closed_on", row[4], "is before opened_on")
    return number, _digest(taxpayer, account_type, opened, closed), taxpayer, account_type, opened, closed


def _proofs(row: Row) -> tuple[Any, ...]:
    taxpayer, kind = cells.key("taxpayer_key", row[0]), cells.one_of("kind", row[1], PROOFS)
    label = cells.text("label", row[2], 300, required=True)
    if kind == "letter_id":
        secret = row[3].replace("-", "").replace(" ", "").upper()
        if not secret or len(secret) > 64 or not secret.isprintable():
            raise BadCell("value", row[3], "is no Letter ID", secret=True)
    else:
        secret = cells.amount("value", row[3], negative=kind == "return_figure")
    hashed = keyed_hash(f"proof:{kind}", secret).hex()
    expires = cells.day("expires_on", row[4])
    key = SEPARATOR.join((taxpayer, kind, label))
    return key, _digest(hashed, expires), taxpayer, kind, label, "\\x" + hashed, expires


def _logons(row: Row) -> tuple[Any, ...]:
    (raw, first, last, email, phone, status, parent, access_type, rights, types, password) = row
    username = cells.username("username", raw)
    first, last = cells.text("first_name", first, 100, required=True), cells.text("last_name", last, 100, required=True)
    cells.email("email", email)
    phone = cells.text("phone", phone, 40)
    cells.one_of("status", status, STANDINGS)
    parent = cells.username("parent_username", parent) if parent else ""
    codes: str | None = None
    if parent:
        cells.one_of("access_type", access_type, ACCESS_TYPES)
        cells.one_of("default_rights", rights, ALL_RIGHTS | {""})
        if parent == username:
            raise BadCell("parent_username", parent, "is the logon itself")
        if types:
            codes = _array([cells.key("account_types", code) for code in types.split(";")])
    else:
        for column, value in (("access_type", access_type), ("default_rights", rights), ("account_types", types)):
            if value:
                raise BadCell(column, value, "belongs to a secondary logon: parent_username is empty")
    hashed = cells.password_hash("password_hash", password)
    standing = status or "active"
    level = int(Rights[rights]) if rights else 0
    digest = _digest(first, last, standing, parent, access_type, level, codes)
    return (username, digest, first, last, email, phone, standing, parent, access_type, level, codes, hashed)


def _array(values: list[str]) -> str:
    """A PostgreSQL text array."""
    inner = ",".join('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in sorted(set(values)))
    return "{" + inner + "}"


def _access(row: Row) -> tuple[Any, ...]:
    username, taxpayer = cells.username("username", row[0]), cells.key("taxpayer_key", row[1])
    access_type = cells.one_of("access_type", row[2], ACCESS_TYPES)
    return f"{username}{SEPARATOR}{taxpayer}", _digest(access_type), username, taxpayer, access_type


def _rights(row: Row) -> tuple[Any, ...]:
    username, number = cells.username("username", row[0]), cells.key("account_number", row[1])
    rights = int(Rights[cells.one_of("rights", row[2], SOME_RIGHTS)])
    return f"{username}{SEPARATOR}{number}", _digest(rights), username, number, rights


def _grants(row: Row) -> tuple[Any, ...]:
    third_party, number = cells.key("third_party_key", row[0]), cells.key("account_number", row[1])
    rights = int(Rights[cells.one_of("rights", row[2], SOME_RIGHTS)])
    begins, ends = cells.day("begins_on", row[3]), cells.day("ends_on", row[4])
    if begins and ends and ends < begins:
        raise BadCell("ends_on", row[4], "is before begins_on")
    begins_at = cells.start_of(begins) if begins else None
    ends_at = cells.end_of(ends) if ends else None
    key = SEPARATOR.join((third_party, number, row[3]))
    return key, _digest(rights, ends), third_party, number, rights, begins_at, ends_at


def _security_groups(row: Row) -> tuple[Any, ...]:
    parent, name = cells.username("parent_username", row[0]), cells.key("name", row[1], 100)
    if name.lower() == "default":
        raise BadCell("name", name, "is reserved: Default exists by itself")
    description = cells.text("description", row[2], 500)
    return f"{parent}{SEPARATOR}{name.lower()}", _digest(name, description), parent, name, description


def _placements(row: Row) -> tuple[Any, ...]:
    parent, taxpayer = cells.username("parent_username", row[0]), cells.key("taxpayer_key", row[1])
    group = cells.key("group_name", row[2], 100).lower()
    return f"{parent}{SEPARATOR}{taxpayer}", _digest(group), parent, taxpayer, group


def _group_members(row: Row) -> tuple[Any, ...]:
    username, group = cells.username("username", row[0]), cells.key("group_name", row[1], 100).lower()
    return f"{username}{SEPARATOR}{group}", 0, username, group


def _refinements(row: Row) -> tuple[Any, ...]:
    username, taxpayer = cells.username("username", row[0]), cells.key("taxpayer_key", row[1])
    number = cells.key("account_number", row[2]) if row[2] else ""
    rights = int(Rights[cells.one_of("rights", row[3], ALL_RIGHTS)])
    return SEPARATOR.join((username, taxpayer, number)), _digest(rights), username, taxpayer, number, rights


_TAXPAYER_COLUMNS = (
    "taxpayer_key kind legal_name id_type id_number address1 address2 city state postal_code "
    "listed_in_directory status freeze"
)
_LOGON_COLUMNS = (
    "username first_name last_name email phone status parent_username access_type default_rights "
    "account_types password_hash"
)


def _file(name: str, columns: str, optional: str, staging: str, parse: Callable[[Row], tuple[Any, ...]]) -> File:
    return File(f"{name}.csv", tuple(columns.split()), frozenset(optional.split()), staging, parse)


FILES = (
    _file("account_types", "code name", "", "name text", _account_types),
    _file(
        "taxpayers",
        _TAXPAYER_COLUMNS,
        "address1 address2 city state postal_code listed_in_directory status freeze",
        "kind text, legal_name text, name_folded text, id_type text, id_number_hash bytea, id_number_last4 text, "
        "address1 text, address2 text, city text, state text, postal_code text, listed boolean, said text",
        _taxpayers,
    ),
    _file(
        "accounts",
        "account_number taxpayer_key account_type opened_on closed_on",
        "opened_on closed_on",
        "taxpayer_key text, account_type text, opened_on date, closed_on date",
        _accounts,
    ),
    _file(
        "proofs",
        "taxpayer_key kind label value expires_on",
        "expires_on",
        "taxpayer_key text, kind text, label text, value_hash bytea, expires_on date",
        _proofs,
    ),
    _file(
        "logons",
        _LOGON_COLUMNS,
        "phone status parent_username access_type default_rights account_types password_hash",
        "first_name text, last_name text, email text, phone text, standing text, parent text, access_type text, "
        "default_rights smallint, account_types text[], password text",
        _logons,
    ),
    _file(
        "access", "username taxpayer_key access_type", "", "username text, taxpayer_key text, access_type text", _access
    ),
    _file("rights", "username account_number rights", "", "username text, number text, rights smallint", _rights),
    _file(
        "grants",
        "third_party_key account_number rights begins_on ends_on",
        "begins_on ends_on",
        "third_party_key text, number text, rights smallint, begins_at timestamptz, ends_at timestamptz",
        _grants,
    ),
    _file(
        "security_groups",
        "parent_username name description",
        "description",
        "parent text, name text, description text",
        _security_groups,
    ),
    _file(
        "placements",
        "parent_username taxpayer_key group_name",
        "",
        "parent text, taxpayer_key text, group_name text",
        _placements,
    ),
    _file("group_members", "username group_name", "", "username text, group_name text", _group_members),
    _file(
        "refinements",
        "username taxpayer_key account_number rights",
        "account_number",
        "username text, taxpayer_key text, number text, rights smallint",
        _refinements,
    ),
)
BY_NAME = {file.name: file for file in FILES}
