"""What happened to a profile. Which fields changed, never what they hold."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.events import Event


@dataclass(frozen=True, kw_only=True)
class ProfileChanged(Event):
    """A person changed their own profile."""

    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class EmailChangeAsked(Event):
    """A new address was entered; it waits for its confirmation. ``which``: first or second."""

    which: str


@dataclass(frozen=True, kw_only=True)
class EmailChanged(Event):
    """A new address counts, or the second one was removed. ``which``: first or second."""

    which: str
