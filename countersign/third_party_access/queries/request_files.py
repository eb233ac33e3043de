"""What a file of requests means: row by row, without telling more of anybody than the single form does (SPEC 6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, gettext_noop

from countersign.access.queries.own import administered_taxpayer
from countersign.logons.models import Logon
from countersign.policy.errors import Refused
from countersign.policy.reasons import Reason
from countersign.policy.rights import Rights
from countersign.taxpayers.identifiers import id_number_hash, normal_id_number
from countersign.taxpayers.models import AccountType, IdType, Taxpayer
from countersign.third_party_access.models import AskedRights, RequestFile
from countersign.third_party_access.queries.periods import LAST_YEAR, day_of
from countersign.ui.forms.text import plain_lines, plain_text
from countersign.uploads.reading import Heading, Shape, plain_word, rights_in

SHAPE = Shape(
    (
        Heading("id_type", gettext_noop("ID type")),
        Heading("id_number", gettext_noop("ID number")),
        Heading("legal_name", gettext_noop("Legal name")),
        Heading("rights", gettext_noop("Account types and rights")),
        Heading("first_day", gettext_noop("First day")),
        Heading("last_day", gettext_noop("Last day")),
        Heading("message", gettext_noop("Message to the taxpayer")),
    ),
    (("id_type",), ("id_number",), ("legal_name",), ("rights",)),
    most_rows=10_000,
    most_bytes=8 * 2**20,
)
LONGEST_NAME, LONGEST_MESSAGE = 300, 1_000
_AT_ONCE = 2_000


class Outcome(StrEnum):
    """What becomes of a row."""

    READY = "ready"
    ASKED = "asked"
    LEFT_OUT = "left_out"
    CELLS = "cells"
    ID_TYPE = "id_type"
    ID_NUMBER = "id_number"
    SELF = "self"
    NAME = "name"
    RIGHTS = "rights"
    FIRST_DAY = "first_day"
    LAST_DAY = "last_day"
    MESSAGE = "message"
    UNKNOWN = "unknown"
    LIMIT = "limit"
    TWICE = "twice"
    PENDING = "pending"


WORDS: dict[Outcome, Promise] = {
    Outcome.READY: gettext_lazy("Can be asked"),
    Outcome.ASKED: gettext_lazy("Submitted"),
    Outcome.LEFT_OUT: gettext_lazy("Not submitted, because the file has stopped"),
    Outcome.CELLS: gettext_lazy("The row has more cells than the first line. Put text that has commas in quotes"),
    Outcome.ID_TYPE: gettext_lazy("The ID type is FEIN, SSN, ITIN or AGENCY"),
    Outcome.ID_NUMBER: gettext_lazy("The ID number has nine digits, also leading zeros; an agency-issued one is whole"),
    Outcome.SELF: gettext_lazy("This is the number of the taxpayer that you act for"),
    Outcome.NAME: gettext_lazy("The legal name is needed, on one line and of at most 300 characters"),
    Outcome.RIGHTS: gettext_lazy("Write account types and rights like this: Withholding: View Only; SUT: File and Pay"),
    Outcome.FIRST_DAY: gettext_lazy("The first day is today or later, written like 2026-12-06"),
    Outcome.LAST_DAY: gettext_lazy("The last day is not before the first, written like 2026-12-06, or empty"),
    Outcome.MESSAGE: gettext_lazy("The message has at most 1,000 characters, none of them invisible"),
    Outcome.UNKNOWN: gettext_lazy("We find no business with this number and this name"),
    Outcome.LIMIT: gettext_lazy(
        "Not looked at: too many numbers and names of businesses did not match today. Upload these rows again tomorrow"
    ),
    Outcome.TWICE: gettext_lazy("The file asks this taxpayer for the same account type before"),
    Outcome.PENDING: gettext_lazy("A request for one of these account types is pending already"),
}


class Planned(NamedTuple):
    """A row and what becomes of it. ``rights``: account type key → rights, where it can be asked."""

    line: int
    id_type: str
    last4: str
    name: str
    outcome: Outcome
    number_hash: bytes = b""
    rights: Mapping[int, Rights] = {}
    begins_on: date = date.min
    ends_on: date | None = None
    message: str = ""
    pending: str = ""

    def result(self, outcome: Outcome | None = None, number: str = "") -> list[Any]:
        """As the file keeps it: [line, type, last four, name, outcome, confirmation number]."""
        became = (outcome or self.outcome).value
        return [self.line, self.id_type, self.last4, self.name, became, number or self.pending]


def row_to_keep(cells: Sequence[Any]) -> list[Any]:
    """The row without its identifier: hash and last four characters take its place."""
    if len(cells) < 2:
        return list(cells)
    line, typed, number, name, rights, begins, ends, message = cells
    id_type = _id_types().get(plain_word(typed), "")
    normal = normal_id_number(id_type, number) if id_type else None
    known = normal is not None and _is_plain(normal, plain_text)
    kept = [id_number_hash(id_type, normal).hex(), normal[-4:]] if known and normal else ["", ""]
    return [line, id_type, *kept, " ".join(name.split()), rights, begins, ends, message, ""]


def file_of(actor: Logon, third_party: int, key: int, *, at: datetime) -> tuple[Taxpayer, RequestFile]:
    """The third party and the actor's own file for it. Raises a hidden ``Refused`` (404)."""
    firm = administered_taxpayer(actor, third_party, at=at)
    found = RequestFile.objects.filter(pk=key, third_party=firm, uploaded_by=actor).first()
    if found is None:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    return firm, found


