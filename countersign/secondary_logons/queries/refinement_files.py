"""What a file of refinements means: row by row, before anything is set, by the same rules as Give Rights."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from countersign.access.models import LogonStanding, Refinement, SecondaryLogon
from countersign.access.operations.secondary import Place
from countersign.access.queries.covering import Limits, covers, limits_of_all
from countersign.access.queries.own import live_at
from countersign.logons.usernames import normal_username
from countersign.policy.errors import Refused
from countersign.policy.facts import Standing as LogonStatus
from countersign.policy.reasons import Reason
from countersign.policy.rights import Rights
from countersign.portfolios.queries import Standing
from countersign.secondary_logons.models import RefinementFile
from countersign.secondary_logons.queries.accounts import limits_after, places_in_reach
from countersign.secondary_logons.queries.one import Secondary, may_manage
from countersign.secondary_logons.queries.visible import Visible
from countersign.taxpayers.identifiers import folded_name
from countersign.uploads.queries import files_of
from countersign.uploads.reading import Heading, Shape, plain_word, rights_in

SHAPE = Shape(
    (
        Heading("username", gettext_noop("Username")),
        Heading("customer_number", gettext_noop("Customer number")),
        Heading("customer", gettext_noop("Customer")),
        Heading("account", gettext_noop("Account")),
        Heading("rights", gettext_noop("Access Rights")),
    ),
    (("username",), ("customer_number", "customer", "account"), ("rights",)),
    most_rows=20_000,
    most_bytes=8 * 2**20,
)
BY_DEFAULT = gettext_noop("By its default")
_AT_ONCE = 2_000


class Outcome(StrEnum):
    """What becomes of a row. The first three are no problem."""

    READY = "ready"
    SET = "set"
    ALREADY = "already"
    LEFT_OUT = "left_out"
    CHANGED = "changed"
    CELLS = "cells"
    LOGON = "logon"
    CUSTOMER = "customer"
    SEVERAL = "several"
    ACCOUNT = "account"
    RIGHTS = "rights"
    TWICE = "twice"
    WHOLE = "whole"
    BEYOND = "beyond"


FINE = frozenset({Outcome.READY, Outcome.SET, Outcome.ALREADY})
WORDS: dict[Outcome, Promise] = {
    Outcome.READY: gettext_lazy("Can be set"),
    Outcome.SET: gettext_lazy("Set"),
    Outcome.ALREADY: gettext_lazy("Is set already"),
    Outcome.LEFT_OUT: gettext_lazy("Not set, because another row cannot be set"),
    Outcome.CHANGED: gettext_lazy("Not set, because this logon was changed meanwhile"),
    Outcome.CELLS: gettext_lazy("The row has more cells than the first line. Put text that has commas in quotes"),
    Outcome.LOGON: gettext_lazy("There is no secondary logon of this username here"),
    Outcome.CUSTOMER: gettext_lazy("No customer has this number or name"),
    Outcome.SEVERAL: gettext_lazy("Several customers have this name: give the customer number"),
    Outcome.ACCOUNT: gettext_lazy("There is no such account of this customer"),
    Outcome.RIGHTS: gettext_lazy(
        "The access rights are No Access, View Only, File and Pay, All Access, or By its default"
    ),
    Outcome.TWICE: gettext_lazy("The file has this logon and customer or account more than once, with other rights"),
    Outcome.WHOLE: gettext_lazy("No Access is set for the whole customer, and holds for each account"),
    Outcome.BEYOND: gettext_lazy("That is more than you have yourself, or a logon that you may not change"),
}


class Planned(NamedTuple):
    """A row and what becomes of it. ``logon``, ``place`` and ``rights`` where they are known."""

    row: Sequence[Any]
    outcome: Outcome
    logon: int = 0
    place: Place | None = None
    rights: Rights | None = None

    def result(self, outcome: Outcome | None = None) -> list[Any]:
        """As the file keeps it: [line, username, customer, account, rights, outcome]."""
        line, username, number, customer, account, rights = [*self.row, "", "", "", "", ""][:6]
        return [line, username, customer or number, account, rights, (outcome or self.outcome).value]


class Plan(NamedTuple):
    """A whole file, or some of it. ``changes``: logon → place → the most from then on, None for its default."""

    rows: list[Planned]
    logons: Mapping[int, Secondary]
    changes: dict[int, dict[Place, Rights | None]]

    @property
    def problems(self) -> list[Planned]:
        """The rows that cannot be set."""
        return [one for one in self.rows if one.outcome not in FINE]

    def count(self, outcome: Outcome) -> int:
        """How many rows have this outcome."""
        return sum(one.outcome is outcome for one in self.rows)

    def seen(self) -> dict[str, str]:
        """Each logon that changes: names exactly what it has now and what would be set."""
        return {
            str(logon): _digest(self.logons[logon].version, sorted(places.items(), key=repr))
            for logon, places in self.changes.items()
        }

    def after(self, logon: int) -> Limits:
        """The limits of a logon that changes, from then on."""
        return limits_after(self.logons[logon].limits, self.changes[logon])


def file_of(standing: Standing, key: int) -> RefinementFile:
    """The actor's own file of this portfolio. Raises a hidden ``Refused`` (404)."""
    found = files_of(RefinementFile, standing.actor).filter(pk=key, portfolio_id=standing.portfolio).first()
    if found is None:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    return found


