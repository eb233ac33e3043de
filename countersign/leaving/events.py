"""What happened when somebody left. Keys only."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.events import Event


@dataclass(frozen=True, kw_only=True)
class ProfileDeleted(Event):
    """The actor ended its logon for good. ``without``: taxpayers that nobody administers now."""

    taxpayers: tuple[int, ...]
    without: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class TaxpayerLeft(Event):
    """The actor gave up what it was for one taxpayer. ``last``: nobody administers it now."""

    taxpayer: int
    last: bool


@dataclass(frozen=True, kw_only=True)
class PortfolioHandedOver(Event):
    """A departing parent's portfolio passed to another Master Administrator of the firm."""

    portfolio: int
    to: int


@dataclass(frozen=True, kw_only=True)
class PortfolioParked(Event):
    """A departing parent's portfolio rests, unusable, until somebody takes it over in time."""

    portfolio: int


@dataclass(frozen=True, kw_only=True)
class PortfolioTakenOver(Event):
    """A Master Administrator of the firm took over a portfolio that rested."""

    portfolio: int


@dataclass(frozen=True, kw_only=True)
class RestingLogonsClosed(Event):
    """Secondary logons of a portfolio that nobody took over in time ended for good."""

    portfolio: int
    closed: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class RestingPortfolioClosed(Event):
    """Nobody took over in time: the portfolio's groups, placements and sources ended with its last logon."""

    portfolio: int


@dataclass(frozen=True, kw_only=True)
class SuccessorNamed(Event):
    """The departing last Master Administrator named who may follow; nothing changes until that person accepts."""

    offer: int
    to: int


@dataclass(frozen=True, kw_only=True)
class SuccessorAccepted(Event):
    """The person who was named is Master Administrator now."""

    offer: int


@dataclass(frozen=True, kw_only=True)
class SuccessorDeclined(Event):
    """The person who was named does not want it."""

    offer: int
