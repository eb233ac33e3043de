"""Who has access to one account, as a Master Administrator of its taxpayer may see it (SPEC 7).

Of a third party the taxpayer sees the firm and a head count; paths stop at the firm.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.utils import timezone

from countersign.access.queries.live import live
from countersign.access.queries.paths import paths
from countersign.access.queries.prepared import fetch_all
from countersign.policy.reasons import Reason
from countersign.policy.rights import AccessType, Rights


class Person(NamedTuple):
    """A logon of the taxpayer's own side."""

    name: str
    username: str
    access_type: AccessType
    rights: Rights
    reason: Reason
    parent: str | None
    group: str | None
    since: datetime | None
    until: datetime | None


class Firm(NamedTuple):
    """A third party with a live grant. ``heads``: how many logons can act for it on this account."""

    taxpayer: int
    name: str
    rights: Rights
    since: datetime
    until: datetime | None
    heads: int


class WhoHasAccess(NamedTuple):
    """Everybody with access to the account at one moment."""

    persons: list[Person]
    firms: list[Firm]


def who_has_access(account: int, *, at: datetime | None = None, most: int = 1000) -> WhoHasAccess:
    """Persons by name and third parties by name; ``at`` None asks about now. At the most ``most`` of each."""
    past = at is not None
    parameters = {"at": at or timezone.now(), "account": account, "most": most}
    found = f"(SELECT p.* FROM {paths(past=past)} p WHERE p.account_id = %(account)s)"

    def alive(alias: str) -> str:
        return live(alias, past=past)

    persons = fetch_all(
        f"""
        SELECT l.first_name || ' ' || l.last_name, l.username, coalesce(s.access_type, ta.access_type),
               best.rights, best.reason, parent.username, sg.name,
               coalesce(s.begins_at, ar.begins_at, ta.begins_at), coalesce(s.ends_at, ar.ends_at, ta.ends_at)
        FROM (SELECT DISTINCT ON (found.logon_id) found.* FROM {found} found WHERE found.third_party_id IS NULL
              ORDER BY found.logon_id, found.rights DESC) best
        JOIN logons_logon l ON l.id = best.logon_id
        LEFT JOIN access_taxpayeraccess ta ON ta.logon_id = l.id AND ta.taxpayer_id = best.taxpayer_id AND {alive("ta")}
        LEFT JOIN access_accountrights ar ON best.reason = 'own_tax_administrator' AND ar.logon_id = l.id
             AND ar.account_id = %(account)s AND {alive("ar")}
        LEFT JOIN access_secondarylogon s ON s.logon_id = l.id AND {alive("s")}
        LEFT JOIN logons_logon parent ON parent.id = best.parent_id
        LEFT JOIN access_securitygroup sg ON sg.id = best.group_id
        ORDER BY lower(l.last_name), lower(l.first_name), l.username LIMIT %(most)s""",
        parameters,
    )
    firms = fetch_all(
        f"""
        SELECT tp.id, tp.legal_name, g.rights, g.begins_at, g.ends_at,
               (SELECT count(DISTINCT found.logon_id) FROM {found} found WHERE found.third_party_id = g.third_party_id)
        FROM access_grant g JOIN taxpayers_taxpayer tp ON tp.id = g.third_party_id
        WHERE g.account_id = %(account)s AND {alive("g")}
        ORDER BY tp.name_folded, tp.id LIMIT %(most)s""",
        parameters,
    )
    return WhoHasAccess(
        [Person(row[0], row[1], AccessType(row[2]), Rights(row[3]), Reason(row[4]), *row[5:]) for row in persons],
        [Firm(row[0], row[1], Rights(row[2]), *row[3:]) for row in firms],
    )
