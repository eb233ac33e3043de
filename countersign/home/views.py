"""Home: what waits, and every account that one can act on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from countersign.access.queries.listing import Filter, ListedAccount, accounts_page, count_accounts
from countersign.access.queries.own import is_secondary, own_accesses
from countersign.home import cursor
from countersign.home.queries import LEAST, account_types, asked_filter, manager_left
from countersign.logons.models import Logon
from countersign.logons.signed_in import signed_in
from countersign.notices.queries import unread_tasks
from countersign.policy.reasons import Reason
from countersign.submissions.queries import waiting_for
from countersign.taxpayers.models import AccountType
from countersign.ui.components.frame import Tab
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

COUNTED = 200  # the rule is asked about each row: more of them would cost more than the page itself
CSV_BATCH = 1_000


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this person, and a page of the accounts that this logon can act on."""
    reader, now = signed_in(request), timezone.now()
    types = account_types()
    narrowed = asked_filter(request, types)
    after, before = cursor.read(request.GET.get("after", "")), cursor.read(request.GET.get("before", ""))
    page = accounts_page(reader.pk, narrowed=narrowed, after=after, before=before, size=page_size(request))
    first_page = after is None and before is None
    whole = first_page and not page.has_next
    found, more = (len(page.rows), False) if whole else count_accounts(reader.pk, narrowed=narrowed, most=COUNTED)
    chips = _chips(request, narrowed, types)
    nothing = not page.rows and first_page and not chips
    context = {
        # "Log in … Select the Manage My Access tab. Select the More… tab": the reference begins here.
        "tabs": [
            Tab(_("Home"), reverse("home:home"), current=True),
            Tab(_("Manage My Access"), reverse("profile:manage_my_access")),
        ],
        "first_name": reader.first_name,
        "tasks": [*waiting_for(reader, at=now), *unread_tasks(reader)] if first_page else [],
        "table": _table(request, page.rows, _empty(reader, now) if nothing else _no_match()),
        "nothing": nothing,
        "filters": _filters(request, types, narrowed),
        "typed": narrowed.search,
        "keep": {name: request.GET[name] for name in ("type", "as", "can", "size") if name in request.GET},
        "chips": chips,
        "found": found,
        "more": more,
        "csv_url": f"{reverse('home:csv')}?{request.GET.urlencode()}" if page.rows else "",
        "first_url": "" if first_page else address_with(request, after=None, before=None),
        "pager": Pager(
            previous_url=_turn(request, before=page.rows[0]) if page.has_previous and page.rows else "",
            next_url=_turn(request, after=page.rows[-1]) if page.has_next and page.rows else "",
            sizes=page_sizes(request),
        ),
    }
    return render(request, "home/home.html", context)


def _turn(request: HttpRequest, *, after: ListedAccount | None = None, before: ListedAccount | None = None) -> str:
    return address_with(
        request,
        after=cursor.written(after.position) if after else None,
        before=cursor.written(before.position) if before else None,
    )


def _no_match() -> Empty:
    return Empty(
        _("No account matches"), _("Try another part of the name."), reverse("home:home"), _("Show all accounts")
    )


def _empty(reader: Logon, now: datetime) -> Empty:
    """Why there is nothing, and who can change it: a secondary logon cannot do anything about it by itself."""
    if not is_secondary(reader.pk):
        if own_accesses(reader.pk, at=now).exists():
            return Empty(
                _("You can act on no account now"),
                _("Manage My Access shows the access that you hold, and why it does not count at the moment."),
                reverse("profile:manage_my_access"),
                _("Manage My Access"),
            )
        return Empty(
            _("You have no access yet"),
            _("When somebody gives you access, the accounts stand here. Ask whoever should let you in."),
            reverse("registration:start"),
            _("Prove your right to act for a taxpayer"),
        )
    if manager_left(reader.pk, at=now):
        return Empty(
            _("The person who managed your logon has left"),
            _("A Master Administrator of your firm can take over the secondary logons. Then the accounts come back."),
        )
    return Empty(
        _("You reach no account now"),
        _("Whoever manages your logon decides which customers you see. Ask them if you expected some."),
    )


