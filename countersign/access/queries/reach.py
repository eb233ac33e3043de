"""Everything that a logon reaches, and everybody who can reach an account: from the rule in SQL."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.utils import timezone

from countersign.access.queries.decisions import check
from countersign.access.queries.paths import paths
from countersign.access.queries.prepared import fetch_all, storable
from countersign.policy.rights import LEAST_RIGHTS, Action, Rights


class OpenPath(NamedTuple):
    """The path that decides the rights of one logon on one account: keys of its links, None where absent."""

    username: str
    account_number: str
    rights: Rights
    reason: str
    parent: str | None
    group: str | None
    third_party: str | None
    grant: int | None

    def links(self) -> list[dict[str, str | int]]:
        """The path as SPEC 2 orders it: logon → parent → group → third party → grant → account."""
        named: list[tuple[str, str | int | None]] = [
            ("logon", self.username),
            ("parent", self.parent),
            ("group", self.group),
            ("third_party", self.third_party),
            ("grant", self.grant),
            ("account", self.account_number),
        ]
        return [{name: value} for name, value in named if value is not None]


_NAMED = """
    SELECT l.username, a.number, best.rights, best.reason, parent.username, sg.name, tp.key, best.grant_id
    FROM (SELECT DISTINCT ON (p.logon_id, p.account_id) p.*
          FROM {paths} p WHERE {condition}
          ORDER BY p.logon_id, p.account_id, p.rights DESC, p.grant_id NULLS FIRST) best
    JOIN logons_logon l ON l.id = best.logon_id
    JOIN taxpayers_account a ON a.id = best.account_id
    LEFT JOIN logons_logon parent ON parent.id = best.parent_id
    LEFT JOIN access_securitygroup sg ON sg.id = best.group_id
    LEFT JOIN taxpayers_taxpayer tp ON tp.id = best.third_party_id
    ORDER BY {order}
"""


def reach(username: str, *, at: datetime | None = None) -> list[OpenPath]:
    """Every account that the logon reaches, by account number. An unknown name reaches nothing."""
    statement = _NAMED.format(
        paths=paths(past=at is not None),
        condition="p.logon_id = (SELECT id FROM logons_logon WHERE username = %(username)s)",
        order="a.number",
    )
    rows = fetch_all(statement, {"at": at or timezone.now(), "username": storable(username).lower()})
    return [OpenPath(row[0], row[1], Rights(row[2]), *row[3:]) for row in rows]


def who_can(action: str, account_number: str, *, at: datetime | None = None) -> list[OpenPath]:
    """Every logon that can do the action on the account, by username. Unknown names give nobody."""
    if action == Action.ADMINISTER:
        return _who_administers(account_number, at=at)
    least = LEAST_RIGHTS.get(Action(action)) if action in {known.value for known in LEAST_RIGHTS} else None
    if least is None:
        return []
    statement = _NAMED.format(
        paths=paths(past=at is not None),
        condition="p.account_id = (SELECT id FROM taxpayers_account WHERE number = %(number)s) "
        "AND p.rights >= %(least)s",
        order="l.username",
    )
    rows = fetch_all(statement, {"at": at or timezone.now(), "number": storable(account_number), "least": int(least)})
    return [OpenPath(row[0], row[1], Rights(row[2]), *row[3:]) for row in rows]


def _who_administers(account_number: str, *, at: datetime | None) -> list[OpenPath]:
    """The full Master Administrators of the account's taxpayer: each candidate is put to the policy."""
    viewers = who_can(Action.VIEW, account_number, at=at)
    return [path for path in viewers if check(path.username, Action.ADMINISTER, account_number, at=at).allowed]
