"""What kinds of submissions there are: each feature registers its own, so that lists and receipts can speak."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from countersign.logons.models import Logon
from countersign.submissions.models import Submission
from countersign.ui.components.lists import Task
from countersign.ui.tables import Link, Table


@dataclass(frozen=True, slots=True)
class Viewer:
    """What somebody who may see a submission is to it: at least one of the three."""

    submitted: bool
    administers_taxpayer: bool
    administers_third_party: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a submission's page says.

    ``heading``: what was done, in the past tense, for the page right after Submit; ``lines``: name → what, as
    ``{% summary_list %}`` takes them; ``happens_now``: sentences; ``withdraw_url`` where it can be withdrawn;
    ``links`` lead on, the first being where one came from. ``taxpayer``: whom the viewer acts for here.
    ``steps``: whether one came here by choose → review → done; who came another way is not told of these three.
    """

    heading: Any
    lines: Sequence[tuple[Any, Any]]
    happens_now: Sequence[Any] = ()
    withdraw_url: str = ""
    links: Sequence[Link] = ()
    table: Table | None = None
    taxpayer: str = ""
    steps: bool = True


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. The functions get many submissions at once, so that a page asks the database once.

    ``about``: submission key → whom or what it concerns, as this viewer may know it. ``tasks``: for those that
    are pending and wait for a taxpayer that the asker administers. ``receipt``: for one submission, at a moment.
    """

    name: str
    title: Any
    about: Callable[[Sequence[Submission], Mapping[int, Viewer]], dict[int, str]]
    receipt: Callable[[Submission, Viewer, datetime], Receipt]
    tasks: Callable[[Sequence[Submission], datetime], dict[int, Task]] | None = None


KINDS: dict[str, Kind] = {}
# What waits for somebody to decide though no Master Administrator as such does.
WAITING: list[Callable[[Logon, datetime], Sequence[Task]]] = []


def register_waiting(tasks: Callable[[Logon, datetime], Sequence[Task]]) -> None:
    """Also ask this for what waits on Home: it gets the reader and the moment."""
    WAITING.append(tasks)


def register(kind: Kind) -> None:
    """Make a kind known; called once per kind when the feature's application is ready."""
    KINDS[kind.name] = kind
