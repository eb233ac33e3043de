"""A page as one reader gets it: whole server time, the part of it that is spent in statements, and how many there are.

The clock stands around the whole of Django (middleware, view, template), without the web server; statements are timed
until their answer is here, whether they are prepared or not.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import psycopg

from benchmarks.harness import Timing, report_row, timing_of

if TYPE_CHECKING:
    from django.test import Client

WHOLE_MS, QUERIES_MS = 150, 25


@dataclass
class Statements:
    """How many statements ran, and for how many nanoseconds in all; ``each``: nanoseconds and text."""

    count: int = 0
    nanoseconds: int = 0
    each: list[tuple[int, str]] = field(default_factory=list)


@contextmanager
def statements() -> Iterator[Statements]:
    """Every statement that this process sends meanwhile."""
    found, really = Statements(), psycopg.Cursor.execute

    def execute(self: Any, query: Any, *rest: Any, **named: Any) -> Any:
        began = time.perf_counter_ns()
        try:
            return really(self, query, *rest, **named)
        finally:
            taken = time.perf_counter_ns() - began
            found.count += 1
            found.nanoseconds += taken
            found.each.append((taken, str(query)))

    with patch.object(psycopg.Cursor, "execute", execute):
        yield found


@dataclass(frozen=True)
class PageTiming:
    """One page: whole, its statements, a baseline of the same moments; ``counts``: each number of statements seen."""

    whole: Timing
    queries: Timing
    baseline: Timing
    counts: frozenset[int]


def browser_of(username: str) -> Client:
    """Somebody who is signed in."""
    from django.test import Client

    from countersign.logons.models import Logon
    from countersign.logons.sessions import ACTIVE_AT, SIGNED_IN_AT

    # A line for each request would drown the table.
    logging.getLogger("countersign.request").setLevel(logging.WARNING)
    logging.getLogger("django.request").setLevel(logging.ERROR)
    browser = Client(SERVER_NAME="127.0.0.1")
    browser.force_login(Logon.objects.get(username=username))
    session = browser.session
    session[SIGNED_IN_AT] = session[ACTIVE_AT] = int(time.time())
    session.save()
    return browser


def count_statements(browser: Client, address: str) -> int:
    """How many statements the page takes, once what the process keeps is warm."""
    browser.get(address)
    with statements() as sent:
        response = browser.get(address)
    assert response.status_code == 200, f"{address}: {response.status_code}"
    return sent.count


def measure_page(browser: Client, address: str, baseline: Callable[[], object], *, runs: int = 15) -> PageTiming:
    """The page and the baseline in turns. Fails where the page is not there."""
    for _ in range(3):
        response = browser.get(address)
        assert response.status_code == 200 and b"<h1" in response.content, f"{address}: {response.status_code}"
        baseline()
    whole, queries, bare, counts = [], [], [], set()
    for _ in range(runs):
        with statements() as sent:
            began = time.perf_counter_ns()
            browser.get(address)
            whole.append(time.perf_counter_ns() - began)
        queries.append(sent.nanoseconds)
        counts.add(sent.count)
        began = time.perf_counter_ns()
        baseline()
        bare.append(time.perf_counter_ns() - began)
    return PageTiming(timing_of(whole), timing_of(queries), timing_of(bare), frozenset(counts))


def report_page(command: str, dataset: str, found: PageTiming, *, in_small_world: int) -> bool:
    """A row: whole and statements in milliseconds, the ratio of the statements to the baseline, how many there are."""
    (count,) = found.counts if len(found.counts) == 1 else (-1,)
    good = found.whole.median <= WHOLE_MS and found.queries.median <= QUERIES_MS and count == in_small_world
    counted = f"{count}" if count >= 0 else f"{min(found.counts)} to {max(found.counts)}"
    return report_row(
        command,
        dataset,
        f"whole {found.whole.median:.1f} ms (95 %: {found.whole.p95:.1f}), queries {found.queries.median:.1f} ms",
        f"{found.baseline.median:.2f} ms",
        f"{found.queries.median / found.baseline.median:.1f} ×",
        f"{WHOLE_MS} ms whole, {QUERIES_MS} ms queries, {in_small_world} queries as in a small world: {counted}",
        good=good,
    )
