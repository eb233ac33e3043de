"""What an import did, and what it could not do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

MOST_IN_FULL = 1000


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one row: where it stands, what is wrong, and the value with identifiers masked."""

    file: str
    line: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}"
        what = f", {self.column} {self.value!r}" if self.column else ""
        return f"{where}{what}: {self.reason}"


@dataclass
class Remarks:
    """The first thousand in full, then counts by file and reason."""

    first: list[Remark] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, remark: Remark) -> None:
        """One more row."""
        self.counts[remark.file, remark.reason] += 1
        if len(self.first) < MOST_IN_FULL:
            self.first.append(remark)

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
    kept: list[str] = field(default_factory=list)

    @property
    def changes(self) -> int:
        """How many facts and register rows began, ended or changed."""
        return self.begun.total() + self.ended.total() + self.changed.total()

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
            "notes": self.kept,
        }
