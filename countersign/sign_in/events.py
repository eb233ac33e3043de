"""Who came in, who did not, who left. The logon that it is about is the event's; a username never stands here."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.events import Event
from countersign.logons.sessions import SessionEnd
from countersign.logons.spraying import Scope


@dataclass(frozen=True, kw_only=True)
class SignedIn(Event):
    """A session began. ``how``: by which secrets."""

    how: str = "password"


@dataclass(frozen=True, kw_only=True)
class SignInFailed(Event):
    """Somebody gave this logon's username and was not let in. The event's reason says why."""


@dataclass(frozen=True, kw_only=True)
class SignedOut(Event):
    """A session ended, and why."""

    why: SessionEnd


@dataclass(frozen=True, kw_only=True)
class RecoveryCodeUsed(Event):
    """One of the actor's recovery codes was used up. ``left``: how many are left."""

    left: int


@dataclass(frozen=True, kw_only=True)
class SignedInFromNewDevice(Event):
    """The actor signed in with all factors in a browser that was not known. ``device``: its key."""

    device: int


@dataclass(frozen=True, kw_only=True)
class SprayingNoticed(Event):
    """Few passwords were tried on many usernames: so many within the window, from one source or from everywhere."""

    scope: Scope
    usernames: int
