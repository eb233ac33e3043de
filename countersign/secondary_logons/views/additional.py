"""The tab Secondary Logons: the table "Additional Users", its download, and the way to one's portfolio."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from countersign.access.operations.customers import refresh
from countersign.access.operations.portfolios import ensure_portfolio
from countersign.access.queries.own import own_taxpayers
from countersign.logons.signed_in import signed_in
from countersign.policy.errors import Refused
from countersign.policy.facts import Standing as LogonStatus
from countersign.policy.reasons import Reason
from countersign.policy.rights import AccessType, Rights
from countersign.portfolios.pages import SECONDARY_LOGONS, portfolio_page
from countersign.portfolios.queries import Standing, former_holder, portfolio_name, portfolios_of
from countersign.secondary_logons.queries.additional import (
    NO_GROUP,
    PAGE_SIZE,
    STATUSES,
    AdditionalUser,
    Narrowed,
    UserPage,
    additional_users,
    every_user,
    group_named,
)
from countersign.secondary_logons.queries.one import groups_of
from countersign.secondary_logons.views.steps import standing_of
from countersign.secondary_logons.words import STATUSES as STATUS_WORDS
from countersign.secondary_logons.words import access_type_words, status_word
from countersign.ui.components.moments import day, when
from countersign.ui.spreadsheet import csv_response
from countersign.ui.tables import (
    Chip,
    Column,
    Empty,
    Link,
    Pager,
    Table,
    TwoLines,
    address_with,
    page_size,
    page_sizes,
)
from countersign.ui.words import RIGHTS

LONGEST_SEARCH = 200
KEPT = ("status", "type", "group", "sort", "size")


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """To the portfolio of whoever is signed in, or to choose among several. The first visit of a parent makes one."""
    now = timezone.now()
    actor = signed_in(request)
    found = portfolios_of(actor, at=now)
    if not any(not standing.received for standing in found) and any(
        own.administers for own in own_taxpayers(actor.pk, at=now)
    ):
        with transaction.atomic():
            portfolio = ensure_portfolio(actor, now=now)
            refresh(portfolios=[portfolio], taxpayers=None)
        found = portfolios_of(actor, at=now)
    if not found:
        raise Refused(Reason.NOT_MASTER_ADMINISTRATOR)
    if len(found) == 1:
        return HttpResponseRedirect(reverse("secondary_logons:list", args=[found[0].portfolio]))
    choices = [
        TwoLines(
            Link(portfolio_name(standing, at=now), reverse("secondary_logons:list", args=[standing.portfolio])),
            _whence(standing),
        )
        for standing in found
    ]
    return render(request, "secondary_logons/choose_portfolio.html", {"choices": choices})


def _whence(standing: Standing) -> str:
    """Made by oneself, or received from whom: portfolios of one firm are named alike."""
    before = former_holder(standing.portfolio) if standing.received else None
    if before is None:
        return _("Secondary logons that you created")
    return _("Received from %(person)s on %(day)s") % {"person": before.holder.full_name, "day": day(before.ended_at)}


@require_safe
def additional(request: HttpRequest, portfolio: int) -> HttpResponse:
    """Additional Users: searched, filtered, sorted and paged."""
    now = timezone.now()
    standing = standing_of(request, portfolio)
    narrowed, chips = _narrowed(request, portfolio)
    size = page_size(request, PAGE_SIZE)
    page = additional_users(portfolio, narrowed, at=now, page=_page(request), size=size)
    keep = {name: request.GET[name] for name in KEPT if request.GET.get(name)}
    context = {
        "table": _table(request, portfolio, page.rows, filtered=bool(chips)),
        "typed": narrowed.search,
        "keep": keep,
        "keep_for_filters": {name: request.GET[name] for name in ("q", "sort", "size") if request.GET.get(name)},
        "chips": chips,
        "clear_url": address_with(request, q=None, status=None, type=None, group=None) if len(chips) > 1 else "",
        "filters": _filters(portfolio, narrowed),
        "pager": _pager(request, page, size),
        "csv_url": reverse("secondary_logons:csv", args=[portfolio]) + address_with(request),
    }
    return portfolio_page(request, standing, SECONDARY_LOGONS, "secondary_logons/list.html", context)


@require_safe
def download(request: HttpRequest, portfolio: int) -> StreamingHttpResponse:
    """The same list, whole, as a file."""
    standing_of(request, portfolio)
    narrowed, _chips = _narrowed(request, portfolio)
    heading = [
        _("Username"),
        _("First name"),
        _("Last name"),
        _("E-mail"),
        _("Access type"),
        _("Default rights"),
        _("Status"),
        _("Security groups"),
        _("Last sign-in"),
    ]
    batches = every_user(portfolio, narrowed, at=timezone.now())
    return csv_response("secondary-logons", heading, (map(_line, batch) for batch in batches))


def _line(user: AdditionalUser) -> Sequence[Any]:
    return (
        user.logon.username,
        user.logon.first_name,
        user.logon.last_name,
        user.logon.email,
        access_type_words(user.access_type),
        RIGHTS[_default_of(user)],
        STATUS_WORDS[user.status][1],
        "; ".join(user.groups),
        day(user.logon.last_login) if user.logon.last_login else "",
    )


def _default_of(user: AdditionalUser) -> Rights:
    return Rights.ALL_ACCESS if user.access_type is AccessType.MASTER_ADMINISTRATOR else user.default_rights


def _page(request: HttpRequest) -> int:
    typed = request.GET.get("page", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 8 else 1


def _narrowed(request: HttpRequest, portfolio: int) -> tuple[Narrowed, list[Chip]]:
    """What the address asks for, as far as it makes sense, with a chip for each filter."""
    chips = []
    search = request.GET.get("q", "")[:LONGEST_SEARCH].strip()
    if search:
        chips.append(Chip(search, address_with(request, q=None)))
    status = request.GET.get("status", "")
    if status in {one.value for one in STATUSES}:
        chips.append(Chip(STATUS_WORDS[LogonStatus(status)][1], address_with(request, status=None)))
    else:
        status = ""
    access_type = request.GET.get("type", "")
    if access_type in {one.value for one in AccessType}:
        chips.append(Chip(access_type_words(AccessType(access_type)), address_with(request, type=None)))
    else:
        access_type = ""
    group = request.GET.get("group", "")
    known = None if group == NO_GROUP else group_named(portfolio, group)
    if group == NO_GROUP:
        chips.append(Chip(_("In no security group"), address_with(request, group=None)))
    elif known is not None:
        chips.append(Chip(known.name, address_with(request, group=None)))
    else:
        group = ""
    return Narrowed(search, status, access_type, group, request.GET.get("sort", "username")[:20]), chips


def _filters(portfolio: int, narrowed: Narrowed) -> list[dict[str, Any]]:
    """Selects that narrow the list: name, label, choices (value, words, whether it is chosen)."""
    statuses = [(one.value, STATUS_WORDS[one][1]) for one in STATUSES]
    types = [(one.value, access_type_words(one)) for one in AccessType]
    groups = [(str(group.pk), group.name) for group in groups_of(portfolio)]
    asked = (
        ("status", _("Status"), narrowed.status, [("", _("All but canceled")), *statuses]),
        ("type", _("Access type"), narrowed.access_type, [("", _("Both")), *types]),
        ("group", _("Security group"), narrowed.group, [("", _("All")), *groups, (NO_GROUP, _("In none"))]),
    )
    return [
        {"name": name, "label": label, "choices": [(value, words, value == chosen) for value, words in choices]}
        for name, label, chosen, choices in asked
    ]


def _pager(request: HttpRequest, page: UserPage, size: int) -> Pager:
    first = (page.page - 1) * size + 1 if page.rows else None
    here = address_with(request)
    more = page.page * size < page.total
    return Pager(
        previous_url=f"{here}&page={page.page - 1}" if page.page > 1 else "",
        next_url=f"{here}&page={page.page + 1}" if more else "",
        first=first,
        last=first + len(page.rows) - 1 if first else None,
        total=page.total if page.rows else None,
        sizes=page_sizes(request, PAGE_SIZE),
    )


def _table(request: HttpRequest, portfolio: int, rows: list[AdditionalUser], *, filtered: bool) -> Table:
    empty = Empty(
        _("Nobody has been added yet"),
        _("Add a person of your organization, and choose what this logon may do."),
        reverse("secondary_logons:add", args=[portfolio]),
        _("Add User"),
    )
    if filtered:
        empty = Empty(
            _("No secondary logon matches"),
            _("Search by a part of the name, username or e-mail address, or take a filter away."),
            reverse("secondary_logons:list", args=[portfolio]),
            _("Show all"),
        )
    return Table(
        _("Additional Users"),
        [
            Column.sortable(request, "username", _("Username"), default="username", row_header=True),
            Column.sortable(request, "name", _("Name"), default="username"),
            Column.sortable(request, "type", _("Access type"), default="username"),
            Column.sortable(request, "status", _("Status"), default="username"),
            Column("groups", _("Security groups")),
            Column.sortable(request, "last_sign_in", _("Last sign-in"), default="username"),
        ],
        [_row(portfolio, user) for user in rows],
        empty,
    )


def _row(portfolio: int, user: AdditionalUser) -> dict[str, Any]:
    status: Any = status_word(user.status)
    if user.status is LogonStatus.INVITED:
        until = _("until %(day)s") % {"day": day(user.invited_until)} if user.invited_until else ""
        status = TwoLines(status, until or _("the invitation has expired: send it again"))
    left = user.status in (LogonStatus.CANCELLED, LogonStatus.CLOSED)
    address = reverse("secondary_logons:logon", args=[portfolio, user.logon.pk])
    groups: Any = ", ".join(user.groups[:3])
    if len(user.groups) > 3:
        groups = TwoLines(groups, Link(_("and %(count)d more") % {"count": len(user.groups) - 3}, address))
    return {
        "username": user.logon.username if left else Link(user.logon.username, address),
        "name": TwoLines(user.logon.full_name, user.logon.email),
        "type": TwoLines(access_type_words(user.access_type), RIGHTS[_default_of(user)]),
        "status": status,
        "groups": groups or ("" if left else _("In none: reaches nothing")),
        "last_sign_in": when(user.logon.last_login) if user.logon.last_login else _("Never"),
    }
