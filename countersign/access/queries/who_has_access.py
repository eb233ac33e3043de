"""Who has access to a taxpayer's accounts, as a Master Administrator of it may see it (SPEC 7).

Of a third party the taxpayer sees the firm and a head count; paths stop at the firm.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone

from countersign.access.queries.live import live
from countersign.access.queries.paths import paths
from countersign.access.queries.prepared import fetch_all, storable
from countersign.policy.rights import AccessType, Rights
from countersign.taxpayers.identifiers import folded_name


class Asked(NamedTuple):
    """Of which taxpayer, on which of its accounts (None: on any), at which moment (None: now), by whom narrowed.

    ``search``: a part of a person's name or username, or of a third party's name.
    """

    taxpayer: int
    account: int | None = None
    at: datetime | None = None
    search: str = ""


class Holder(NamedTuple):
    """A logon of the taxpayer's own side, or a third party.

    ``rights``: on how many of the accounts it holds which right. ``parent`` is the key of a secondary logon's
    parent. ``until``: the planned or actual end, None for no end. ``heads`` of a third party: how many people can
    act for it at the moment, who are never named.
    """

    third_party: int | None
    name: str
    username: str
    access_type: AccessType | None
    provisional: bool
    rights: Counter[Rights]
    parent: int | None
    parent_name: str
    group: str
    since: datetime
    until: datetime | None
    heads: int = 0


class HoldersPage(NamedTuple):
    """A page of those who have access: persons first, then third parties, each by name; and how many there are."""

    holders: list[Holder]
    total: int


def who_has_access(asked: Asked, *, first: int = 0, size: int = 50) -> HoldersPage:
    """The holders from place ``first`` (0 is the first) on, at the most ``size``. Two statements."""
    past = asked.at is not None
    parameters: dict[str, Any] = {
        "at": asked.at or timezone.now(),
        "taxpayer": asked.taxpayer,
        "account": asked.account,
        "first": first,
        "size": size,
    }
    typed = storable(asked.search.strip())
    if asked.search.strip():
        parameters["typed"] = "%" + _escaped(typed.casefold()) + "%" if typed else ""
        parameters["folded"] = "%" + _escaped(folded_name(typed)) + "%" if typed else ""
    rows = fetch_all(_statement(past, asked.account is not None, bool(asked.search.strip())), parameters)
    firms = [row[4] for row in rows if row[4] is not None]
    heads = _heads(firms, parameters, past, asked.account is not None) if firms else {}
    return HoldersPage([_holder(row, heads) for row in rows], rows[0][0] if rows else 0)


def _statement(past: bool, one_account: bool, narrowed: bool) -> str:
    def alive(alias: str) -> str:
        return live(alias, past=past)

    of_account = "AND p.account_id = %(account)s" if one_account else ""
    granted = "AND a.id = %(account)s" if one_account else ""
    persons = "AND lower(l.first_name || ' ' || l.last_name || ' ' || l.username) LIKE %(typed)s" if narrowed else ""
    firms = "AND tp.name_folded LIKE %(folded)s" if narrowed else ""
    return f"""
    WITH best AS (
        SELECT DISTINCT ON (p.logon_id, p.account_id) p.* FROM {paths(past=past)} p
        WHERE p.taxpayer_id = %(taxpayer)s {of_account} AND p.third_party_id IS NULL
        ORDER BY p.logon_id, p.account_id, p.rights DESC
    ), holder AS (
        SELECT 1 AS sort, lower(l.last_name || ' ' || l.first_name) AS sort_name, l.id AS sort_key,
               NULL::bigint AS third_party, l.first_name || ' ' || l.last_name AS name, l.username,
               max(coalesce(s.access_type, ta.access_type)) AS access_type, bool_or(coalesce(ta.provisional, false)),
               array_agg(best.rights) AS rights, max(best.parent_id) AS parent,
               max(parent.first_name || ' ' || parent.last_name) AS parent_name, max(sg.name) AS group_name,
               min(coalesce(s.begins_at, ar.begins_at, ta.begins_at)) AS since,
               CASE WHEN bool_and(ending.at IS NOT NULL) THEN max(ending.at) END AS until
        FROM best
        JOIN logons_logon l ON l.id = best.logon_id
        LEFT JOIN access_taxpayeraccess ta ON ta.logon_id = l.id AND ta.taxpayer_id = %(taxpayer)s AND {alive("ta")}
        LEFT JOIN access_accountrights ar ON best.reason = 'own_tax_administrator' AND ar.logon_id = l.id
             AND ar.account_id = best.account_id AND {alive("ar")}
        LEFT JOIN access_secondarylogon s ON best.parent_id IS NOT NULL AND s.logon_id = l.id AND {alive("s")}
        LEFT JOIN logons_logon parent ON parent.id = best.parent_id
        LEFT JOIN access_securitygroup sg ON sg.id = best.group_id
        CROSS JOIN LATERAL (SELECT least(s.ends_at, s.ended_at, ar.ends_at, ar.ended_at, ta.ends_at, ta.ended_at) AS at
             ) ending
        WHERE true {persons}
        GROUP BY l.id
        UNION ALL
        SELECT 2, tp.name_folded, tp.id, tp.id, tp.legal_name, '', NULL, false, array_agg(g.rights), NULL, NULL, NULL,
               min(g.begins_at),
               CASE WHEN bool_and(least(g.ends_at, g.ended_at) IS NOT NULL) THEN max(least(g.ends_at, g.ended_at)) END
        FROM taxpayers_account a
        JOIN access_grant g ON g.account_id = a.id AND {alive("g")}
        JOIN taxpayers_taxpayer tp ON tp.id = g.third_party_id
        WHERE a.taxpayer_id = %(taxpayer)s {granted} {firms}
        GROUP BY tp.id
    )
    SELECT count(*) OVER (), holder.* FROM holder
    ORDER BY sort, sort_name, sort_key OFFSET %(first)s LIMIT %(size)s"""


def _heads(firms: list[int], parameters: dict[str, Any], past: bool, one_account: bool) -> dict[int, int]:
    """How many logons can act for each third party."""
    of_account = "AND p.account_id = %(account)s" if one_account else ""
    rows = fetch_all(
        f"""SELECT p.third_party_id, count(DISTINCT p.logon_id) FROM {paths(past=past)} p
        WHERE p.taxpayer_id = %(taxpayer)s {of_account} AND p.third_party_id = ANY(%(firms)s)
        GROUP BY p.third_party_id""",
        parameters | {"firms": firms},
    )
    return {row[0]: row[1] for row in rows}


def _holder(row: tuple[Any, ...], heads: dict[int, int]) -> Holder:
    (_, _, _, _, third_party, name, username, access_type, provisional, rights, *more) = row
    parent, parent_name, group, since, until = more
    return Holder(
        third_party,
        name,
        username,
        AccessType(access_type) if access_type else None,
        provisional,
        Counter(Rights(level) for level in rights),
        parent,
        parent_name or "",
        group or "",
        since,
        until,
        heads.get(third_party, 0) if third_party else 0,
    )


def _escaped(text: str) -> str:
    """Text in which ``%`` and ``_`` stand for themselves inside LIKE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


