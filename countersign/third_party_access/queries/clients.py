"""Who acts for a taxpayer, and for whom a firm acts: lists that the database filters, sorts and pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from countersign.access.models import Grant
from countersign.access.queries.own import administered_taxpayer
from countersign.logons.models import Logon
from countersign.policy.errors import Refused
from countersign.policy.reasons import Reason
from countersign.taxpayers.identifiers import folded_name
from countersign.taxpayers.models import Taxpayer
from countersign.third_party_access.queries.grants import Holding, current_grants, holding_of, holdings

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Relation:
    """One side as the other side's list shows it, with what is held."""

    taxpayer: Taxpayer
    holdings: Sequence[Holding]


@dataclass(frozen=True, slots=True)
class ClientsPage:
    """A page of clients; ``following`` is where the next one begins, None on the last."""

    clients: Sequence[Relation]
    following: int | None


def who_acts_for(actor: Logon, *, taxpayer: int, at: datetime) -> tuple[Taxpayer, list[Relation]]:
    """The third parties that act, or will act, for a taxpayer that the actor administers, by name."""
    client = administered_taxpayer(actor, taxpayer, at=at)
    grants = (
        Grant.objects.filter(account__taxpayer=client, ended_at__isnull=True)
        .exclude(ends_at__lte=at)
        .select_related("account__account_type", "third_party")
        .order_by("third_party__name_folded", "third_party_id", "account__number", "begins_at")
    )
    by_firm: dict[Taxpayer, list[Holding]] = defaultdict(list)
    for grant in grants:
        by_firm[grant.third_party].append(holding_of(grant, at=at))
    return client, [Relation(firm, held) for firm, held in by_firm.items()]


def acting_firm(
    actor: Logon, *, taxpayer: int, third_party: int, at: datetime
) -> tuple[Taxpayer, Taxpayer, list[Holding]]:
    """Client, third party and what it holds, for the client's administrator; it may hold nothing any more.

    Raises a hidden ``Refused`` (404) for a third party that never acted for this taxpayer.
    """
    client = administered_taxpayer(actor, taxpayer, at=at)
    firm = Taxpayer.objects.filter(pk=third_party).first()
    if firm is None or not _ever_granted(client.pk, third_party):
        raise Refused(Reason.NOT_FOUND, hidden=True)
    return client, firm, holdings(firm.pk, client.pk, at=at)


def client_of(actor: Logon, *, third_party: int, client: int, at: datetime) -> tuple[Taxpayer, Taxpayer, list[Holding]]:
    """Third party, client and what is held, for the firm's administrator; the same 404 as above."""
    firm = administered_taxpayer(actor, third_party, at=at)
    taxpayer = Taxpayer.objects.filter(pk=client).first()
    if taxpayer is None or not _ever_granted(client, firm.pk):
        raise Refused(Reason.NOT_FOUND, hidden=True)
    return firm, taxpayer, holdings(firm.pk, client, at=at)


def clients_page(
    actor: Logon,
    *,
    third_party: int,
    at: datetime,
    search: str = "",
    after: int | None = None,
    size: int = PAGE_SIZE,
) -> tuple[Taxpayer, ClientsPage]:
    """The firm's clients by name, from the one behind ``after`` (a key) on; ``search`` is any part of a name.

    It walks the derived list of the actor's own portfolio, which has order and search in its indexes, and
    keeps those who granted this firm something that is live or planned.
    """
    firm = administered_taxpayer(actor, third_party, at=at)
    place = Taxpayer.objects.filter(pk=after).values_list("name_folded", "pk").first() if after else None
    name, key = place or ("", 0)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.taxpayer_id
            FROM access_customer c
            WHERE c.portfolio_id = (
                SELECT h.portfolio_id FROM access_portfolioholder h
                WHERE h.holder_id = %(actor)s AND NOT h.received AND h.ended_at IS NULL LIMIT 1)
              AND (c.name_folded, c.taxpayer_id) > (%(name)s, %(key)s)
              AND (%(pattern)s::text IS NULL OR c.name_folded LIKE %(pattern)s)
              AND EXISTS (
                SELECT FROM taxpayers_account a JOIN access_grant g ON g.account_id = a.id
                WHERE a.taxpayer_id = c.taxpayer_id AND g.third_party_id = %(firm)s
                  AND g.ended_at IS NULL AND (g.ends_at IS NULL OR g.ends_at > %(at)s))
            ORDER BY c.name_folded, c.taxpayer_id LIMIT %(most)s""",
            {
                "actor": actor.pk,
                "name": name,
                "key": key,
                "pattern": _pattern(search),
                "firm": firm.pk,
                "at": at,
                "most": size + 1,
            },
        )
        rows = cursor.fetchall()
    following = rows[size - 1][0] if len(rows) > size else None
    return firm, ClientsPage(_relations(firm.pk, [row[0] for row in rows[:size]], at), following)


def every_client(
    actor: Logon, *, third_party: int, at: datetime, search: str = "", batch: int = 500
) -> Iterator[Sequence[Relation]]:
    """All of that list, a batch at a time: for downloads."""
    after: int | None = None
    while True:
        _firm, page = clients_page(actor, third_party=third_party, at=at, search=search, after=after, size=batch)
        yield page.clients
        if page.following is None:
            return
        after = page.following


def _relations(third_party: int, clients: Sequence[int], at: datetime) -> list[Relation]:
    taxpayers = Taxpayer.objects.in_bulk(clients)
    grants = (
        current_grants(third_party, at=at)
        .filter(account__taxpayer_id__in=clients)
        .select_related("account__account_type")
        .order_by("account__number", "begins_at")
    )
    held: dict[int, list[Holding]] = defaultdict(list)
    for grant in grants:
        held[grant.account.taxpayer_id].append(holding_of(grant, at=at))
    return [Relation(taxpayers[client], held[client]) for client in clients]


def _ever_granted(client: int, third_party: int) -> bool:
    return Grant.objects.filter(third_party_id=third_party, account__taxpayer_id=client).exists()


def _pattern(search: str) -> str | None:
    folded = folded_name(search)
    if not folded:
        return None
    for special in "\\%_":
        folded = folded.replace(special, "\\" + special)
    return f"%{folded}%"
