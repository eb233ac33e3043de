"""What happened to a profile. Which fields changed, never what they hold."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.events import Event


@dataclass(frozen=True, kw_only=True)
class ProfileChanged(Event):
    """A person changed their own profile."""

    fields: tuple[str, ...]
