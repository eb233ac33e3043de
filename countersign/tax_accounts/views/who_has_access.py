"""Who has access to a taxpayer or to one account of it, now or on a past day; for its Master Administrators."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from countersign.access.queries.own import administered_taxpayer
from countersign.access.queries.who_has_access import Asked, Holder, who_acted, who_has_access
from countersign.access.wording import ACCESS_TYPES
from countersign.logons.models import Logon
from countersign.logons.signed_in import signed_in
from countersign.policy.rights import Rights
from countersign.tax_accounts.forms import WhoForm
from countersign.tax_accounts.queries import administered_account
from countersign.taxpayers.models import Account, Taxpayer
from countersign.ui.components.moments import day, number
from countersign.ui.shell import ActingFor
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

LAST_PAGE = 10_000
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class _Question:
    """What the address asks: of whom, by which reader, on which day (None: now)."""

    reader: Logon
    taxpayer: Taxpayer
    account: Account | None
    on: date | None
    asked: Asked


@require_safe
def of_account(request: HttpRequest, account: int) -> HttpResponseBase:
    """Who can act on one account, how, since and until when."""
    seen = administered_account(signed_in(request), account)
    return _page(request, seen.account.taxpayer, seen.account)


@require_safe
def of_taxpayer(request: HttpRequest, taxpayer: int) -> HttpResponseBase:
    """Who can act on any account of the taxpayer."""
    return _page(request, administered_taxpayer(signed_in(request), taxpayer, at=timezone.now()), None)


def _page(request: HttpRequest, taxpayer: Taxpayer, account: Account | None) -> HttpResponseBase:
    form = WhoForm(request.GET)
    on: date | None = form.cleaned_data.get("on") if form.is_valid() else None
    search = form.cleaned_data.get("q", "")
    asked = Asked(taxpayer.pk, account.pk if account else None, _end_of(on) if on else None, search)
    question = _Question(signed_in(request), taxpayer, account, on, asked)
    if request.GET.get("format") == "csv" and not form.errors:
        return csv_response("who-has-access", _csv_heading(), _csv_batches(question))
    size = page_size(request)
    place = _place(request.GET.get("page", ""))
    found = who_has_access(asked, first=(place - 1) * size, size=size)
    context = {
        "acting_for": ActingFor(taxpayer.legal_name, _("Master Administrator")),
        "taxpayer": taxpayer,
        "account": account,
        "form": form,
        "on": on,
        "size": size if "size" in request.GET else "",
        "chips": [Chip(search, address_with(request, q=None))] if search.strip() else [],
        "table": _table(request, question, found.holders),
        "csv_url": address_with(request, format="csv") if found.total else "",
        "pager": _pager(request, place, size, len(found.holders), found.total),
        "back_url": reverse("tax_accounts:account", args=[account.pk]) if account else "/",
        "who_acts_url": reverse("third_party_access:who_acts", args=[taxpayer.pk]),
        "all_url": reverse("tax_accounts:taxpayer_who_has_access", args=[taxpayer.pk]) if account else "",
    }
    return render(request, "tax_accounts/who_has_access.html", context, status=422 if form.errors else 200)


def _place(typed: str) -> int:
    """The page asked for, from 1; whatever is not a page is the first."""
    asked = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 8 else 1
    return min(max(asked, 1), LAST_PAGE)


def _end_of(on: date) -> datetime:
    """The last moment of the day, but never a moment that is still to come."""
    tomorrow = datetime.combine(min(on, date(9000, 1, 1)) + timedelta(days=1), time())
    return min(timezone.make_aware(tomorrow) - timedelta(microseconds=1), timezone.now())


def _pager(request: HttpRequest, place: int, size: int, shown: int, total: int) -> Pager:
    start = (place - 1) * size
    return Pager(
        previous_url=address_with(request, page=place - 1) if place > 1 else "",
        next_url=address_with(request, page=place + 1) if start + shown < total else "",
        first=start + 1 if shown else None,
        last=start + shown if shown else None,
        total=total if shown else None,
        sizes=page_sizes(request),
    )


def _table(request: HttpRequest, question: _Question, holders: Sequence[Holder]) -> Table:
    empty = Empty(_("Nobody"), _("Nobody had access then.") if question.on else _("Nobody has access."))
    if question.asked.search.strip() or request.GET.get("page"):
        empty = Empty(_("Nobody matches"), _("Try another part of the name."), "?", _("Show everybody"))
    acted = _acted(question, holders)
    return Table(
        _("Who has access"),
        [
            Column("who", _("Who"), row_header=True),
            Column("access", _("Access type")),
            Column("rights", _("Rights")),
            Column("since", _("Since")),
            Column("until", _("Last day")),
        ],
        [
            {
                "who": _who(question, holder, acted),
                "access": _access(question, holder),
                "rights": rights_words(holder, counted=question.account is None),
                "since": day(holder.since),
                "until": _last_day(holder) or _("No end"),
            }
            for holder in holders
        ],
        empty,
        quiet_caption=True,
    )


def _acted(question: _Question, holders: Sequence[Holder]) -> dict[int, str]:
    firms = [holder.third_party for holder in holders if holder.third_party is not None]
    names: dict[int, list[str]] = {}
    for person in who_acted(question.taxpayer.pk, firms) if firms else ():
        names.setdefault(person.third_party, []).append(person.name)
    return {firm: ", ".join(persons) for firm, persons in names.items()}


def _who(question: _Question, holder: Holder, acted: dict[int, str]) -> Any:
    if holder.third_party is None:
        return TwoLines(holder.name, holder.username)
    name: Any = holder.name
    if question.on is None:  # the page where it is changed or ended knows only what is live
        page = reverse("third_party_access:firm", args=[question.taxpayer.pk, holder.third_party])
        name = Link(holder.name, page)
    persons = acted.get(holder.third_party)
    return TwoLines(name, _("acted so far: %(persons)s") % {"persons": persons}) if persons else name


def _access(question: _Question, holder: Holder) -> Any:
    if holder.access_type is None:
        heads = ngettext("%(count)s person can act for it", "%(count)s people can act for it", holder.heads)
        return TwoLines(_("Third party"), heads % {"count": number(holder.heads)})
    if holder.parent is None:
        return TwoLines(ACCESS_TYPES[holder.access_type], _("provisional") if holder.provisional else "")
    how = _("Secondary logon of %(parent)s") % {"parent": holder.parent_name}
    if holder.parent == question.reader.pk and holder.group:
        # Security groups of one portfolio are nobody else's to see (law 4).
        how = _("%(secondary)s, in security group %(group)s") % {"secondary": how, "group": holder.group}
    return TwoLines(ACCESS_TYPES[holder.access_type], how)


def rights_words(holder: Holder, *, counted: bool) -> str:
    """The rights, highest first; ``counted`` says on how many accounts each."""
    levels = sorted(holder.rights, reverse=True)
    if not counted:
        return str(RIGHTS[levels[0]])
    return ", ".join(_counted(level, holder.rights[level]) for level in levels)


def _counted(level: Rights, accounts: int) -> str:
    told = ngettext("%(rights)s on %(count)s account", "%(rights)s on %(count)s accounts", accounts)
    return told % {"rights": RIGHTS[level], "count": number(accounts)}


def _last_day(holder: Holder) -> str:
    return day(holder.until - timedelta(microseconds=1)) if holder.until else ""


def _csv_heading() -> list[str]:
    return [_("Who"), _("Username"), _("Access type"), _("How"), _("Rights"), _("Since"), _("Last day")]


def _csv_batches(question: _Question) -> Iterator[list[list[Any]]]:
    first = 0
    while holders := who_has_access(question.asked, first=first, size=BATCH).holders:
        yield [_csv_row(question, holder) for holder in holders]
        first += BATCH
        if len(holders) < BATCH:
            return


def _csv_row(question: _Question, holder: Holder) -> list[Any]:
    access = _access(question, holder)
    until = timezone.localdate(holder.until - timedelta(microseconds=1)).isoformat() if holder.until else ""
    rights = rights_words(holder, counted=question.account is None)
    since = timezone.localdate(holder.since).isoformat()
    return [holder.name, holder.username, access.first, access.second, rights, since, until]
