"""The words of SPEC 1: rights, access types, actions, and which right allows which action."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Rights(IntEnum):
    """Rights on one account, ordered: No Access < View Only < File and Pay < All Access."""

    NO_ACCESS = 0
    VIEW_ONLY = 1
    FILE_AND_PAY = 2
    ALL_ACCESS = 3


class AccessType(StrEnum):
    """What a logon is for one taxpayer, or what a secondary logon is for its parent."""

    MASTER_ADMINISTRATOR = "MA"
    TAX_ADMINISTRATOR = "TA"


class Action(StrEnum):
    """What somebody wants to do: four actions on an account, one on a taxpayer."""

    VIEW = "view"
    FILE = "file"
    PAY = "pay"
    MAINTAIN = "maintain"
    ADMINISTER = "administer"


LEAST_RIGHTS = {
    Action.VIEW: Rights.VIEW_ONLY,
    Action.FILE: Rights.FILE_AND_PAY,
    Action.PAY: Rights.FILE_AND_PAY,
    Action.MAINTAIN: Rights.ALL_ACCESS,
}
"""The least right that allows an action (SPEC 1). ``administer`` is no right on an account."""


def allowed_actions(rights: Rights) -> frozenset[Action]:
    """The actions that a right allows (SPEC 1; law 11: more rights never allow fewer actions)."""
    return frozenset(action for action, least in LEAST_RIGHTS.items() if rights >= least)
