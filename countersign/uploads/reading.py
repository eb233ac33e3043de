"""The rows of an uploaded CSV file. Whatever somebody may upload gives rows, or a message that says how to mend it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from countersign.policy.errors import Invalid
from countersign.policy.rights import Rights
from countersign.ui.spreadsheet import FORMULA_STARTS
from countersign.ui.words import RIGHTS

LONGEST_CELL = 2_000
Rows = list[list[Any]]


@dataclass(frozen=True, slots=True)
class Heading:
    """A column: ``key`` as files may always name it, ``label`` (a msgid) as downloads do in any of the languages."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Shape:
    """What a file has to be. ``needed``: of each tuple of keys one column at least; sizes in rows and bytes."""

    headings: Sequence[Heading]
    needed: Sequence[Sequence[str]]
    most_rows: int
    most_bytes: int

    @property
    def labels(self) -> list[str]:
        """The first line of a download, in the language of the moment."""
        return [_(heading.label) for heading in self.headings]


def rows_of(content: bytes, shape: Shape) -> Rows:
    """Each row as [line, cells in the order of ``shape.headings``]; a column that is not there is empty.

    A row with more cells than the heading is [line] alone: which text belongs where is not guessed. Raises
    ``Invalid`` for ``file`` where it is no such file, has no rows or too many.
    """
    if len(content) > shape.most_bytes:
        raise Invalid({"file": _("The file is too large. Split it.")})
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid({"file": _no_csv()}) from error
    if "\x00" in text:
        raise Invalid({"file": _no_csv()})
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    try:
        rows = list(_read(reader, shape))
    except csv.Error as error:
        too_long = "field larger" in str(error)
        raise Invalid({"file": _("A cell of the file is too long. Shorten it.") if too_long else _no_csv()}) from error
    if not rows:
        raise Invalid({"file": _("The file has no row below its heading.")})
    return rows


def _read(reader: Any, shape: Shape) -> Iterator[list[Any]]:
    heading = [_plain(cell) for cell in next(reader, [])]
    places = {one.key: _place(heading, one) for one in shape.headings}
    missing = [keys for keys in shape.needed if all(places[key] is None for key in keys)]
    if missing:
        labels = {one.key: _(one.label) for one in shape.headings}
        told = _("The first line has to name the columns. These are missing: %(columns)s.")
        raise Invalid({"file": told % {"columns": ", ".join(labels[keys[0]] for keys in missing)}})
    count = 0
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > shape.most_rows:
            raise Invalid({"file": _("A file has at most %(count)d rows. Split it.") % {"count": shape.most_rows}})
        if any(cell.strip() for cell in cells[len(heading) :]):
            yield [reader.line_num]
            continue
        yield [reader.line_num, *(_cell(cells, places[one.key]) for one in shape.headings)]


def rights_in(cell: str) -> Rights | None:
    """The rights that a cell names, in any of the languages and any way of writing; None for what names none."""
    return _rights_words().get(_plain(cell))


def plain_word(text: str) -> str:
    """A word as cells are compared: without case, blanks, dashes and underscores."""
    return _plain(text)


def _no_csv() -> str:
    return _("This is not a CSV file in UTF-8. Save it as “CSV UTF-8” and try again.")


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character not in " _-\u00a0\t\r\n'\ufeff")


def _place(heading: Sequence[str], column: Heading) -> int | None:
    known = {_plain(column.key)}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            known.add(_plain(_(column.label)))
    return next((place for place, name in enumerate(heading) if name in known), None)


def _cell(cells: Sequence[str], place: int | None) -> str:
    text = cells[place].strip()[:LONGEST_CELL] if place is not None and place < len(cells) else ""
    # A download marks what a spreadsheet would calculate; here it comes back.
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


@cache
def _rights_words() -> dict[str, Rights]:
    words = {_plain(level.name): level for level in Rights}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            words |= {_plain(str(RIGHTS[level])): level for level in Rights}
    return words
