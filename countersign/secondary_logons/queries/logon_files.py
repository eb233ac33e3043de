"""What a file of secondary logons means: row by row, before anything is added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from countersign.access.operations.secondary import Terms
from countersign.access.queries.covering import Limits
from countersign.logons.models import Logon
from countersign.logons.usernames import USERNAME, normal_username, skeleton_of
from countersign.policy.errors import Refused
from countersign.policy.reasons import Reason
from countersign.policy.rights import AccessType, Rights
from countersign.portfolios.queries import Standing
from countersign.secondary_logons.models import LogonFile
from countersign.secondary_logons.queries.one import groups_of, may_add
from countersign.taxpayers.models import AccountType
from countersign.ui.forms import plain_text
from countersign.uploads.queries import files_of
from countersign.uploads.reading import Heading, Shape, rights_in, rows_of

COLUMNS = (
    "username",
    "first_name",
    "last_name",
    "email",
    "access_type",
    "default_rights",
    "security_groups",
    "account_types",
)
SHAPE = Shape(
    tuple(Heading(name, name) for name in COLUMNS),
    tuple((name,) for name in COLUMNS[:5]),
    most_rows=20_000,
    most_bytes=8 * 2**20,
)
ALL = "all"


class Outcome(StrEnum):
    """What becomes of a row."""

    READY = "ready"
    ADDED = "added"
    LEFT_OUT = "left_out"
    CELLS = "cells"
    NAME = "name"
    EMAIL = "email"
    USERNAME = "username"
    TAKEN = "taken"
    TWICE = "twice"
    ACCESS_TYPE = "access_type"
    RIGHTS = "rights"
    GROUP = "group"
    ACCOUNT_TYPE = "account_type"
    BEYOND = "beyond"


WORDS: dict[Outcome, Promise] = {
    Outcome.READY: gettext_lazy("Can be added"),
    Outcome.ADDED: gettext_lazy("Added"),
    Outcome.LEFT_OUT: gettext_lazy("Not added, because another row cannot be added"),
    Outcome.CELLS: gettext_lazy("The row has more cells than the first line. Put text that has commas in quotes"),
    Outcome.NAME: gettext_lazy("First and last name are needed, of at most 100 characters"),
    Outcome.EMAIL: gettext_lazy("The e-mail address has to be written in full, such as name@example.com"),
    Outcome.USERNAME: gettext_lazy("The username needs 6 to 50 of these: the letters a to z, digits, and . _ - @"),
    Outcome.TAKEN: gettext_lazy("This username cannot be used. Choose another one"),
    Outcome.TWICE: gettext_lazy("The file has this username, or one that reads like it, before"),
    Outcome.ACCESS_TYPE: gettext_lazy("The access type is TA or MA"),
    Outcome.RIGHTS: gettext_lazy("The default rights are No Access, View Only, File and Pay or All Access"),
    Outcome.GROUP: gettext_lazy("There is no such security group"),
    Outcome.ACCOUNT_TYPE: gettext_lazy("There is no such account type"),
    Outcome.BEYOND: gettext_lazy("That is more than you have yourself"),
}

_ACCESS_TYPES = {
    "ta": AccessType.TAX_ADMINISTRATOR,
    "ma": AccessType.MASTER_ADMINISTRATOR,
    "taxadministrator": AccessType.TAX_ADMINISTRATOR,
    "masteradministrator": AccessType.MASTER_ADMINISTRATOR,
}


@dataclass(frozen=True, slots=True)
class Planned:
    """A row and what becomes of it. ``terms`` and ``groups`` where it can be added."""

    line: int
    username: str
    first_name: str
    last_name: str
    email: str
    outcome: Outcome
    terms: Terms | None = None
    groups: frozenset[int] = frozenset()


def kept_rows(content: bytes) -> list[list[Any]]:
    """The file's rows: [line, cells by column]. Raises ``Invalid`` for what is no such file."""
    return [[line, dict(zip(COLUMNS, cells, strict=False))] for line, *cells in rows_of(content, SHAPE)]


