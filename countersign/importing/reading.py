"""Rows of a CSV file, streamed, each with the physical line where it begins."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from pathlib import Path

from countersign.importing.cells import MOST_BYTES, UNUSABLE, shown
from countersign.importing.report import Remark

MOST_ROW_BYTES = 2 * 2**20
"""More than all columns of the widest file together, at 64 KiB a cell with every character escaped."""
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
        lines = _Lines(file.readline, progress)
        reader = csv.reader(lines, strict=True)
        pick, width = _header(path.name, reader, columns, optional)
        while True:
            line = lines.begin_row()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except _RowTooLong:
                bad(Remark(path.name, line, "", "", f"is longer than {MOST_ROW_BYTES // 2**20} MiB"))
                lines.skip_rest_of_row()
                continue
            except csv.Error as error:
                if "field limit" in str(error):
                    bad(Remark(path.name, line, "", "", f"holds a cell of more than {MOST_BYTES // 1024} KiB"))
                    lines.skip_rest_of_row()
                else:
                    upto = "" if lines.number == line else f"to line {lines.number}"
                    what = "a carriage return without its line feed" if "new-line" in str(error) else error
                    bad(Remark(path.name, line, "", upto, f"is no CSV: {what}"))
                continue
            if not cells:
                continue
            if len(cells) != width:
                bad(Remark(path.name, line, "", f"{len(cells)} cells", f"has not the {width} cells of the header"))
                continue
            cells.append("")  # what absent optional columns point at
            if UNUSABLE.search("\x01".join(cells)):
                _tell_unusable(path.name, line, columns, pick(cells), bad)
                continue
            yield line, pick(cells)


class _RowTooLong(Exception):
    """More bytes than a row can have: its memory is not to grow any more."""


class _Lines:
    """Physical lines as text; what is no UTF-8 comes as lone surrogates, which the row is then refused for."""

    def __init__(self, readline: Callable[[int], bytes], progress: Callable[[int], None]) -> None:
        self.readline, self.progress = readline, progress
        self.number = self.size = self.quotes = 0
        self.whole = True

    def begin_row(self) -> int:
        """A new row begins at the next line: its number."""
        self.size = self.quotes = 0
        return self.number + 1

    def skip_rest_of_row(self) -> None:
        """Past the row that was given up. Its quotes say where it ends: a line feed between two of them is text.

        Otherwise the text of a huge cell would be read as rows of the file.
        """
        while not (self.whole and self.quotes % 2 == 0):
            raw = self._read()
            if not raw:
                return

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        raw = self._read()
        if not raw:
            raise StopIteration
        if self.number == 1:
            raw = raw.removeprefix(_BOM)
        if self.size > MOST_ROW_BYTES or not self.whole:
            raise _RowTooLong
        return raw.decode("utf-8", "surrogateescape")

    def _read(self) -> bytes:
        """The next line, or the next piece of a line that is too long."""
        raw = self.readline(MOST_ROW_BYTES)
        if raw:
            self.number += self.whole
            self.whole = raw.endswith(b"\n") or len(raw) < MOST_ROW_BYTES
            self.size += len(raw)
            self.quotes += raw.count(b'"')
            self.progress(len(raw))
        return raw


def _header(
    name: str, reader: Iterator[list[str]], columns: Sequence[str], optional: frozenset[str]
) -> tuple[Callable[[Sequence[str]], Sequence[str]], int]:
    csv.field_size_limit(MOST_BYTES)
    try:
        header = next((row for row in reader if row), None)
    except csv.Error as error:
        raise BadFile(Remark(name, 1, "", "", f"has no usable header: {error}")) from error
    except _RowTooLong:
        raise BadFile(Remark(name, 1, "", "", "has no usable header: it is too long")) from None
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
