"""What a list on a page is made of: columns, rows, filters, and the way to the next page.

A view fills these; ``{% data_table %}``, ``{% chips %}`` and ``{% pager %}`` show them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

SORT = "sort"
PAGE_PARAMETERS = ("after", "before", "page")
PAGE_SIZES = (25, 50, 100, 200)
DEFAULT_PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that leads somewhere. ``hint`` is read out behind the text, for links that look alike."""

    text: Any
    href: str
    hint: Any = ""


@dataclass(frozen=True, slots=True)
class StatusWord:
    """A cell with ``{% status %}``."""

    kind: str
    word: Any


@dataclass(frozen=True, slots=True)
class TwoLines:
    """A cell with a second, quieter line. Either may be any other cell."""

    first: Any
    second: Any


@dataclass(frozen=True, slots=True)
class Column:
    """A column. ``key`` finds the cell in a row (mapping key or attribute).

    ``sorted`` is "", "ascending" or "descending"; ``sort_url`` makes the heading a link; ``quiet_label``
    keeps the heading for screen readers; ``template`` renders the cell itself, with ``row`` and ``cell``.
    """

    key: str
    label: Any
    numeric: bool = False
    row_header: bool = False
    quiet_label: bool = False
    sort_url: str = ""
    sorted: str = ""
    template: str = ""

    @classmethod
    def sortable(cls, request: HttpRequest, key: str, label: Any, *, default: str = "", **more: Any) -> Column:
        """A column whose heading sorts by ``?sort=key`` or ``?sort=-key``. ``default``: the order without it."""
        order = request.GET.get(SORT, default)
        state = "ascending" if order == key else "descending" if order == f"-{key}" else ""
        wanted = f"-{key}" if state == "ascending" else key
        return cls(key, label, sort_url=address_with(request, **{SORT: wanted}), sorted=state, **more)


@dataclass(frozen=True, slots=True)
class Empty:
    """Why a list is empty and how to fill it."""

    heading: Any
    text: Any = ""
    href: str = ""
    link_text: Any = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A whole table. Cells: text, number, day or moment, Rights, Link, StatusWord, TwoLines, a form's field."""

    caption: Any
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any] | Any]
    empty: Empty | None = None
    quiet_caption: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """One active filter and the address of the list without it."""

    label: Any
    remove_url: str


@dataclass(frozen=True, slots=True)
class Pager:
    """Where one is in a list that is paged by key. ``first`` and ``last`` are places, counted from 1.

    ``total`` unknown (None) is left out; ``sizes`` are (size, address, current).
    """

    previous_url: str = ""
    next_url: str = ""
    first: int | None = None
    last: int | None = None
    total: int | None = None
    sizes: Sequence[tuple[int, str, bool]] = field(default_factory=tuple)


def address_with(request: HttpRequest, **changes: Any) -> str:
    """This page's address with some of its query changed; None takes one away. Always the first page."""
    query = request.GET.copy()
    for name in PAGE_PARAMETERS:
        query.pop(name, None)
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    return f"?{query.urlencode()}"


def page_in(request: HttpRequest) -> int:
    """``?page=``, counted from 1; anything that is no number is the first."""
    typed = request.GET.get("page", "")
    return max(int(typed), 1) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 1


def page_size(request: HttpRequest, default: int = DEFAULT_PAGE_SIZE) -> int:
    """``?size=`` if it is one of :data:`PAGE_SIZES`, else ``default``."""
    asked = request.GET.get("size", "")
    sizes = {str(size): size for size in PAGE_SIZES}
    return sizes.get(asked, default)


def page_sizes(request: HttpRequest, default: int = DEFAULT_PAGE_SIZE) -> list[tuple[int, str, bool]]:
    """The sizes to choose from, for :class:`Pager`."""
    now = page_size(request, default)
    return [(size, address_with(request, size=size), size == now) for size in PAGE_SIZES]