class Acted(NamedTuple):
    """A person who acted for a third party on this taxpayer, and when last."""

    third_party: int
    name: str
    last: datetime


def who_acted(taxpayer: int, firms: list[int], *, most: int = 100) -> list[Acted]:
    """The persons who acted for these third parties in matters of the taxpayer, as the event log knows them.

    SPEC 7: "Of a third party a taxpayer sees the firm, a head count, and the persons who acted for it."
    """
    rows = fetch_all(
        """SELECT ta.taxpayer_id, l.first_name || ' ' || l.last_name, max(e.recorded_at)
        FROM events_entrysubject es
        JOIN events_entry e ON e.id = es.entry_id
        JOIN access_taxpayeraccess ta ON ta.logon_id = e.actor_logon_id AND ta.taxpayer_id = ANY(%(firms)s)
        JOIN events_entrysubject fs ON fs.entry_id = e.id AND fs.kind = 'taxpayer' AND fs.subject_id = ta.taxpayer_id
        JOIN logons_logon l ON l.id = e.actor_logon_id
        WHERE es.kind = 'taxpayer' AND es.subject_id = %(taxpayer)s
          AND NOT EXISTS (SELECT FROM access_taxpayeraccess own WHERE own.logon_id = l.id
                          AND own.taxpayer_id = es.subject_id)
        GROUP BY ta.taxpayer_id, l.id ORDER BY max(e.recorded_at) DESC LIMIT %(most)s""",
        {"taxpayer": taxpayer, "firms": firms, "most": most},
    )
    return [Acted(*row) for row in rows]
