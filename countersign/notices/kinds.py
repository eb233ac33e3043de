"""What is told: each feature registers its kinds, so that a notice speaks the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple


class Words(NamedTuple):
    """Subject, sentences, and the words on the button. No tax facts, no identifiers (SPEC 7)."""

    subject: str
    sentences: Sequence[str]
    button: str = ""


class Unknown(dict[str, Any]):
    """The details of a notice of which nothing but the kind is known: each is empty."""

    def __missing__(self, key: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """One kind. ``words`` gets the details of the notice (keys and codes) and answers in the active language.

    ``security``: always mailed at once to every confirmed address, whatever the reader chose.
    """

    name: str
    words: Callable[[Mapping[str, Any]], Words]
    security: bool = False


KINDS: dict[str, NoticeKind] = {}


def register(*kinds: NoticeKind) -> None:
    """Make kinds known; called when the feature's application is ready."""
    for kind in kinds:
        KINDS[kind.name] = kind
