"""The files of IMPORT.md: their columns, and the staging table of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from countersign.importing import rows
from countersign.importing.rows import SEPARATOR, Row, digest_of

__all__ = ["BY_NAME", "FILES", "SEPARATOR", "File", "digest_of"]


@dataclass(frozen=True)
class File:
    """One file: columns as IMPORT.md names them, the staging table's columns, and how a row gets there.

    ``parse`` returns the staging cells; the first is the row's key (text), the second the digest of the rest: of
    what acts when it differs from the last import. Where a row holds more than that, ``whole`` stands for all of it.
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

    @property
    def whole(self) -> str:
        """The staging column that tells an identical repeat from another row of the same key."""
        return "whole" if "whole" in self.staging else "digest"

    @property
    def private(self) -> bool:
        """Whether identifiers or proofs stand in it, so that no value is shown without a look for them."""
        return self.name in ("taxpayers.csv", "proofs.csv")


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
    _file("account_types", "code name", "", "name text", rows.account_types),
    _file(
        "taxpayers",
        _TAXPAYER_COLUMNS,
        "address1 address2 city state postal_code listed_in_directory status freeze",
        "kind text, legal_name text, name_folded text, id_type text, id_number_hash bytea, id_number_last4 text, "
        "address1 text, address2 text, city text, state text, postal_code text, listed boolean, said text",
        rows.taxpayers,
    ),
    _file(
        "accounts",
        "account_number taxpayer_key account_type opened_on closed_on",
        "opened_on closed_on",
        "taxpayer_key text, account_type text, opened_on date, closed_on date",
        rows.accounts,
    ),
    _file(
        "proofs",
        "taxpayer_key kind label value expires_on",
        "expires_on",
        "taxpayer_key text, kind text, label text, value_hash bytea, expires_on date",
        rows.proofs,
    ),
    _file(
        "logons",
        _LOGON_COLUMNS,
        "phone status parent_username access_type default_rights account_types password_hash",
        "whole bigint, first_name text, last_name text, email text, phone text, said text, standing text, parent text, "
        "access_type text, default_rights smallint, account_types text[], password text",
        rows.logons,
    ),
    _file(
        "access",
        "username taxpayer_key access_type",
        "",
        "username text, taxpayer_key text, access_type text",
        rows.access,
    ),
    _file("rights", "username account_number rights", "", "username text, number text, rights smallint", rows.rights),
    _file(
        "grants",
        "third_party_key account_number rights begins_on ends_on",
        "begins_on ends_on",
        "third_party_key text, number text, rights smallint, begins_at timestamptz, ends_at timestamptz, ends_on text",
        rows.grants,
    ),
    _file(
        "security_groups",
        "parent_username name description",
        "description",
        "parent text, name text, description text",
        rows.security_groups,
    ),
    _file(
        "placements",
        "parent_username taxpayer_key group_name",
        "",
        "parent text, taxpayer_key text, group_name text, group_folded text",
        rows.placements,
    ),
    _file(
        "group_members",
        "username group_name",
        "",
        "username text, group_name text, group_folded text",
        rows.group_members,
    ),
    _file(
        "refinements",
        "username taxpayer_key account_number rights",
        "account_number",
        "username text, taxpayer_key text, number text, rights smallint",
        rows.refinements,
    ),
)
BY_NAME = {file.name: file for file in FILES}