def plan(standing: Standing, rows: Sequence[Sequence[Any]], *, at: datetime) -> Plan:
    """What each row would do now, for this actor. A constant number of statements for each 2,000 usernames."""
    whole = [row for row in rows if len(row) > 1]
    logons = _secondaries(standing, {normal_username(row[1]) for row in whole}, at)
    known = _Known(standing, whole, at)
    default = _default_words()
    planned = [_resolved(row, logons, known, default) for row in rows]
    of_logon: dict[int, list[int]] = defaultdict(list)
    for number, one in enumerate(planned):
        if one.outcome is Outcome.READY:
            of_logon[one.logon].append(number)
    by_key = {secondary.logon.pk: secondary for secondary in logons.values()}
    changes: dict[int, dict[Place, Rights | None]] = {}
    for logon, numbers in of_logon.items():
        changed = _judge(standing, by_key[logon], planned, numbers)
        if changed:
            changes[logon] = changed
    return Plan(planned, by_key, changes)


def all_refinements(standing: Standing, *, at: datetime, batch: int = 1_000) -> Iterator[list[list[Any]]]:
    """What is set now, in the shape of the file, so that it can be changed and uploaded."""
    found = (
        Refinement.objects.filter(
            live_at(at),
            logon_id__in=SecondaryLogon.objects.filter(live_at(at), portfolio_id=standing.portfolio).values("logon_id"),
        )
        .order_by("pk")
        .values_list("pk", "logon__username", "taxpayer_id", "taxpayer__legal_name", "account__number", "rights")
    )
    after = 0
    while rows := list(found.filter(pk__gt=after)[:batch]):
        after = rows[-1][0]
        places = {(row[2], None) for row in rows}
        visible = Visible(standing, at).taxpayers({taxpayer for taxpayer, _none in places})
        yield [list(row[1:]) for row in rows if row[2] in visible]


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def _default_words() -> set[str]:
    words = {"default"}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            words.add(plain_word(_(BY_DEFAULT)))
    return words


def _secondaries(standing: Standing, usernames: Iterable[str], at: datetime) -> dict[str, Secondary]:
    """Username → the portfolio's secondary logon, with the same meaning as :func:`secondary_of`."""
    found: dict[str, Secondary] = {}
    names = sorted(usernames)
    for first in range(0, len(names), _AT_ONCE):
        facts = list(
            SecondaryLogon.objects.filter(
                live_at(at), portfolio_id=standing.portfolio, logon__username__in=names[first : first + _AT_ONCE]
            ).select_related("logon")
        )
        keys = [fact.logon_id for fact in facts]
        limits = limits_of_all(keys, at=at)
        standings = LogonStanding.objects.filter(logon_id__in=keys, ended_at__isnull=True)
        status = dict(standings.values_list("logon_id", "status"))
        for fact in facts:
            closed = LogonStatus.CLOSED.value
            found[fact.logon.username] = Secondary(
                fact.logon, fact, LogonStatus(status.get(fact.logon_id, closed)), limits[fact.logon_id]
            )
    return found


