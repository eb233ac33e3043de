"""What imports began and ended of a taxpayer's access: they leave facts, not an event for each taxpayer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from countersign.access.queries.prepared import fetch_all
from countersign.policy.rights import AccessType


class ImportedAccess(NamedTuple):
    """What one import did to a taxpayer: ``ended`` says in which direction.

    ``persons``: names of the logons whose access it was, a few at the most; ``masters`` and ``tax_administrators``
    count them. ``third_parties`` are names of those that hold grants on its accounts, a few at the most of
    ``firms``; ``clients`` counts the taxpayers that granted this one something.
    """

    number: str
    at: datetime
    ended: bool
    masters: int
    tax_administrators: int
    persons: Sequence[str]
    firms: int
    third_parties: Sequence[str]
    clients: int


def imported_access(taxpayer: int, *, most: int = 1_000, names: int = 5) -> list[ImportedAccess]:
    """One entry for each import that changed the taxpayer's access, newest first; at the most ``most``."""
    rows = fetch_all(_STATEMENT, {"taxpayer": taxpayer, "most": most, "names": names})
    return [ImportedAccess(*row) for row in rows]


def _facts(table: str, columns: str, condition: str) -> str:
    """Facts as two rows: their begin and, if an import ended them, their end."""
    return f"""
        SELECT f.begun_by AS number, false AS ended, {columns} FROM {table} f {condition} AND f.begun_by <> ''
        UNION ALL
        SELECT f.ended_by, true, {columns} FROM {table} f {condition} AND f.ended_by <> ''"""


_OWN = _facts(
    "access_taxpayeraccess",
    "f.logon_id, f.access_type, NULL::bigint AS firm, NULL::bigint AS client",
    "WHERE f.taxpayer_id = %(taxpayer)s",
)
_GIVEN = _facts(
    "access_grant",
    "NULL::bigint, NULL, f.third_party_id, NULL::bigint",
    "JOIN taxpayers_account a ON a.id = f.account_id WHERE a.taxpayer_id = %(taxpayer)s",
)
_HELD = _facts(
    "access_grant",
    "NULL::bigint, NULL, NULL::bigint, a.taxpayer_id",
    "JOIN taxpayers_account a ON a.id = f.account_id WHERE f.third_party_id = %(taxpayer)s",
)
_STATEMENT = f"""
    WITH touched AS ({_OWN} UNION ALL {_GIVEN} UNION ALL {_HELD}
    ), imported AS (
        SELECT t.*, s.submitted_at FROM touched t
        JOIN submissions_submission s ON s.confirmation_number = t.number AND s.kind = 'import'
    )
    SELECT number, max(submitted_at), ended,
           count(DISTINCT logon_id) FILTER (WHERE access_type = '{AccessType.MASTER_ADMINISTRATOR.value}'),
           count(DISTINCT logon_id) FILTER (WHERE access_type = '{AccessType.TAX_ADMINISTRATOR.value}'),
           (SELECT coalesce(array_agg(named.name ORDER BY named.name), ARRAY[]::text[]) FROM (
                SELECT DISTINCT l.first_name || ' ' || l.last_name AS name FROM logons_logon l
                WHERE l.id = ANY(array_agg(DISTINCT i.logon_id)) ORDER BY 1 LIMIT %(names)s) named),
           count(DISTINCT firm),
           (SELECT coalesce(array_agg(named.legal_name ORDER BY named.legal_name), ARRAY[]::text[]) FROM (
                SELECT tp.legal_name FROM taxpayers_taxpayer tp
                WHERE tp.id = ANY(array_agg(DISTINCT i.firm)) ORDER BY 1 LIMIT %(names)s) named),
           count(DISTINCT client)
    FROM imported i
    GROUP BY number, ended
    ORDER BY max(submitted_at) DESC, ended LIMIT %(most)s"""