def plan(standing: Standing, rows: Sequence[Sequence[Any]]) -> list[Planned]:
    """What each row would do now, for this actor. A constant number of statements per thousand rows."""
    names = {group.name.lower(): group.pk for group in groups_of(standing.portfolio)}
    types: dict[str, int] = {}
    for key, code, name in AccountType.objects.values_list("pk", "code", "name"):
        types |= {code.lower(): key, name.lower(): key}
    taken = _taken([normal_username(cells["username"]) for _line, cells in rows if cells])
    seen: set[str] = set()
    planned = []
    for line, cells in rows:
        if not cells:
            planned.append(Planned(line, "", "", "", "", Outcome.CELLS))
            continue
        one = _row(standing, line, cells, names, types)
        if one.outcome is Outcome.READY:
            alike = skeleton_of(one.username)
            if alike in taken:
                one = _bad(one, Outcome.TAKEN)
            elif alike in seen:
                one = _bad(one, Outcome.TWICE)
            seen.add(alike)
        planned.append(one)
    return planned


def file_of(standing: Standing, key: int) -> LogonFile:
    """The actor's own file of this portfolio. Raises a hidden ``Refused`` (404)."""
    found = files_of(LogonFile, standing.actor).filter(pk=key, portfolio_id=standing.portfolio).first()
    if found is None:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    return found


def _bad(one: Planned, outcome: Outcome) -> Planned:
    return Planned(one.line, one.username, one.first_name, one.last_name, one.email, outcome)


def _taken(usernames: Iterable[str]) -> set[str]:
    skeletons = iter({skeleton_of(username) for username in usernames if USERNAME.fullmatch(username)})
    found: set[str] = set()
    while batch := list(islice(skeletons, 2_000)):
        found.update(Logon.objects.filter(skeleton__in=batch).values_list("skeleton", flat=True))
    return found


def _row(standing: Standing, line: int, cells: dict[str, str], names: dict[str, int], types: dict[str, int]) -> Planned:
    username = normal_username(cells["username"])[:60]
    first, last, email = cells["first_name"], cells["last_name"], cells["email"]

    def outcome(which: Outcome) -> Planned:
        return Planned(line, username, first[:100], last[:100], email[:254], which)

    if not USERNAME.fullmatch(username):
        return outcome(Outcome.USERNAME)
    if not (0 < len(first) <= 100 and 0 < len(last) <= 100 and _plain(first) and _plain(last)):
        return outcome(Outcome.NAME)
    if not _is_email(email):
        return outcome(Outcome.EMAIL)
    access_type = _ACCESS_TYPES.get(_letters(cells["access_type"]))
    if access_type is None:
        return outcome(Outcome.ACCESS_TYPE)
    rights = rights_in(cells["default_rights"])
    if access_type is AccessType.MASTER_ADMINISTRATOR:
        rights = Rights.NO_ACCESS
    if rights is None:
        return outcome(Outcome.RIGHTS)
    named = list(_parts(cells["security_groups"]))
    groups = {names.get(name) for name in named} if named else {standing.default_group}
    if None in groups:
        return outcome(Outcome.GROUP)
    asked = list(_parts(cells["account_types"]))
    limited = None if not asked or asked == [ALL] else {types.get(name) for name in asked}
    if limited is not None and None in limited:
        return outcome(Outcome.ACCOUNT_TYPE)
    terms = Terms(access_type, rights, None if limited is None else frozenset(key for key in limited if key))
    let_in = frozenset(key for key in groups if key)
    if may_add(standing, Limits(terms.access_type, terms.default_rights, terms.account_types, let_in, {})):
        return outcome(Outcome.BEYOND)
    return Planned(line, username, first, last, email, Outcome.READY, terms, let_in)


def _parts(cell: str) -> Iterator[str]:
    return (part.strip().lower() for part in cell.split(";") if part.strip())


def _letters(cell: str) -> str:
    return "".join(character for character in cell.lower() if character.isalpha())


def _plain(text: str) -> bool:
    try:
        plain_text(text)
    except ValidationError:
        return False
    return True


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254
