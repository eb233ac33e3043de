"""What happened to the secrets of a logon. The logon is the event's subject."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.events import Event


@dataclass(frozen=True, kw_only=True)
class RecoveryMailed(Event):
    """A link to a new password was mailed to an address of the logon."""


@dataclass(frozen=True, kw_only=True)
class PasswordReset(Event):
    """A new password was chosen by a mailed link. ``enrolled``: the logon was invited and is active from now on."""

    enrolled: bool


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event):
    """A signed-in person chose a new password."""


@dataclass(frozen=True, kw_only=True)
class FactorRemovalAsked(Event):
    """Somebody with the right password says that all second factors are lost."""


@dataclass(frozen=True, kw_only=True)
class FactorRemovalCancelled(Event):
    """The removal was cancelled by a mailed link, or by a sign-in with a second factor."""


@dataclass(frozen=True, kw_only=True)
class FactorLetterAsked(Event):
    """A letter with a code that removes the second factors goes to the address on record."""


@dataclass(frozen=True, kw_only=True)
class FactorsReportedToStaff(Event):
    """All second factors are lost, and staff are to help: a case waits for them."""


@dataclass(frozen=True, kw_only=True)
class FactorsRemoved(Event):
    """The waiting is over: the second factors of the logon are gone, and its grants are kept."""
