"""Lists as CSV files that spreadsheets open safely."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from django.http import StreamingHttpResponse
from django.utils import translation

# A spreadsheet calculates what begins like this, in the full-width form of some keyboards, too.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
RowT = TypeVar("RowT")
_MARK = "\ufeff"  # without it some spreadsheets take UTF-8 for something else


def safe_cell(value: Any) -> str:
    """The text of a cell that a spreadsheet shows instead of calculating: a formula gets a leading quote."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_response(
    name: str, heading: Sequence[Any], batches: Iterable[Iterable[Sequence[Any]]]
) -> StreamingHttpResponse:
    """A download ``name``.csv, sent batch by batch, in the language in which it was asked for."""
    response = StreamingHttpResponse(
        _lines(heading, batches, translation.get_language()), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def pages_of(page: Callable[[int], Sequence[RowT]], size: int) -> Iterator[Sequence[RowT]]:
    """The pages of a list, for :func:`csv_response`. ``page(first)`` has ``size`` rows, the last one fewer."""
    first = 0
    while rows := page(first):
        yield rows
        if len(rows) < size:
            return
        first += size


class _Echo:
    """A file whose lines are handed on instead of kept."""

    def write(self, line: str) -> str:
        return line


def _lines(heading: Sequence[Any], batches: Iterable[Iterable[Sequence[Any]]], language: str | None) -> Iterator[str]:
    writer = csv.writer(_Echo())
    with translation.override(language):
        first = _MARK + writer.writerow([safe_cell(cell) for cell in heading])
    yield first
    remaining = iter(batches)
    while True:
        # Not around the yield: whoever runs next on this thread may speak another language.
        with translation.override(language):
            batch = next(remaining, None)
            if batch is None:
                return
            text = "".join(writer.writerow([safe_cell(cell) for cell in row]) for row in batch)
        yield text
