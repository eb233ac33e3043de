"""May this logon do that on this account? Asked of the database, answered by the policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from countersign.access.queries.facts import Question, gather
from countersign.policy.decision import Decision, decide

BATCH = 500
"""Questions per statement when a file is asked: large enough that the round trip no longer counts."""


def check(username: str, action: str, account_number: str, *, at: datetime | None = None) -> Decision:
    """One decision (SPEC 2), now or at a past or planned moment. Unknown names are denied, never an error."""
    return check_many([(action, Question(username, account_number, at))])[0]


def check_many(questions: Sequence[tuple[str, Question]]) -> list[Decision]:
    """Decisions for (action, question) pairs, in the same order, from one statement."""
    facts = gather([question for _, question in questions])
    return [decide(found, action) for (action, _), found in zip(questions, facts, strict=True)]


def check_stream(questions: Iterable[tuple[str, Question]]) -> Iterator[Decision]:
    """Decisions for any number of questions, in order, with bounded memory."""
    remaining = iter(questions)
    while batch := list(islice(remaining, BATCH)):
        yield from check_many(batch)
