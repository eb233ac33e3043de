"""Rows of a CSV file, streamed, each with the physical line where it begins."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from pathlib import Path

from countersign.importing.cells import MOST_BYTES, UNUSABLE, shown
from countersign.importing.report import Remark

LONGEST_LINE = 4 * 2**20
_BOM = b"\xef\xbb\xbf"


class BadFile(Exception):
    """The file as a whole cannot be used; ``remark`` says where and why."""

    def __init__(self, remark: Remark) -> None:
        super().__init__(str(remark))
        self.remark = remark


def read_rows(
    path: Path,
    columns: Sequence[str],
    optional: frozenset[str],
    bad: Callable[[Remark], None],
    progress: Callable[[int], None],
) -> Iterator[tuple[int, Sequence[str]]]:
    """(line, cells in the order of ``columns``) of each usable row; absent optional columns are empty.

    A row that is no CSV, has too many or too few cells, or holds what can never be kept goes to ``bad``. Raises
    ``BadFile`` when the header cannot be used. ``progress`` is told the bytes read.
    """
    with path.open("rb") as file:
        lines = _Lines(path.name, file.readline, bad, progress)
        reader = csv.reader(lines, strict=True)
        pick, width = _header(path.name, reader, columns, optional)
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                bad(Remark(path.name, line, "", "", f"is no CSV: {error}"))
                continue
            if not cells:
                continue
            if len(cells) != width:
                bad(Remark(path.name, line, "", "", f"has {len(cells)} cells where the header has {width}"))
                continue
            cells.append("")  # what absent optional columns point at
            if UNUSABLE.search("\x01".join(cells)):
                _tell_unusable(path.name, line, columns, pick(cells), bad)
                continue
            yield line, pick(cells)


class _Lines:
    """Physical lines as text; what is no UTF-8 comes as lone surrogates, which the row is then refused for."""

    def __init__(
        self,
        name: str,
        readline: Callable[[int], bytes],
        bad: Callable[[Remark], None],
        progress: Callable[[int], None],
    ) -> None:
        self.name, self.readline, self.bad, self.progress = name, readline, bad, progress
        self.first, self.number = True, 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        raw = self.readline(LONGEST_LINE)
        if not raw:
            raise StopIteration
        self.number += 1
        self.progress(len(raw))
        if self.first:
            raw, self.first = raw.removeprefix(_BOM), False
        if len(raw) >= LONGEST_LINE and not raw.endswith(b"\n"):
            while (more := self.readline(LONGEST_LINE)) and not more.endswith(b"\n"):
                self.progress(len(more))
            self.bad(Remark(self.name, self.number, "", "", "is longer than four million bytes"))
            return "\n"
        return raw.decode("utf-8", "surrogateescape")


def _header(
    name: str, reader: Iterator[list[str]], columns: Sequence[str], optional: frozenset[str]
) -> tuple[Callable[[Sequence[str]], Sequence[str]], int]:
    csv.field_size_limit(MOST_BYTES)
    try:
        header = next((row for row in reader if row), None)
    except csv.Error as error:
        raise BadFile(Remark(name, 1, "", "", f"has no usable header: {error}")) from error
    if header is None:
        raise BadFile(Remark(name, 1, "", "", "has no header: the first line names the columns"))
    for column in header:
        if column not in columns:
            raise BadFile(Remark(name, 1, shown(column), "", "is no column of this file: " + ", ".join(columns)))
        if header.count(column) > 1:
            raise BadFile(Remark(name, 1, column, "", "stands twice in the header"))
    for column in columns:
        if column not in header and column not in optional:
            raise BadFile(Remark(name, 1, column, "", "is missing from the header"))
    places = [header.index(column) if column in header else len(header) for column in columns]
    pick = itemgetter(*places) if len(places) > 1 else (lambda cells: (cells[places[0]],))
    return pick, len(header)


def _tell_unusable(
    name: str, line: int, columns: Sequence[str], cells: Sequence[str], bad: Callable[[Remark], None]
) -> None:
    for column, cell in zip(columns, cells, strict=True):
        if found := UNUSABLE.search(cell):
            character = found[0]
            reason = "holds a bidirectional control character"
            if character == "\x00":
                reason = "holds a NUL"
            elif "\ud800" <= character <= "\udfff":
                reason = "is not UTF-8 text"
            bad(Remark(name, line, column, "", reason))
            return