def plan(firm: Taxpayer, rows: Sequence[Sequence[Any]], *, at: datetime) -> list[Planned]:
    """What each row would do now. A constant number of statements for each 2,000 rows."""
    types: dict[str, int] = {}
    for key, code, name in AccountType.objects.values_list("pk", "code", "name"):
        types |= {plain_word(code): key, plain_word(name): key}
    planned = [_shaped(firm, row, types, day_of(at)) for row in rows]
    pending = _pending(firm, planned, at)
    seen: set[tuple[bytes, int]] = set()
    for number, one in enumerate(planned):
        if one.outcome is not Outcome.READY:
            continue
        places = [(one.number_hash, key) for key in one.rights]
        earlier = next((pending[place] for place in places if place in pending), "")
        if earlier:
            planned[number] = one._replace(outcome=Outcome.PENDING, pending=earlier)
        elif any(place in seen for place in places):
            planned[number] = one._replace(outcome=Outcome.TWICE)
        else:
            seen.update(places)
    return planned


def _shaped(firm: Taxpayer, row: Sequence[Any], types: Mapping[str, int], today: date) -> Planned:
    if len(row) < 2:
        return Planned(int(row[0]), "", "", "", Outcome.CELLS)
    line, id_type, hashed, last4, name, rights_cell, begins_cell, ends_cell, message, found = row

    def bad(outcome: Outcome) -> Planned:
        return Planned(line, id_type, last4, name[:LONGEST_NAME], outcome)

    if not id_type:
        return bad(Outcome.ID_TYPE)
    if not hashed:
        return bad(Outcome.ID_NUMBER)
    number_hash = bytes.fromhex(hashed)
    if bytes(firm.id_number_hash) == number_hash and firm.id_type == id_type:
        return bad(Outcome.SELF)
    if not 0 < len(name) <= LONGEST_NAME or not _is_plain(name, plain_text):
        return bad(Outcome.NAME)
    rights = _rights(rights_cell, types)
    if not rights:
        return bad(Outcome.RIGHTS)
    begins_on = _day(begins_cell) if begins_cell else today
    if begins_on is None or begins_on < today or begins_on.year > LAST_YEAR:
        return bad(Outcome.FIRST_DAY)
    ends_on = _day(ends_cell) if ends_cell else None
    if ends_cell and (ends_on is None or ends_on < begins_on or ends_on.year > LAST_YEAR):
        return bad(Outcome.LAST_DAY)
    if len(message) > LONGEST_MESSAGE or not _is_plain(message, plain_lines):
        return bad(Outcome.MESSAGE)
    if found:
        return bad(Outcome(found))
    return Planned(line, id_type, last4, name, Outcome.READY, number_hash, rights, begins_on, ends_on, message)


def _pending(firm: Taxpayer, planned: Sequence[Planned], at: datetime) -> dict[tuple[bytes, int], str]:
    """(number's hash, account type) → the firm's own request that is pending for it."""
    found: dict[tuple[bytes, int], str] = {}
    hashes = iter(sorted({one.number_hash for one in planned if one.outcome is Outcome.READY}))
    for batch in _batches(hashes):
        asked = AskedRights.objects.filter(
            third_party=firm, id_number_hash__in=batch, open=True, request__expires_at__gt=at
        )
        for number_hash, key, number in asked.values_list(
            "id_number_hash", "account_type_id", "request__confirmation_number"
        ):
            found[bytes(number_hash), key] = number
    return found


def _batches(values: Iterator[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for value in values:
        batch.append(value)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _rights(cell: str, types: Mapping[str, int]) -> dict[int, Rights]:
    """Empty where any part of it cannot be read: nothing is asked for by guessing."""
    rights: dict[int, Rights] = {}
    for part in cell.split(";"):
        if not part.strip():
            continue
        name, _colon, word = part.rpartition(":")
        key, level = types.get(plain_word(name)), rights_in(word)
        if key is None or not level or key in rights:
            return {}
        rights[key] = level
    return rights


def _day(cell: str) -> date | None:
    for form in ("%Y-%m-%d", "%m/%d/%Y"):
        try:
            return datetime.strptime(cell, form).date()
        except ValueError:
            continue
    return None


def _id_types() -> dict[str, str]:
    words = {plain_word(one.value): one.value for one in IdType}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            words |= {plain_word(str(one.label)): one.value for one in IdType}
    return words


def _is_plain(text: str, check: Any) -> bool:
    try:
        check(text)
    except ValidationError:
        return False
    return True
