"""Requests as each side may see them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q

from countersign.access.queries.live import live
from countersign.access.queries.own import administered_taxpayer
from countersign.access.queries.prepared import storable
from countersign.logons.models import Logon
from countersign.policy.delegation import may_approve
from countersign.policy.errors import Refused
from countersign.policy.reasons import Reason
from countersign.policy.rights import Rights
from countersign.taxpayers.models import Account, Taxpayer
from countersign.third_party_access.models import AccessRequest, AskedRights, State
from countersign.third_party_access.queries.grants import Holding, holdings, open_accounts, version_of
from countersign.third_party_access.queries.periods import day_of
from countersign.third_party_access.queries.sides import Sides, sides


@dataclass(frozen=True, slots=True)
class AskedAccount:
    """One account that a request asks for: what is asked, and what the third party holds there already."""

    account: Account
    asked: Rights
    held: tuple[Holding, ...]


@dataclass(frozen=True, slots=True)
class RequestSeen:
    """A request as the client's Master Administrator sees it; ``version`` names exactly this."""

    request: AccessRequest
    client: Taxpayer
    asked: Sequence[AskedRights]
    accounts: Sequence[AskedAccount]
    sides: Sides
    refusal: Reason | None
    version: str

    @property
    def without_account(self) -> list[str]:
        """Account types that were asked for and of which the client has no open account."""
        there = {account.account.account_type_id for account in self.accounts}
        return [str(asked.account_type) for asked in self.asked if asked.account_type_id not in there]

    def pending(self, at: datetime) -> bool:
        """Whether it can still be answered."""
        return self.request.state == State.PENDING and at < self.request.expires_at


def request_to(actor: Logon, *, taxpayer: int, request: int, at: datetime) -> RequestSeen:
    """A request made to a taxpayer that the actor administers, whatever its state.

    Raises a hidden ``Refused`` (404) when the actor is nothing to the taxpayer or the request is another's.
    """
    client = administered_taxpayer(actor, taxpayer, at=at)
    found = (
        AccessRequest.objects.filter(pk=request, client=client)
        .select_related("third_party", "requested_by", "closed_by")
        .first()
    )
    if found is None:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    return seen(found, actor=actor, client=client, at=at)


def seen(request: AccessRequest, *, actor: Logon, client: Taxpayer, at: datetime) -> RequestSeen:
    """The request with everything that a decision on it rests on."""
    asked = list(request.asked.select_related("account_type").order_by("account_type__name"))
    of_type = {row.account_type_id: Rights(row.rights) for row in asked}
    held = holdings(request.third_party_id, client.pk, at=at)
    accounts = [
        AskedAccount(
            account,
            of_type[account.account_type_id],
            tuple(holding for holding in held if holding.account.pk == account.pk),
        )
        for account in open_accounts(client.pk, account_types=of_type, on=day_of(at))
    ]
    both = sides(actor, client=client, third_party=request.third_party, at=at, submitted_by=request.requested_by_id)
    version = version_of(
        [request.pk, request.state, request.begins_on, request.ends_on],
        sorted(of_type.items()),
        [[row.account.pk, row.asked, [holding.grant.pk for holding in row.held]] for row in accounts],
        sorted(both.third_party.conditions),
    )
    refusal = may_approve(both.standpoint, client=both.client, third_party=both.third_party)
    return RequestSeen(request, client, asked, accounts, both, refusal, version)


def request_of(actor: Logon, *, third_party: int, request: int, at: datetime) -> AccessRequest:
    """A request that the third party made, for the firm's administrators.

    Raises a hidden ``Refused`` (404) when the actor is nothing to the third party or the request is another's.
    """
    firm = administered_taxpayer(actor, third_party, at=at)
    found = AccessRequest.objects.filter(pk=request, third_party=firm).select_related("third_party").first()
    if found is None:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    return found


def pending_requests_to(client: int, *, at: datetime, most: int = 100) -> list[AccessRequest]:
    """What waits for the client's answer, oldest first."""
    return list(
        AccessRequest.objects.filter(client_id=client, state=State.PENDING, expires_at__gt=at)
        .select_related("third_party")
        .order_by("requested_at", "pk")[:most]
    )


def pending_requests_of(third_party: int, *, at: datetime, most: int = 100) -> list[AccessRequest]:
    """What the third party waits for, newest first: matching and unmatched requests look the same."""
    return list(
        AccessRequest.objects.filter(third_party_id=third_party, state=State.PENDING, expires_at__gt=at).order_by(
            "-requested_at", "-pk"
        )[:most]
    )


@dataclass(frozen=True, slots=True)
class RequestsPage:
    """A page of a third party's requests, newest first; ``following``: where the next begins, None on the last."""

    requests: Sequence[AccessRequest]
    following: int | None


def requests_page(
    firm: Taxpayer, *, at: datetime, search: str = "", state: str = "", after: int | None = None, size: int
) -> RequestsPage:
    """What the third party asked for, from the request behind ``after`` (a key) on. Two statements.

    ``search`` is a part of the name that was typed; ``state`` one of :class:`State`. Matching and unmatched requests
    look the same.
    """
    found = AccessRequest.objects.filter(third_party=firm).select_related("client")
    over = Q(state=State.PENDING, expires_at__lte=at)
    if state == State.PENDING:
        found = found.filter(state=State.PENDING, expires_at__gt=at)
    elif state == State.EXPIRED:
        found = found.filter(Q(state=State.EXPIRED) | over)
    elif state:
        found = found.filter(state=state)
    for word in storable(search).split()[:5]:
        found = found.filter(name_given__icontains=word)
    place = AccessRequest.objects.filter(third_party=firm, pk=after).first() if after else None
    if place is not None:
        found = found.filter(
            Q(requested_at__lt=place.requested_at) | Q(requested_at=place.requested_at, pk__lt=place.pk)
        )
    rows = list(found.order_by("-requested_at", "-pk")[: size + 1])
    return RequestsPage(rows[:size], rows[size - 1].pk if len(rows) > size else None)


def every_request(
    firm: Taxpayer, *, at: datetime, search: str = "", state: str = "", batch: int = 1_000
) -> Iterator[Sequence[AccessRequest]]:
    """All of that list, a batch at a time: for downloads."""
    after: int | None = None
    while True:
        page = requests_page(firm, at=at, search=search, state=state, after=after, size=batch)
        yield page.requests
        if page.following is None:
            return
        after = page.following


def clients_acted_for(third_party: int, *, at: datetime) -> int:
    """For how many taxpayers the third party acts now."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT count(DISTINCT a.taxpayer_id) FROM access_grant g
            JOIN taxpayers_account a ON a.id = g.account_id
            WHERE g.third_party_id = %(third_party)s AND {live("g", past=False)}""",
            {"third_party": third_party, "at": at},
        )
        return int(cursor.fetchone()[0])