class _Known:
    """The customers and accounts that the file names, as far as the actor may know of them."""

    def __init__(self, standing: Standing, rows: Sequence[Sequence[Any]], at: datetime) -> None:
        visible = Visible(standing, at)
        numbers = {key for row in rows if (key := _key(row[2]))}
        names = {folded_name(row[3]) for row in rows if row[3] and not row[2]}
        self.by_name: dict[str, list[int]] = defaultdict(list)
        for taxpayer, name in visible.find("name_folded", sorted(names)):
            self.by_name[name].append(taxpayer)
        accounts = _accounts({row[4] for row in rows if row[4]})
        self.taxpayers = visible.taxpayers(numbers | {account[1] for account in accounts.values()})
        limits = standing.limits
        types = None if limits is None else limits.account_types
        places = [
            Place(taxpayer, key)
            for key, taxpayer, of_type in accounts.values()
            if taxpayer in self.taxpayers
            and (types is None or of_type in types)
            and (limits is None or limits.at_most(taxpayer, key))
        ]
        reached = places_in_reach(standing.portfolio, places) if places else set()
        self.accounts = {
            number: Place(taxpayer, key)
            for number, (key, taxpayer, _type) in accounts.items()
            if Place(taxpayer, key) in reached
        }


def _accounts(numbers: set[str]) -> dict[str, tuple[int, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, id, taxpayer_id, account_type_id FROM taxpayers_account WHERE number = ANY(%s)",
            [sorted(numbers)],
        )
        return {row[0]: (row[1], row[2], row[3]) for row in cursor.fetchall()}


def _key(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0


def _resolved(row: Sequence[Any], logons: Mapping[str, Secondary], known: _Known, default: set[str]) -> Planned:
    if len(row) < 2:
        return Planned(row, Outcome.CELLS)
    _line, username, number, customer, account, typed = row
    secondary = logons.get(normal_username(username))
    if secondary is None:
        return Planned(row, Outcome.LOGON)
    taxpayers: list[int] = []
    if number:
        taxpayers = [key] if (key := _key(number)) in known.taxpayers else []
    elif customer:
        taxpayers = known.by_name.get(folded_name(customer), [])
    if (number or customer) and not taxpayers:
        return Planned(row, Outcome.CUSTOMER)
    place = known.accounts.get(account)
    if account:
        if place is None or (taxpayers and place.taxpayer not in taxpayers):
            return Planned(row, Outcome.ACCOUNT)
    elif not taxpayers:
        return Planned(row, Outcome.CUSTOMER)
    elif len(taxpayers) > 1:
        return Planned(row, Outcome.SEVERAL)
    else:
        place = Place(taxpayers[0], None)
    rights = rights_in(typed)
    if rights is None and plain_word(typed) not in default:
        return Planned(row, Outcome.RIGHTS)
    return Planned(row, Outcome.READY, secondary.logon.pk, place, rights)


def _judge(
    standing: Standing, secondary: Secondary, planned: list[Planned], numbers: Sequence[int]
) -> dict[Place, Rights | None]:
    """The changes of one logon; what cannot be done of its rows gets its outcome."""
    asked: dict[Place, set[Rights | None]] = defaultdict(set)
    for number in numbers:
        asked[_place(planned[number])].add(planned[number].rights)

    def mark(outcome: Outcome, which: Iterable[Place]) -> None:
        places = set(which)
        for number in numbers:
            if planned[number].place in places and planned[number].outcome is Outcome.READY:
                planned[number] = planned[number]._replace(outcome=outcome)
        for place in places:
            asked.pop(place, None)

    mark(Outcome.TWICE, [place for place, levels in asked.items() if len(levels) > 1])
    refined = secondary.limits.refined
    mark(Outcome.ALREADY, [place for place, levels in asked.items() if refined.get(place) in levels])
    changes = {place: levels.copy().pop() for place, levels in asked.items()}
    if not changes:
        return {}
    if may_manage(standing, secondary, after=limits_after(secondary.limits, changes)) is not None:
        own, after = standing.limits, limits_after(secondary.limits, changes)
        beyond = list(changes)
        if own is not None and may_manage(standing, secondary) is None:
            beyond = [place for place in changes if after.at_most(*place) > own.at_most(*place)]
            rest = limits_after(secondary.limits, {one: changes[one] for one in changes if one not in set(beyond)})
            beyond = beyond if covers(own, rest) else list(changes)
        mark(Outcome.BEYOND, beyond)
        changes = {place: rights for place, rights in changes.items() if place in asked}
    after = limits_after(secondary.limits, changes)
    closed = [
        place
        for place, rights in changes.items()
        if place.account is not None and rights and after.refined.get((place.taxpayer, None)) == Rights.NO_ACCESS
    ]
    mark(Outcome.WHOLE, closed)
    return {place: rights for place, rights in changes.items() if place in asked}


def _place(one: Planned) -> Place:
    assert one.place is not None
    return one.place
