"""A route as people see it: a drawing, and words for what it gives or why it is closed.

What a reader may see of it (SPEC 7): a secondary logon its parent and its group, a firm's Master Administrator the
firm. A taxpayer's page never draws the routes of others, so that no path goes on inside a firm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from countersign.access.queries.explanation import NamedRoute
from countersign.access.wording import REASONS, REASONS_TO_YOU, WHO_CAN_CHANGE
from countersign.logons.models import Logon
from countersign.policy.reasons import Reason
from countersign.policy.rights import Rights
from countersign.taxpayers.models import Account
from countersign.ui.components.drawing import PathStep
from countersign.ui.words import RIGHTS


@dataclass(frozen=True, slots=True)
class ShownRoute:
    """One route: its drawing, the capacity and what it gives, or why it is closed and who can open it."""

    steps: Sequence[PathStep]
    label: str
    capacity: str
    rights: Rights
    reason: Any
    change: Any = ""
    limit: Any = ""

    @property
    def open(self) -> bool:
        """Whether anything passes."""
        return self.rights > Rights.NO_ACCESS

    @property
    def rights_words(self) -> Any:
        """The rights in words."""
        return RIGHTS[self.rights]


def shown_routes(reader: Logon, account: Account, routes: Sequence[NamedRoute]) -> list[ShownRoute]:
    """The routes, the deciding one first; one of many that are closed for the same reason stands for all of them."""
    shown, told = [], set()
    for place, route in enumerate(routes):
        same = (route.reason, route.third_party.pk if route.third_party else None)
        closed = not route.rights
        nothing = closed and place > 0 and route.reason is Reason.NO_ACCESS  # never was a way: says nothing
        if nothing or (closed and same in told):
            continue
        told.add(same)
        shown.append(_shown(reader, account, route))
    return shown


def _shown(reader: Logon, account: Account, route: NamedRoute) -> ShownRoute:
    limited = route.rights and route.ceiling is not None and route.ceiling < Rights.ALL_ACCESS
    return ShownRoute(
        _steps(reader, account, route),
        _("Path from you to account %(number)s") % {"number": account.number},
        capacity_words(route),
        route.rights,
        REASONS_TO_YOU.get(route.reason) or REASONS[route.reason],
        "" if route.rights else WHO_CAN_CHANGE.get(route.reason, ""),
        RIGHTS[route.ceiling] if limited and route.ceiling is not None else "",
    )


def _steps(reader: Logon, account: Account, route: NamedRoute) -> list[PathStep]:
    steps = [PathStep("logon", reader.full_name or reader.username)]
    mine = _("you are its Master Administrator")
    if route.parent is not None:
        steps.append(PathStep("parent", route.parent.full_name, _("made your secondary logon")))
        mine = _("your parent logon is its Master Administrator")
    if route.group is not None:
        steps.append(PathStep("group", route.group.name or _("Default"), _("of your parent logon")))
    if route.third_party is not None:
        steps.append(PathStep("third_party", route.third_party.legal_name, mine))
        holds = _("its client")
    elif route.reason is Reason.OWN_TAX_ADMINISTRATOR:
        holds = _("you are its Tax Administrator")
    else:
        holds = mine if route.rights else ""
    steps.append(PathStep("taxpayer", account.taxpayer.legal_name, holds))
    steps.append(PathStep("account", account.number, RIGHTS[route.rights] if route.rights else _("closed")))
    return steps


def capacity_words(route: NamedRoute) -> str:
    """In which capacity one acts on this route; a firm's reader is told the firm."""
    firm = route.third_party.legal_name if route.third_party is not None else ""
    if route.parent is not None:
        names = {"parent": route.parent.full_name, "firm": firm}
        if firm:
            return _("Secondary logon of %(parent)s, for a client of %(firm)s") % names
        return _("Secondary logon of %(parent)s") % names
    if firm:
        return _("Master Administrator of %(firm)s, for its client") % {"firm": firm}
    if route.reason is Reason.OWN_TAX_ADMINISTRATOR:
        return _("Tax Administrator")
    if route.reason is Reason.OWN_PROVISIONAL:
        return _("Master Administrator, provisional")
    if route.reason is Reason.OWN_MASTER_ADMINISTRATOR:
        return _("Master Administrator")
    return str(REASONS[route.reason])
