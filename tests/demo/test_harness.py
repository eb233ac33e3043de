"""The benchmarks' clock and table."""

from pathlib import Path

import pytest

from benchmarks import harness
from benchmarks.harness import Timing, measure, measure_in_turn, once, report


@pytest.fixture(autouse=True)
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "results.md"
    monkeypatch.setattr(harness, "RESULTS", path)
    return path


def test_warm_up_is_not_by_the_clock() -> None:
    calls: list[int] = []
    assert measure(lambda: calls.append(1), runs=10, warm=3).runs == 10
    assert len(calls) == 13


def test_things_measured_in_turn_alternate() -> None:
    calls: list[str] = []
    measure_in_turn(lambda: calls.append("a"), lambda: calls.append("b"), runs=2, warm=1)
    assert calls == ["a", "b"] * 3


def test_a_row_says_whether_its_limits_hold(results: Path) -> None:
    slow, fast = Timing(9.0, 12.0, 100), Timing(2.0, 3.0, 100)
    assert report("x", "y", slow, baseline=fast, ratio_at_most=5)
    assert not report("x", "y", slow, baseline=fast, ratio_at_most=4)
    assert not report("x", "y", slow, at_most=8, baseline=fast, ratio_at_most=5)
    assert report("x", "y", once(1.5))
    assert results.read_text().splitlines() == [
        "| x | y | 9.000 ms (95 %: 12.000) | 2.000 ms (95 %: 3.000) | 4.50 × | 5 × | yes |",
        "| x | y | 9.000 ms (95 %: 12.000) | 2.000 ms (95 %: 3.000) | 4.50 × | 4 × | **NO** |",
        "| x | y | 9.000 ms (95 %: 12.000) | 2.000 ms (95 %: 3.000) | 4.50 × | 8 ms and 5 × | **NO** |",
        "| x | y | 1.5 s |  |  |  |  |",
    ]
