"""What happened to secondary logons. Keys only: never a name, never an address.

``logon`` is the secondary logon, ``portfolio`` the one that it belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass

from countersign.events import Event
from countersign.policy.rights import AccessType, Rights


@dataclass(frozen=True, kw_only=True)
class SecondaryLogonAdded(Event):
    """A parent created a logon for somebody, or granted a cancelled one anew (``again``).

    ``from_file``: one of many, whose invitations go out one after the other.
    """

    logon: int
    portfolio: int
    access_type: AccessType
    default_rights: Rights
    account_types: tuple[int, ...] | None
    groups: tuple[int, ...]
    again: bool = False
    from_file: bool = False


@dataclass(frozen=True, kw_only=True)
class EnrollmentSent(Event):
    """The invitation was sent once more."""

    logon: int
    portfolio: int


@dataclass(frozen=True, kw_only=True)
class SecondaryLogonEnrolled(Event):
    """The invited person signed in for the first time and accepted."""

    logon: int
    portfolio: int


@dataclass(frozen=True, kw_only=True)
class SecondaryGroupsChanged(Event):
    """The logon is let in to other security groups."""

    logon: int
    portfolio: int
    come: tuple[int, ...]
    left: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class SecondarySettingsChanged(Event):
    """Another access type, other default rights or account types."""

    logon: int
    portfolio: int
    access_type: AccessType
    default_rights: Rights
    account_types: tuple[int, ...] | None


@dataclass(frozen=True, kw_only=True)
class SecondaryRightsChanged(Event):
    """Refinements changed: (taxpayer, account or 0 for the whole customer, rights or -1 for its default).

    ``from_file``: one of many, whose persons are told one after the other.
    """

    logon: int
    portfolio: int
    rights: tuple[tuple[int, int, int], ...]
    from_file: bool = False


@dataclass(frozen=True, kw_only=True)
class SecondaryLogonDeactivated(Event):
    """Its access rests until it is reactivated."""

    logon: int
    portfolio: int


@dataclass(frozen=True, kw_only=True)
class SecondaryLogonReactivated(Event):
    """Its access counts again, as far as it is on record."""

    logon: int
    portfolio: int


@dataclass(frozen=True, kw_only=True)
class SecondaryLogonCancelled(Event):
    """Its access ended for good. ``invited``: the person had not enrolled yet, so it was an invitation."""

    logon: int
    portfolio: int
    invited: bool


@dataclass(frozen=True, kw_only=True)
class SecondarySettingsCopied(Event):
    """The logon got the settings of another one; with ``refinements`` also what is set for single customers."""

    logon: int
    portfolio: int
    source: int
    refinements: bool


@dataclass(frozen=True, kw_only=True)
class ParentAskedToVouch(Event):
    """Somebody with the right password says that all second factors are lost, and asks the parent logon."""

    logon: int
    portfolio: int


@dataclass(frozen=True, kw_only=True)
class LostFactorsVouched(Event):
    """The actor vouched for the person: all second factors of the logon ended. ``asked``: the confirmation number."""

    logon: int
    portfolio: int
    asked: str


@dataclass(frozen=True, kw_only=True)
class LostFactorsNotVouched(Event):
    """The actor did not vouch: nothing changed."""

    logon: int
    portfolio: int
    asked: str


@dataclass(frozen=True, kw_only=True)
class LostFactorsAskEnded(Event):
    """Nobody has to vouch any more: it was taken back, a second factor was found, or the logon was stopped."""

    logon: int
