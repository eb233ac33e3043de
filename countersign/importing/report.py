"""What an import did, and what it could not do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

MOST_IN_FULL = 1000


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one row: where it stands, what is wrong, and the value with identifiers masked.

    Line 0: about a row that is missing.
    """

    file: str
    line: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.line else f"{self.file}, no line"
        what = f"{self.column} {self.value!r}" if self.value else self.column
        return f"{where}{what and ', '}{what.strip()}: {self.reason}"


@dataclass
class Remarks:
    """The first thousand in full, then counts by file and reason."""

    first: list[Remark] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, remark: Remark) -> None:
        """One more row."""
        self.counts[remark.file, remark.reason] += 1
        if self.room:
            self.first.append(remark)

    def add_counted(self, remarks: Sequence[Remark], rows: int) -> None:
        """``rows`` more of one file and reason, of which these are the first."""
        self.counts[remarks[0].file, remarks[0].reason] += rows
        self.first.extend(remarks[: self.room])

    @property
    def room(self) -> int:
        """How many more are kept in full."""
        return MOST_IN_FULL - len(self.first)

    @property
    def total(self) -> int:
        """How many rows."""
        return self.counts.total()

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "total": self.total,
            "first": [
                {name: getattr(remark, name) for name in ("file", "line", "column", "value", "reason")}
                for remark in self.first
            ],
            "counts": [
                {"file": file, "reason": reason, "rows": rows} for (file, reason), rows in sorted(self.counts.items())
            ],
        }


@dataclass
class Report:
    """The outcome. ``landed`` is false when nothing was kept: bad rows without ``--skip-bad``, or ``--check-only``."""

    landed: bool = False
    check_only: bool = False
    confirmation_number: str = ""
    rows: dict[str, int] = field(default_factory=dict)
    begun: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    bad: Remarks = field(default_factory=Remarks)
    conflicts: Remarks = field(default_factory=Remarks)
    notes: list[str] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)
    """Rows that could not be read, so that nobody knows which they were."""
    opened: int = 0
    """Portfolios that lists of clients need, without a row of their own."""

    @property
    def changes(self) -> int:
        """How many facts and register rows began, ended or changed."""
        return self.begun.total() + self.ended.total() + self.changed.total() + self.opened

    def sort(self) -> None:
        """What is shown in full in the order of the files and their lines."""
        order = {name: place for place, name in enumerate(self.rows)}
        for remarks in (self.bad, self.conflicts):
            remarks.first.sort(key=lambda remark: (order.get(remark.file, 0), remark.line))

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "landed": self.landed,
            "check_only": self.check_only,
            "confirmation_number": self.confirmation_number,
            "rows": self.rows,
            "begun": dict(self.begun),
            "ended": dict(self.ended),
            "changed": dict(self.changed),
            "nothing_changed": self.changes == 0,
            "bad": self.bad.as_json(),
            "conflicts": self.conflicts.as_json(),
            "notes": self.notes,
        }
