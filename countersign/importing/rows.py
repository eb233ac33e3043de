"""What one row of each file of IMPORT.md becomes in its staging table.

Each function returns the staging cells: the row's key (text), the digest of what acts when it differs from the last
import, and the columns that :mod:`countersign.importing.files` names. It raises ``BadCell``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
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
_48_BITS = 2**48 - 1


def digest_of(*parts: object) -> int:
    """What stands for the content of a row."""
    content = SEPARATOR.join(map(str, parts)).encode()
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "big", signed=True)


def account_types(row: Row) -> tuple[Any, ...]:
    code, name = cells.key("code", row[0]), cells.text("name", row[1], 200, required=True)
    if code != code.upper():
        raise BadCell("code", code, "has lower-case letters: codes are written in capitals")
    if ";" in code:
        raise BadCell("code", code, "holds a semicolon, which separates codes in logons.csv")
    return code, digest_of(name), name


def taxpayers(row: Row) -> tuple[Any, ...]:
    (raw_key, kind, name, id_type, number, address1, address2, city, state, postal, listed, status, freeze) = row
    key = cells.key("taxpayer_key", raw_key)
    cells.one_of("kind", kind, KINDS)
    name = cells.name("legal_name", name, 300)
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
    digest = digest_of(kind, name, id_type, hashed.hex(), *address, listed == "yes", said)
    last4 = normal[-4:]
    return (key, digest, kind, name, folded, id_type, "\\x" + hashed.hex(), last4, *address, listed == "yes", said)


def accounts(row: Row) -> tuple[Any, ...]:
    number, taxpayer = cells.key("account_number", row[0]), cells.key("taxpayer_key", row[1])
    account_type = cells.key("account_type", row[2])
    opened, closed = cells.day("opened_on", row[3]), cells.day("closed_on", row[4])
    if opened and closed and closed < opened:
        raise BadCell("closed_on", row[4], "is before opened_on")
    return number, digest_of(taxpayer, account_type, opened, closed), taxpayer, account_type, opened, closed


def proofs(row: Row) -> tuple[Any, ...]:
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
    return key, digest_of(hashed, expires), taxpayer, kind, label, "\\x" + hashed, expires


def logons(row: Row) -> tuple[Any, ...]:
    (raw, first, last, email, phone, status, parent, access_type, rights, types, password) = row
    username = cells.username("username", raw)
    first, last = cells.name("first_name", first, 100), cells.name("last_name", last, 100)
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
    # What of the row differs from the last import acts, and only that: the person, the standing, the access.
    person, access = digest_of(first, last, phone), digest_of(parent, access_type, level, codes, standing == "invited")
    said = f"{standing}|{access & _48_BITS:x}|{person & _48_BITS:x}"
    digest = digest_of(said)
    whole = digest_of(said, email, hashed)
    return username, digest, whole, first, last, email, phone, said, standing, parent, access_type, level, codes, hashed


def _array(values: list[str]) -> str:
    """A PostgreSQL text array."""
    inner = ",".join('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in sorted(set(values)))
    return "{" + inner + "}"


def access(row: Row) -> tuple[Any, ...]:
    username, taxpayer = cells.username("username", row[0]), cells.key("taxpayer_key", row[1])
    access_type = cells.one_of("access_type", row[2], ACCESS_TYPES)
    return f"{username}{SEPARATOR}{taxpayer}", digest_of(access_type), username, taxpayer, access_type


def rights(row: Row) -> tuple[Any, ...]:
    username, number = cells.username("username", row[0]), cells.key("account_number", row[1])
    rights = int(Rights[cells.one_of("rights", row[2], SOME_RIGHTS)])
    return f"{username}{SEPARATOR}{number}", digest_of(rights), username, number, rights


def grants(row: Row) -> tuple[Any, ...]:
    third_party, number = cells.key("third_party_key", row[0]), cells.key("account_number", row[1])
    rights = int(Rights[cells.one_of("rights", row[2], SOME_RIGHTS)])
    begins, ends = cells.day("begins_on", row[3]), cells.day("ends_on", row[4])
    if begins and ends and ends < begins:
        raise BadCell("ends_on", row[4], "is before begins_on")
    begins_at = cells.start_of(begins) if begins else None
    ends_at = cells.end_of(ends) if ends else None
    key = SEPARATOR.join((third_party, number, row[3]))
    return key, digest_of(rights, ends), third_party, number, rights, begins_at, ends_at, row[4]


def security_groups(row: Row) -> tuple[Any, ...]:
    parent, name = cells.username("parent_username", row[0]), cells.key("name", row[1], 100)
    if name.lower() == "default":
        raise BadCell("name", name, "is reserved: Default exists by itself")
    description = cells.text("description", row[2], 500)
    return f"{parent}{SEPARATOR}{name.lower()}", digest_of(name, description), parent, name, description


def placements(row: Row) -> tuple[Any, ...]:
    parent, taxpayer = cells.username("parent_username", row[0]), cells.key("taxpayer_key", row[1])
    group = cells.key("group_name", row[2], 100)
    folded = group.lower()
    return f"{parent}{SEPARATOR}{taxpayer}", digest_of(folded), parent, taxpayer, group, folded


def group_members(row: Row) -> tuple[Any, ...]:
    username, group = cells.username("username", row[0]), cells.key("group_name", row[1], 100)
    folded = group.lower()
    return f"{username}{SEPARATOR}{folded}", 0, username, group, folded


def refinements(row: Row) -> tuple[Any, ...]:
    username, taxpayer = cells.username("username", row[0]), cells.key("taxpayer_key", row[1])
    number = cells.key("account_number", row[2]) if row[2] else ""
    rights = int(Rights[cells.one_of("rights", row[3], ALL_RIGHTS)])
    return SEPARATOR.join((username, taxpayer, number)), digest_of(rights), username, taxpayer, number, rights
