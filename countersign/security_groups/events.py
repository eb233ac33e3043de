"""What happened to security groups. Keys and counts only; which customers moved stands in their placements."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.events import Event


@dataclass(frozen=True, kw_only=True)
class SecurityGroupAdded(Event):
    """A group without customers or logons was added."""

    group: int
    portfolio: int


@dataclass(frozen=True, kw_only=True)
class SecurityGroupChanged(Event):
    """A group has another name or description; nobody's access changes by that."""

    group: int
    portfolio: int


@dataclass(frozen=True, kw_only=True)
class SecurityGroupDeleted(Event):
    """A group ended; so many customers went to Default, and its logons are no longer let in."""

    group: int
    portfolio: int
    customers: int


@dataclass(frozen=True, kw_only=True)
class CustomersPlaced(Event):
    """So many customers left the groups that they were in for this one."""

    group: int
    portfolio: int
    customers: int


@dataclass(frozen=True, kw_only=True)
class CustomersKept(Event):
    """So many individuals of the parent's own left their groups: no secondary logon sees them any more."""

    portfolio: int
    customers: int


@dataclass(frozen=True, kw_only=True)
class PlacementsUploaded(Event):
    """A file of placements was submitted: so many customers came to other groups, so many rows were skipped."""

    file: int
    portfolio: int
    customers: int
    skipped: int
