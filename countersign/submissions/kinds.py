"""What kinds of submissions there are: each feature registers its own, so that lists and receipts can speak."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise

from countersign.submissions.models import Submission


@dataclass(frozen=True, slots=True)
class Viewer:
    """What somebody who may see a submission is to it: at least one of the three."""

    submitted: bool
    administers_taxpayer: bool
    administers_third_party: bool


@dataclass(frozen=True, slots=True)
class Task:
    """A submission that waits for somebody, as Home shows it."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Link:
    """Where one can go on from a receipt."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a submission's page says: what was asked, what came of it, what happens now, where to go on."""

    lines: Sequence[tuple[str, str]]
    outcome: str = ""
    happens_now: Sequence[str] = ()
    withdraw_url: str = ""
    links: Sequence[Link] = field(default=())


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. The functions get many submissions at once, so that a page asks the database once.

    ``about``: submission key → whom or what it concerns, as this viewer may know it. ``tasks``: for those that
    are pending and wait for a taxpayer that the asker administers. ``receipt``: for one submission.
    """

    name: str
    title: Promise | str
    about: Callable[[Sequence[Submission], Mapping[int, Viewer]], dict[int, str]]
    receipt: Callable[[Submission, Viewer], Receipt]
    tasks: Callable[[Sequence[Submission]], dict[int, Task]] | None = None


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known; called once per kind when the feature's application is ready."""
    KINDS[kind.name] = kind
