"""What happened to a taxpayer's access, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import BadRequest

from countersign.access.models import TaxpayerAccess
from countersign.access.queries.imported_facts import ImportedAccess, imported_access
from countersign.access.queries.own import administered_taxpayer
from countersign.events.models import Entry, EntrySubject
from countersign.events.queries import history_of_taxpayer
from countersign.logons.models import Logon
from countersign.submissions.models import Submission
from countersign.taxpayers.models import Account, Taxpayer

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of the log, with the names that this taxpayer may see.

    ``client`` and ``firm``: the two sides, None where the submission has none. ``as_firm``: the taxpayer is the
    third party in it. ``actor`` is a person of the own side, or, read by a client, one who acted for the firm
    (``for_firm``); a firm is never told who acted for its client.
    """

    entry: Entry
    client: Taxpayer | None
    firm: Taxpayer | None
    as_firm: bool
    actor: str
    for_firm: bool
    accounts: Sequence[Account]


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page of the history: entries of the log, what imports did meanwhile, and where the next page begins."""

    taxpayer: Taxpayer
    happenings: Sequence[Happening | ImportedAccess]
    following: int | None


@dataclass(slots=True)
class _Named:
    """What the entries of a page speak of, asked for all of them at once."""

    submissions: dict[str, Submission] = field(default_factory=dict)
    taxpayers: dict[int, Taxpayer] = field(default_factory=dict)
    actors: dict[int, Logon] = field(default_factory=dict)
    accounts: dict[int, Account] = field(default_factory=dict)
    sides: set[tuple[int, int]] = field(default_factory=set)  # (logon, a taxpayer that it ever had access to)


def history_page(
    reader: Logon, taxpayer: int, *, at: datetime, after: int | None, size: int = PAGE_SIZE
) -> HistoryPage:
    """The history of a taxpayer that the reader administers, from the entry ``after`` on.

    Raises ``Refused`` for anybody else, and ``BadRequest`` where ``after`` is no entry of this history.
    """
    found = administered_taxpayer(reader, taxpayer, at=at)
    newest = None if after is None else _moment_of(found.pk, after)
    entries = history_of_taxpayer(found.pk, after=after, limit=size + 1)
    shown, more = entries[:size], len(entries) > size
    oldest = shown[-1].recorded_at if more else None
    named = _names(shown, found)
    # An import is on the page whose entries it lies between; the pages' bounds meet, so that none is lost.
    imports = [
        one
        for one in imported_access(found.pk)
        if (newest is None or one.at < newest) and (oldest is None or one.at >= oldest)
    ]
    happenings: list[Happening | ImportedAccess] = [_happening(entry, found, named) for entry in shown]
    happenings = sorted([*happenings, *imports], key=moment, reverse=True)
    return HistoryPage(found, happenings, shown[-1].pk if more else None)


def moment(happening: Happening | ImportedAccess) -> datetime:
    """When it happened."""
    return happening.at if isinstance(happening, ImportedAccess) else happening.entry.recorded_at


def _moment_of(taxpayer: int, entry: int) -> datetime:
    subjects = EntrySubject.objects.filter(kind="taxpayer", subject_id=taxpayer, entry_id=entry)
    subject = subjects.select_related("entry").first()
    if subject is None:
        raise BadRequest("place in the history")
    return subject.entry.recorded_at


def _names(entries: Sequence[Entry], taxpayer: Taxpayer) -> _Named:
    named = _Named()
    numbers = {entry.submission for entry in entries if entry.submission}
    named.submissions = {
        one.confirmation_number: one for one in Submission.objects.filter(confirmation_number__in=numbers)
    }
    taxpayers = {key for one in named.submissions.values() for key in (one.taxpayer_id, one.third_party_id) if key}
    named.taxpayers = Taxpayer.objects.in_bulk(taxpayers)
    named.actors = Logon.objects.in_bulk({entry.actor_logon_id for entry in entries if entry.actor_logon_id})
    keys = {key for entry in entries for key in account_keys(entry.body)}
    named.accounts = Account.objects.select_related("account_type").in_bulk(keys)
    sides = TaxpayerAccess.objects.filter(logon_id__in=named.actors, taxpayer_id__in={taxpayer.pk, *named.taxpayers})
    named.sides = set(sides.values_list("logon_id", "taxpayer_id"))
    return named


def account_keys(body: dict[str, Any]) -> list[int]:
    """The accounts that an event speaks of: alone, or in pairs with rights."""
    pairs = [pair[0] for pair in body.get("rights", ()) if isinstance(pair, list) and pair]
    return [key for key in [*pairs, *body.get("accounts", ())] if isinstance(key, int)]


def _happening(entry: Entry, taxpayer: Taxpayer, named: _Named) -> Happening:
    submission = named.submissions.get(entry.submission)
    client = named.taxpayers.get(submission.taxpayer_id or 0) if submission else None
    firm = named.taxpayers.get(submission.third_party_id or 0) if submission else None
    as_firm = firm is not None and firm.pk == taxpayer.pk
    actor = named.actors.get(entry.actor_logon_id or 0)
    own = actor is not None and (actor.pk, taxpayer.pk) in named.sides
    for_firm = not own and not as_firm and actor is not None and firm is not None and (actor.pk, firm.pk) in named.sides
    accounts = [named.accounts[key] for key in account_keys(entry.body) if key in named.accounts]
    told = actor.full_name if actor is not None and (own or for_firm) else ""
    return Happening(entry, client, firm, as_firm, told, for_firm, accounts)
