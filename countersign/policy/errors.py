"""The three expected errors of an operation. Whatever else is raised is a bug and propagates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """The actor may not do this. ``reason`` is a code of :mod:`countersign.policy.reasons`.

    ``hidden`` is true where the actor may not even know that the object exists: the channels then
    answer exactly as for an unknown object (404), with no reason.
    """

    def __init__(self, reason: str, *, hidden: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hidden = hidden


class Invalid(Exception):
    """What was given cannot be used: field name → message that says how to mend it (422)."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(", ".join(sorted(problems)))
        self.problems = dict(problems)


class Stale(Exception):
    """What the actor saw has changed since (409). ``current`` says what it is now, for the page.

    Its keys: ``what`` (a reason code), and where known ``status`` (in words for the page), ``by`` and ``at``.
    """

    def __init__(self, **current: Any) -> None:
        super().__init__(str(current.get("what", "changed")))
        self.current = current