def _table(request: HttpRequest, rows: list[ListedAccount], empty: Empty) -> Table:
    return Table(
        _("My accounts"),
        [
            Column("taxpayer", _("Taxpayer"), row_header=True),
            Column("account", _("Account")),
            Column("can", _("I can")),
            Column("capacity", _("As")),
            Column("why", _("Why"), quiet_label=True),
        ],
        [
            {
                "taxpayer": row.taxpayer_name,
                "account": TwoLines(
                    Link(row.account_number, reverse("tax_accounts:account", args=[row.account])),
                    f"{row.account_type} · {_('closed')}" if row.closed else row.account_type,
                ),
                "can": row.rights,
                "capacity": capacity(row),
                "why": Link(_("why?"), reverse("tax_accounts:why", args=[row.account]), row.account_number),
            }
            for row in rows
        ],
        empty,
        quiet_caption=True,
    )


def capacity(row: ListedAccount) -> str:
    """In which capacity the logon reaches the account, in words."""
    if row.reason is Reason.CLIENT:
        return _("Client of %(firm)s") % {"firm": row.third_party_name}
    if row.reason is Reason.SECONDARY_LOGON:
        if row.third_party_name:
            return _("Secondary logon, client of %(firm)s") % {"firm": row.third_party_name}
        return _("Secondary logon")
    if row.reason is Reason.OWN_PROVISIONAL:
        return _("Master Administrator, provisional")
    if row.reason is Reason.OWN_TAX_ADMINISTRATOR:
        return _("Tax Administrator")
    return _("Master Administrator")


def _filters(request: HttpRequest, types: list[AccountType], narrowed: Filter) -> list[dict[str, Any]]:
    """The filters as selects that work without JavaScript: name, label, choices (value, words, chosen)."""
    return [
        {
            "name": "type",
            "label": _("Account type"),
            "choices": [("", _("All types"), narrowed.account_type is None)]
            + [(known.code, known.name, narrowed.account_type == known.pk) for known in types],
        },
        {
            "name": "as",
            "label": _("As"),
            "choices": [
                ("", _("Any capacity"), not narrowed.capacity),
                ("own", _("Own and employer's"), narrowed.capacity == "own"),
                ("client", _("Clients"), narrowed.capacity == "client"),
            ],
        },
        {
            "name": "can",
            "label": _("I can at least"),
            "choices": [(code, RIGHTS[rights], narrowed.least == rights) for code, rights in LEAST.items()],
        },
    ]


def _chips(request: HttpRequest, narrowed: Filter, types: list[AccountType]) -> list[Chip]:
    chips = []
    start = {"after": None, "before": None}
    if narrowed.search.strip():
        chips.append(Chip(narrowed.search, address_with(request, q=None, **start)))
    for known in types:
        if known.pk == narrowed.account_type:
            chips.append(Chip(known.name, address_with(request, type=None, **start)))
    if narrowed.capacity:
        words = _("Clients") if narrowed.capacity == "client" else _("Own and employer's")
        chips.append(Chip(words, address_with(request, **{"as": None}, **start)))
    if narrowed.least > min(LEAST.values()):
        words = _("At least %(rights)s") % {"rights": RIGHTS[narrowed.least]}
        chips.append(Chip(words, address_with(request, can=None, **start)))
    return chips


@require_safe
def accounts_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The whole list behind Home, with its filters, as CSV; sent page by page."""
    narrowed = asked_filter(request, account_types())
    heading = [_("Taxpayer"), _("Account"), _("Account type"), _("I can"), _("As")]
    return csv_response("my-accounts", heading, _batches(signed_in(request), narrowed))


def _batches(reader: Logon, narrowed: Filter) -> Iterator[list[list[Any]]]:
    after = None
    while True:
        page = accounts_page(reader.pk, narrowed=narrowed, after=after, size=CSV_BATCH)
        yield [
            [row.taxpayer_name, row.account_number, row.account_type, RIGHTS[row.rights], capacity(row)]
            for row in page.rows
        ]
        if not page.has_next:
            return
        after = page.rows[-1].position
