"""What happened to third-party access. Keys only: never a name, never an identifier.

``rights`` are pairs of (account key, rights as a number). Third party and client are the event's taxpayers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from countersign.events import Event

AccountRights = tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class ThirdPartyAccessRequested(Event):
    """A third party asked. The client, if one matched, stands in the request.

    ``from_file``: one of many, of which each Master Administrator is told once for all.
    """

    request: int
    from_file: bool = False


@dataclass(frozen=True, kw_only=True)
class ThirdPartyAccessApproved(Event):
    """A Master Administrator of the client gave what was asked, or less (``partly``)."""

    request: int
    partly: bool
    rights: AccountRights
    ends_on: date | None


@dataclass(frozen=True, kw_only=True)
class ThirdPartyAccessDeclined(Event):
    """A Master Administrator of the client gave nothing."""

    request: int


@dataclass(frozen=True, kw_only=True)
class RequestWithdrawn(Event):
    """The third party took its request back."""

    request: int


@dataclass(frozen=True, kw_only=True)
class RequestReminded(Event):
    """A request that nobody answered expires soon: both sides are told once. ``together``: once for many."""

    request: int
    together: bool = False


@dataclass(frozen=True, kw_only=True)
class RequestExpired(Event):
    """Nobody answered a request in time. ``together``: one of many that both sides are told of once."""

    request: int
    together: bool = False


@dataclass(frozen=True, kw_only=True)
class AccessRevoked(Event):
    """The client ended the third party's access to these accounts."""

    client: int
    third_party: int
    accounts: tuple[int, ...]
    everything: bool


@dataclass(frozen=True, kw_only=True)
class AccessDropped(Event):
    """The third party gave up its access to these accounts of the client."""

    client: int
    third_party: int
    accounts: tuple[int, ...]
    everything: bool


@dataclass(frozen=True, kw_only=True)
class AccessNarrowed(Event):
    """The client lowered rights. ``also_widened``: the same submission raises others."""

    client: int
    third_party: int
    rights: AccountRights
    also_widened: bool


@dataclass(frozen=True, kw_only=True)
class AccessWidened(Event):
    """The client raised rights."""

    client: int
    third_party: int
    rights: AccountRights


@dataclass(frozen=True, kw_only=True)
class AccessEndSet(Event):
    """The client set, moved or removed (None) the last day of access to these accounts."""

    client: int
    third_party: int
    accounts: tuple[int, ...]
    last_day: date | None
