"""The table "Additional Users": filtered, sorted and paged in the database, with a constant number of statements."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import OrderBy

from countersign.access.models import GroupMember, LogonStanding, SecondaryLogon, SecurityGroup
from countersign.access.queries.prepared import storable
from countersign.logons.models import Link, Logon
from countersign.policy.facts import Standing as LogonStatus
from countersign.policy.rights import AccessType, Rights
from countersign.secondary_logons.queries.one import ENROLL

PAGE_SIZE = 50
NO_GROUP = "none"
SORTS = {
    "username": ("logon__username",),
    "name": ("logon__last_name", "logon__first_name", "logon__username"),
    "type": ("access_type", "logon__username"),
    "status": ("status", "logon__username"),
    "last_sign_in": ("logon__last_login", "logon__username"),
}
STATUSES = (LogonStatus.ACTIVE, LogonStatus.INVITED, LogonStatus.DEACTIVATED, LogonStatus.CANCELLED)


class Narrowed(NamedTuple):
    """What the list is narrowed to; empty values narrow nothing. ``group``: a key as text, or ``none``."""

    search: str = ""
    status: str = ""
    access_type: str = ""
    group: str = ""
    sort: str = "username"


class AdditionalUser(NamedTuple):
    """One row. ``invited_until``: when the open invitation ends; ``groups``: names, Default first."""

    logon: Logon
    status: LogonStatus
    access_type: AccessType
    default_rights: Rights
    account_types: list[int] | None
    groups: list[str]
    invited_until: datetime | None


class UserPage(NamedTuple):
    """Rows, the page that it is, and how many match."""

    rows: list[AdditionalUser]
    page: int
    total: int


def additional_users(portfolio: int, narrowed: Narrowed, *, at: datetime, page: int = 1, size: int) -> UserPage:
    """A page of the portfolio's secondary logons. A page beyond the last is the last."""
    found = _found(portfolio, narrowed)
    total = found.count()
    page = max(1, min(page, -(-total // size)))
    return UserPage(_rows(found[(page - 1) * size : page * size], at), page, total)


def every_user(portfolio: int, narrowed: Narrowed, *, at: datetime, batch: int = 500) -> Iterator[list[AdditionalUser]]:
    """All of the list, a batch at a time: for downloads."""
    found = _found(portfolio, narrowed)
    first = 0
    while rows := _rows(found[first : first + batch], at):
        yield rows
        first += batch


def count_users(portfolio: int) -> int:
    """How many secondary logons the portfolio has, whatever their status."""
    return SecondaryLogon.objects.filter(portfolio_id=portfolio, ended_at__isnull=True).count()


def _found(portfolio: int, narrowed: Narrowed) -> QuerySet[SecondaryLogon]:
    found = SecondaryLogon.objects.filter(portfolio_id=portfolio).select_related("logon")
    if narrowed.status == LogonStatus.CANCELLED.value:
        # Those that left, once each: their newest fact, unless they were granted access anew.
        later = SecondaryLogon.objects.filter(logon_id=OuterRef("logon_id"), pk__gt=OuterRef("pk"))
        found = found.filter(~Exists(later), ended_at__isnull=False)
    else:
        found = found.filter(ended_at__isnull=True)
    cancelled = narrowed.status == LogonStatus.CANCELLED.value
    standings = LogonStanding.objects.filter(logon_id=OuterRef("logon_id"), ended_at__isnull=True)
    if narrowed.sort.removeprefix("-") == "status":
        found = found.annotate(status=Subquery(standings.values("status")[:1]))
    if narrowed.status and not cancelled:
        found = found.filter(Exists(standings.filter(status=narrowed.status)))
    if narrowed.access_type:
        found = found.filter(access_type=narrowed.access_type)
    if narrowed.group:
        members = GroupMember.objects.filter(logon_id=OuterRef("logon_id"), ended_at__isnull=True)
        if narrowed.group == NO_GROUP:
            found = found.filter(~Exists(members))
        else:
            found = found.filter(Exists(members.filter(group_id=int(narrowed.group))))
    for word in storable(narrowed.search).split()[:5]:
        found = found.filter(
            Q(logon__username__icontains=word)
            | Q(logon__first_name__icontains=word)
            | Q(logon__last_name__icontains=word)
            | Q(logon__email__icontains=word)
        )
    return found.order_by(*_order(narrowed.sort))


def _order(sort: str) -> list[str | OrderBy]:
    fields = SORTS.get(sort.removeprefix("-"), SORTS["username"])
    first, *rest = fields
    if sort.startswith("-"):
        return [F(first).desc(nulls_last=True), *rest, "pk"]
    return [F(first).asc(nulls_first=True), *rest, "pk"]


def _rows(facts: QuerySet[SecondaryLogon], at: datetime) -> list[AdditionalUser]:
    shown = list(facts)
    names: dict[int, list[str]] = {fact.logon_id: [] for fact in shown}
    memberships = (
        GroupMember.objects.filter(logon_id__in=names, ended_at__isnull=True, group__ended_at__isnull=True)
        .order_by("-group__is_default", "group__name")
        .values_list("logon_id", "group__name")
    )
    for logon, name in memberships:
        names[logon].append(name)
    standings = LogonStanding.objects.filter(logon_id__in=names, ended_at__isnull=True)
    statuses = dict(standings.values_list("logon_id", "status"))
    open_links = Link.objects.filter(kind=ENROLL, logon_id__in=names, used_at=None, void_at=None, expires_at__gt=at)
    invited_until = dict(open_links.order_by("created_at").values_list("logon_id", "expires_at"))
    return [
        AdditionalUser(
            fact.logon,
            LogonStatus(statuses.get(fact.logon_id, LogonStatus.CLOSED.value)),
            AccessType(fact.access_type),
            Rights(fact.default_rights),
            fact.account_types,
            names[fact.logon_id],
            invited_until.get(fact.logon_id),
        )
        for fact in shown
    ]


def group_named(portfolio: int, key: str) -> SecurityGroup | None:
    """The live group of this key (as typed in an address), if the portfolio has it."""
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return None
    return SecurityGroup.objects.filter(portfolio_id=portfolio, pk=int(key), ended_at__isnull=True).first()
