"""Who may change a portfolio: its security groups, placements and secondary logons (SPEC 2, ``administer``). Pure.

Every question returns None when it may be done, else the :class:`Reason` why not. "A portfolio: its holder, while MA
of some taxpayer. A secondary MA of the portfolio: may add, limit, deactivate TAs and edit groups only where its own
reach covers the whole reach of what it touches, before and after; never itself, the parent, another secondary MA."
"""

from __future__ import annotations

from dataclasses import dataclass

from countersign.policy.reasons import Reason
from countersign.policy.rights import AccessType


@dataclass(frozen=True, slots=True)
class PortfolioStandpoint:
    """What the actor is to a portfolio. Who is neither sees nothing of it (law 4)."""

    holds: bool = False
    secondary_master: bool = False


def may_see_portfolio(standpoint: PortfolioStandpoint) -> Reason | None:
    """Whether the actor may open the portfolio's pages at all."""
    return None if standpoint.holds or standpoint.secondary_master else Reason.NOT_FOUND


def may_shape_groups(standpoint: PortfolioStandpoint) -> Reason | None:
    """Whether the actor may add, rename or delete security groups.

    A group that is new is in nobody's reach but the parent's, and one that is deleted reaches every logon in Default:
    that stays with the parent logon.
    """
    return may_see_portfolio(standpoint) or (None if standpoint.holds else Reason.BEYOND_OWN_REACH)


def may_place(standpoint: PortfolioStandpoint, *, covered: bool) -> Reason | None:
    """Whether the actor may move customers. ``covered``: its reach covers the groups they leave and come to."""
    reason = may_see_portfolio(standpoint)
    if reason is not None or standpoint.holds or covered:
        return reason
    return Reason.BEYOND_OWN_REACH


def may_manage_logon(
    standpoint: PortfolioStandpoint, *, access_type: AccessType, itself: bool, covered: bool
) -> Reason | None:
    """Whether the actor may add, limit, deactivate, reactivate or cancel a secondary logon.

    ``access_type``: what that logon is, and where it changes the higher of the two. ``covered``: the actor's reach
    covers that logon's whole reach, before and after.
    """
    reason = may_see_portfolio(standpoint)
    if reason is not None or standpoint.holds:
        return reason
    if itself or access_type is AccessType.MASTER_ADMINISTRATOR or not covered:
        return Reason.BEYOND_OWN_REACH
    return None
