"""A taxpayer's history."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from countersign.history.queries import Happening, history_page
from countersign.history.wording import CHANNELS, GENERAL, SENTENCES
from countersign.logons.signed_in import signed_in
from countersign.ui.components.moments import day_and_time
from countersign.ui.converters import LARGEST_KEY
from countersign.ui.shell import ActingFor
from countersign.ui.tables import Column, Empty, Link, Pager, Table


@require_safe
def taxpayer(request: HttpRequest, taxpayer: int) -> HttpResponse:
    """Every change of access to the taxpayer, newest first; for its Master Administrators."""
    page = history_page(signed_in(request), taxpayer, at=timezone.now(), after=_place(request.GET.get("after", "")))
    table = Table(
        _("History of %(name)s") % {"name": page.taxpayer.legal_name},
        [
            Column("when", _("When")),
            Column("what", _("What happened"), row_header=True),
            Column("who", _("Who")),
            Column("how", _("How")),
            Column("number", _("Confirmation number")),
        ],
        [_row(happening) for happening in page.happenings],
        Empty(_("Nothing has changed yet"), _("Each change of access to this taxpayer will stand here.")),
        quiet_caption=True,
    )
    context = {
        "acting_for": ActingFor(page.taxpayer.legal_name, _("Master Administrator")),
        "taxpayer": page.taxpayer,
        "table": table,
        "pager": Pager(next_url=f"?after={page.following}" if page.following else ""),
    }
    return render(request, "history/taxpayer.html", context)


def _row(happening: Happening) -> dict[str, object]:
    entry = happening.entry
    number: object = entry.submission
    if entry.submission and entry.channel == "online":
        number = Link(entry.submission, reverse("submissions:detail", args=[entry.submission]))
    return {
        "when": day_and_time(entry.recorded_at),
        "what": SENTENCES.get(entry.name, GENERAL),
        "who": happening.who or _("the agency"),
        "how": CHANNELS.get(entry.channel, entry.channel),
        "number": number,
    }


def _place(typed: str) -> int | None:
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) < 20 and 0 < int(typed) <= LARGEST_KEY):
        raise BadRequest("place in the history")
    return int(typed)
