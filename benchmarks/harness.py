"""What every measurement needs: timings, the machine's facts, and a row for the table.

A benchmark is a module with ``main()``: it opens a world (:mod:`benchmarks.databases`), calls :func:`measure` for
the product and for the baseline in the same run, and passes both to :func:`report`.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.databases import BENCH

RESULTS = BENCH / "results.md"
_HEAD = "| command | dataset | measured | baseline | ratio | must be | |\n|---|---|---|---|---|---|---|\n"


@dataclass(frozen=True)
class Timing:
    """How long one thing took, in milliseconds, over ``runs`` runs."""

    median: float
    p95: float
    runs: int

    def __str__(self) -> str:
        if self.runs == 1:
            return f"{self.median / 1000:.1f} s"
        return f"{self.median:.3f} ms (95 %: {self.p95:.3f})"


def measure(act: Callable[[], object], *, runs: int = 200, warm: int = 20) -> Timing:
    """Call ``act`` some times to warm it up, then ``runs`` times by the clock."""
    return measure_each([act] * warm, [act] * runs)


def measure_each(warm: Sequence[Callable[[], object]], acts: Sequence[Callable[[], object]]) -> Timing:
    """Call each of ``warm``, then each of ``acts`` by the clock: for runs that must not ask the same twice."""
    for act in warm:
        act()
    taken = []
    for act in acts:
        started = time.perf_counter_ns()
        act()
        taken.append(time.perf_counter_ns() - started)
    return timing_of(taken)


def timing_of(taken: Sequence[int]) -> Timing:
    """Median and 95th percentile of some times, in nanoseconds."""
    times, runs = sorted(taken), len(taken)
    return Timing(times[runs // 2] / 1e6, times[min(runs - 1, runs * 95 // 100)] / 1e6, runs)


def measure_in_turn(*acts: Callable[[], object], runs: int = 200, warm: int = 20) -> list[Timing]:
    """Time several things in turns, so that a slow moment of the machine hits all of them alike."""
    for _ in range(warm):
        for act in acts:
            act()
    taken: list[list[int]] = [[] for _ in acts]
    for _ in range(runs):
        for place, act in enumerate(acts):
            started = time.perf_counter_ns()
            act()
            taken[place].append(time.perf_counter_ns() - started)
    return [timing_of(times) for times in taken]


def once(seconds: float) -> Timing:
    """Something too long to repeat."""
    return Timing(seconds * 1000, seconds * 1000, 1)


def machine(connection: psycopg.Connection[Any]) -> str:
    """Cores, processor, memory and versions, in one line."""
    row = connection.execute("show server_version").fetchone()
    return (
        f"{os.cpu_count()} cores, {_processor()}, {_memory_gib():.0f} GiB, PostgreSQL {row[0] if row else '?'}, "
        f"Python {platform.python_version()}, {platform.system()}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _memory_gib() -> float:
    return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")) / 2**30


def report(
    command: str,
    dataset: str,
    measured: Timing,
    *,
    baseline: Timing | None = None,
    at_most: float | None = None,
    ratio_at_most: float | None = None,
) -> bool:
    """Print one row of the table and add it to build/bench/results.md; whether both limits hold.

    ``at_most`` is in milliseconds and judges the median, like the ratio.
    """
    ratio = measured.median / baseline.median if baseline and baseline.median else None
    good = (at_most is None or measured.median <= at_most) and (
        ratio_at_most is None or (ratio is not None and ratio <= ratio_at_most)
    )
    limits = [f"{at_most:g} ms"] if at_most is not None else []
    if ratio_at_most is not None:
        limits.append(f"{ratio_at_most:g} ×")
    return report_row(
        command, dataset, str(measured), str(baseline or ""), f"{ratio:.2f} ×" if ratio is not None else "",
        " and ".join(limits), good=good if limits else None,
    )  # fmt: skip


def report_row(*cells: str, good: bool | None) -> bool:
    """A row of the table in words: command, dataset, measured, baseline, ratio, limit."""
    line = "| " + " | ".join((*cells, {True: "yes", False: "**NO**", None: ""}[good])) + " |\n"
    sys.stdout.write(line)
    sys.stdout.flush()
    with RESULTS.open("a", encoding="utf-8") as results:
        results.write(line)
    return good is not False


def begin_report(connection: psycopg.Connection[Any]) -> None:
    """Print the machine and the head of the table, and add them to build/bench/results.md."""
    text = f"\n{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {machine(connection)}\n\n{_HEAD}"
    sys.stdout.write(text)
    with RESULTS.open("a", encoding="utf-8") as results:
        results.write(text)
