"""A taxpayer's history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from countersign.access.queries.imported_facts import ImportedAccess
from countersign.history.queries import Happening, history_page, moment
from countersign.history.wording import BEGUN_BY_IMPORT, CHANNELS, ENDED_BY_IMPORT, GENERAL, TO_CLIENT, TO_FIRM
from countersign.logons.signed_in import signed_in
from countersign.policy.rights import Rights
from countersign.ui.components.moments import day, day_and_time, number
from countersign.ui.converters import LARGEST_KEY
from countersign.ui.shell import ActingFor
from countersign.ui.tables import Column, Empty, Link, Pager, Table, TwoLines, address_with, page_size, page_sizes
from countersign.ui.words import RIGHTS


@require_safe
def taxpayer(request: HttpRequest, taxpayer: int) -> HttpResponse:
    """Every change of access to the taxpayer, newest first; for its Master Administrators."""
    after = _place(request.GET.get("after", ""))
    size = page_size(request)
    page = history_page(signed_in(request), taxpayer, at=timezone.now(), after=after, size=size)
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
        "first_url": address_with(request) if after is not None else "",
        "who_url": reverse("tax_accounts:taxpayer_who_has_access", args=[page.taxpayer.pk]),
        "pager": Pager(
            next_url=address_with(request, after=page.following) if page.following else "", sizes=page_sizes(request)
        ),
    }
    return render(request, "history/taxpayer.html", context)


def _row(happening: Happening | ImportedAccess) -> dict[str, Any]:
    cells = _imported(happening) if isinstance(happening, ImportedAccess) else _entry(happening)
    return {"when": day_and_time(moment(happening)), **cells}


def _entry(happening: Happening) -> dict[str, Any]:
    entry = happening.entry
    details = _details(happening)
    confirmation: Any = entry.submission
    if happening.client is not None or happening.firm is not None:
        confirmation = Link(entry.submission, reverse("submissions:detail", args=[entry.submission]))
    return {
        "what": TwoLines(sentence(happening), details) if details else sentence(happening),
        "who": _who(happening),
        "how": CHANNELS.get(entry.channel, entry.channel),
        "number": confirmation,
    }


def sentence(happening: Happening) -> str:
    """What happened, as the reader's taxpayer may know it; a general line for an event without words."""
    pattern = (TO_FIRM if happening.as_firm else TO_CLIENT).get(happening.entry.name)
    other = happening.client if happening.as_firm else happening.firm
    if pattern is None or (other is None and "%(" in str(pattern)):
        return str(GENERAL)
    name = other.legal_name if other is not None else ""
    return str(pattern) % {"client": name, "firm": name}


def _who(happening: Happening) -> Any:
    if happening.for_firm and happening.firm is not None:
        return TwoLines(happening.actor, _("for %(firm)s") % {"firm": happening.firm.legal_name})
    if happening.actor:
        return happening.actor
    if happening.entry.actor_logon_id is None:
        return _("the agency")
    return _("the client") if happening.as_firm else _("somebody else")


def _details(happening: Happening) -> str:
    """The accounts that it was about, with rights where it gave any, and the last day."""
    body = happening.entry.body
    rights = {pair[0]: pair[1] for pair in body.get("rights", ()) if isinstance(pair, list) and len(pair) == 2}
    told = []
    for account in happening.accounts:
        words = f"{account.account_type.name} {account.number}"
        level = rights.get(account.pk)
        told.append(f"{words}: {RIGHTS[Rights(level)]}" if level in set(Rights) else words)
    last = _day(body.get("ends_on") or body.get("last_day"))
    if last:
        told.append(_("until %(day)s") % {"day": last})
    elif happening.entry.name == "AccessEndSet":
        told.append(_("no end"))
    return "; ".join(told)


def _day(written: Any) -> str:
    try:
        return day(date.fromisoformat(written)) if isinstance(written, str) else ""
    except ValueError:
        return ""


def _imported(one: ImportedAccess) -> dict[str, Any]:
    counts = [
        (one.masters, ngettext("%(count)s Master Administrator", "%(count)s Master Administrators", one.masters)),
        (
            one.tax_administrators,
            ngettext("%(count)s Tax Administrator", "%(count)s Tax Administrators", one.tax_administrators),
        ),
        (one.firms, ngettext("%(count)s third party", "%(count)s third parties", one.firms)),
        (one.clients, ngettext("%(count)s client", "%(count)s clients", one.clients)),
    ]
    parts = [words % {"count": number(count)} for count, words in counts if count]
    names = _names([*one.persons, *one.third_parties], one.masters + one.tax_administrators + one.firms)
    details = "; ".join([", ".join(parts), *([names] if names else [])])
    return {
        "what": TwoLines(ENDED_BY_IMPORT if one.ended else BEGUN_BY_IMPORT, details),
        "who": _("the agency"),
        "how": CHANNELS["import"],
        "number": one.number,
    }


def _names(names: Sequence[str], of: int) -> str:
    told = ", ".join(names)
    return _("%(names)s and others") % {"names": told} if len(names) < of else told


def _place(typed: str) -> int | None:
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) < 20 and 0 < int(typed) <= LARGEST_KEY):
        raise BadRequest("place in the history")
    return int(typed)
