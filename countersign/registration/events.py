"""What happened on the way in. Keys and codes only: never a name, an address, an identifier or a proof."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.events import Event


@dataclass(frozen=True, kw_only=True)
class ProofRefused(Event):
    """Somebody tried to prove the right to act for the taxpayer, and what was given did not match."""

    door: str
    proof: str


@dataclass(frozen=True, kw_only=True)
class LogonRegistered(Event):
    """A person made a logon. ``terms``: the version of the terms that were accepted."""

    door: str
    terms: str


@dataclass(frozen=True, kw_only=True)
class RepresentativeRegistered(Event):
    """A third party without accounts came into the register by registering itself."""

    representative: int


@dataclass(frozen=True, kw_only=True)
class BecameMasterAdministrator(Event):
    """The logon is Master Administrator of the taxpayer by what it proved."""

    proof: str
    provisional: bool


@dataclass(frozen=True, kw_only=True)
class WaitingEnded(Event):
    """A provisional Master Administrator is a full one: by the letter's code, by time, or by another's decision."""

    logon: int
    why: str


@dataclass(frozen=True, kw_only=True)
class AccessAskedFor(Event):
    """A person who proved the right to act asks to be let in."""

    request: int


@dataclass(frozen=True, kw_only=True)
class AccessGivenOnRequest(Event):
    """A Master Administrator let the person in. ``rights``: pairs of account key and rights, for a TA."""

    request: int
    access_type: str
    rights: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, kw_only=True)
class AccessRequestDeclined(Event):
    """A Master Administrator did not let the person in."""

    request: int


@dataclass(frozen=True, kw_only=True)
class RequestForAccessWithdrawn(Event):
    """The person who asked no longer does."""

    request: int


@dataclass(frozen=True, kw_only=True)
class RequestForAccessExpired(Event):
    """Nobody answered in time."""

    request: int


@dataclass(frozen=True, kw_only=True)
class DisputeOpened(Event):
    """The holder of a mailed Letter ID disputes who administers the taxpayer. Staff decide."""

    dispute: int
    taxpayer: int
