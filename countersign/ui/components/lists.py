"""Tables, filters, pages, summaries, tasks."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from countersign.policy.rights import Rights
from countersign.ui.components.fields import bare_field
from countersign.ui.components.messages import status
from countersign.ui.components.moments import day, number, when
from countersign.ui.tables import DEFAULT_PAGE_SIZE, Chip, Column, Link, Pager, StatusWord, Table, TwoLines
from countersign.ui.words import RIGHTS


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for the reader. ``until`` is a moment."""

    text: Any
    href: str
    detail: Any = ""
    until: datetime.datetime | None = None


def data_table(table: Table) -> dict[str, Any]:
    """A table with caption, headings that sort, and on a phone one block per row. Empty: says how to fill it."""
    rows = [
        [
            {"column": column, "content": _in_template(column, row) if column.template else cell(of(row, column.key))}
            for column in table.columns
        ]
        for row in table.rows
    ]
    return {"table": table, "rows": rows}


def of(row: Any, key: str) -> Any:
    """What stands in a row under this key. A key that is not there is a mistake and raises."""
    return row[key] if isinstance(row, Mapping) else getattr(row, key)


def _in_template(column: Column, row: Any) -> str:
    content = row.get(column.key) if isinstance(row, Mapping) else getattr(row, column.key, None)
    return render_to_string(column.template, {"row": row, "cell": content, "column": column})


def cell(content: Any) -> SafeString | str:
    """What a cell looks like, by what it is."""
    match content:
        case None:
            return ""
        case Link():
            hint = format_html('<span class="usa-sr-only"> {}</span>', content.hint) if content.hint else ""
            return format_html('<a class="usa-link" href="{}">{}{}</a>', content.href, cell(content.text), hint)
        case StatusWord():
            return render_to_string("ui/components/status.html", status(content.kind, content.word))
        case TwoLines():
            return format_html('{}<span class="second-line">{}</span>', cell(content.first), cell(content.second))
        case BoundField():
            return render_to_string("ui/components/field.html", bare_field(content))
        case Rights():
            return str(RIGHTS[content])
        case datetime.datetime():
            return when(content)
        case datetime.date():
            return day(content)
        case bool():
            raise TypeError("a cell says yes or no in words")
        case int():
            return number(content)
        case _:
            return format_html("{}", content)


def chips(shown: Sequence[Chip], clear_url: str = "") -> dict[str, Any]:
    """The filters that are on, each with a way to take it off (UX rule 8)."""
    return {"chips": shown, "clear_url": clear_url}


def pager(page: Pager) -> dict[str, Any]:
    """Previous and next, where one is, and page sizes, unless each of them would show the whole list."""
    several = bool(page.previous_url or page.next_url)
    smallest = min((size for size, _address, _now in page.sizes), default=0)
    chosen = max((size for size, _address, now in page.sizes if now), default=0)
    longer = page.total > smallest if page.total is not None else chosen > DEFAULT_PAGE_SIZE
    return {"page": page, "sizes_matter": several or longer}


def summary_list(rows: Sequence[tuple[Any, Any] | tuple[Any, Any, Link]]) -> dict[str, Any]:
    """Names and what they are, for review and detail pages; a third part is a link that changes it."""
    return {
        "rows": [
            {"name": row[0], "content": cell(row[1]), "link": cell(row[2]) if len(row) == 3 else ""} for row in rows
        ]
    }


def task_list(heading: Any, tasks: Sequence[Task]) -> dict[str, Any]:
    """What waits for the reader, most urgent first, with its count. Shows nothing when nothing waits."""
    return {"heading": heading, "tasks": tasks}


def tile(heading: Any, href: str, text: Any = "", count: int | None = None) -> dict[str, Any]:
    """A way into a part of the site, with what it is for."""
    return {"heading": heading, "href": href, "text": text, "count": count}


def search_box(
    name: str, typed: str, label: Any, hint: Any = "", keep: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """A search of the list below, as a form of its own; ``keep`` are other parts of the address to keep."""
    return {"name": name, "typed": typed, "label": label, "hint": hint, "keep": (keep or {}).items()}
