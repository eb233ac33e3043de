"""What happened to the second factors of a logon. Which kind, never what it holds."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.events import Event
from countersign.logons.second_factors.ways import Way


@dataclass(frozen=True, kw_only=True)
class SecondFactorAdded(Event):
    """The actor added a second factor. ``key``: of the passkey or authenticator."""

    kind: Way
    key: int


@dataclass(frozen=True, kw_only=True)
class SecondFactorRemoved(Event):
    """The actor removed a second factor."""

    kind: Way
    key: int


@dataclass(frozen=True, kw_only=True)
class SessionsEnded(Event):
    """The actor ended other sessions of their own logon, from the list."""

    count: int


@dataclass(frozen=True, kw_only=True)
class KnownDevicesEnded(Event):
    """Devices of the actor are known no more, at the actor's wish. ``device``: its key; None for all others."""

    count: int
    device: int | None = None


@dataclass(frozen=True, kw_only=True)
class RecoveryCodesMade(Event):
    """The actor got new recovery codes; the old ones ended."""

    count: int
