"""What a change would do, as a table: who gains and who loses how many clients, each count a link to the list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from countersign.access.queries.group_changes import ChangedCustomer, LogonChange, Preview
from countersign.logons.models import Logon
from countersign.ui.components.moments import number
from countersign.ui.spreadsheet import csv_response, pages_of
from countersign.ui.tables import Column, Empty, Link, Table, TwoLines

Address = Callable[[int, bool], str]
SHOWN = 50
CSV_BATCH = 10_000


def preview_table(preview: Preview, address: Address, *, first: int = 0, size: int = SHOWN) -> Table:
    """The logons that gain or lose clients, those that lose most first. ``address(logon, gained)`` leads to a list."""
    ordered = sorted(preview.logons, key=lambda one: (-one.losses, -one.gains, one.logon))[first : first + size]
    names = Logon.objects.in_bulk([one.logon for one in ordered])
    return Table(
        _("Who gains and who loses clients"),
        [
            Column("logon", _("Secondary logon"), row_header=True),
            Column("gains", _("Gains clients"), numeric=True),
            Column("losses", _("Loses clients"), numeric=True),
        ],
        [_row(one, names[one.logon], address) for one in ordered],
        Empty(_("Nobody gains or loses a client"), _("What each secondary logon can see stays as it is.")),
    )


def _row(one: LogonChange, logon: Logon, address: Address) -> dict[str, Any]:
    who = logon.full_name or logon.username
    return {
        "logon": TwoLines(who, logon.username),
        "gains": _count(one.gains, address(one.logon, True), _("clients that %(who)s gains") % {"who": who}),
        "losses": _count(one.losses, address(one.logon, False), _("clients that %(who)s loses") % {"who": who}),
    }


def _count(count: int, href: str, hint: str) -> Any:
    return Link(number(count), href, hint) if count else number(0)


def customer_rows(names: Sequence[Any]) -> list[dict[str, Any]]:
    """The clients behind one of the counts."""
    return [{"customer": row.legal_name} for row in names]


def preview_csv(preview: Preview) -> HttpResponseBase:
    """Who gains and who loses how many clients, as a file."""
    ordered = sorted(preview.logons, key=lambda one: (-one.losses, -one.gains, one.logon))
    names = Logon.objects.in_bulk([one.logon for one in ordered])
    heading = [_("Username"), _("Name"), _("Gains clients"), _("Loses clients")]
    lines = ([names[one.logon].username, names[one.logon].full_name, one.gains, one.losses] for one in ordered)
    return csv_response("who-gains-and-loses", heading, [lines])


def customers_csv(page: Callable[[int], Sequence[ChangedCustomer]]) -> HttpResponseBase:
    """The clients behind a count, as a file. ``page(first)`` gives the next :data:`CSV_BATCH` of them."""
    batches = ([[row.taxpayer, row.legal_name] for row in rows] for rows in pages_of(page, CSV_BATCH))
    return csv_response("clients", [_("Customer number"), _("Customer")], batches)
