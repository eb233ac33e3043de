"""Who may open what: every address of the site by name. An address that is not in this table fails the tests.

Whether somebody may do something is decided by operations and queries, never here. This table says what is open
to people who have not signed in (the middleware lets them see nothing else), and what the tests expect of the
rest: they open each address with its ``example`` as everybody of the cast.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Who(Enum):
    """Who may open an address."""

    OPEN = "anyone, signed in or not"
    SIGNED_IN = "whoever is signed in; what it shows is limited to what they may see"
    MASTER_ADMINISTRATOR = "full Master Administrators of the example's `taxpayer`; to others it does not exist"
    CONCERNED = "those whom the thing in the example concerns; to others it does not exist"
    DEMO = "anyone, where the settings show it (the gallery); elsewhere it does not exist"


@dataclass(frozen=True)
class Route:
    """One address. ``example``: its parts, where ``@name`` stands for a key of the tests' world.

    ``by`` is somebody of the cast for whom the example exists.
    """

    who: Who
    example: Mapping[str, object] = field(default_factory=dict)
    by: str = "dana"


def _of_lopez(**more: object) -> Route:
    return Route(Who.MASTER_ADMINISTRATOR, {"taxpayer": "@LOPEZ-CPA", **more}, by="maria")


def _of_bakery(**more: object) -> Route:
    return Route(Who.MASTER_ADMINISTRATOR, {"taxpayer": "@HARBOR-BAKERY", **more}, by="dana")


_FIRM = {"third_party": "@LOPEZ-CPA"}
_CLIENT = {"client": "@HARBOR-BAKERY"}

ROUTES: Mapping[str, Route] = {
    # Shell
    "ui:healthz": Route(Who.OPEN),
    "ui:theme": Route(Who.OPEN),
    "ui:language": Route(Who.OPEN),
    "ui:gallery": Route(Who.DEMO),
    "ui:gallery_layout": Route(Who.DEMO, {"layout": "plain"}),
    "ui:gallery_error": Route(Who.DEMO, {"status": 404}),
    # Sign in
    "sign_in:log_in": Route(Who.OPEN),
    "sign_in:log_out": Route(Who.OPEN),
    "sign_in:forgot": Route(Who.OPEN),
    # Manage My Profile
    "profile:profile": Route(Who.SIGNED_IN),
    "profile:security": Route(Who.SIGNED_IN),
    "profile:manage_my_access": Route(Who.SIGNED_IN),
    "profile:more": Route(Who.SIGNED_IN),
    "profile:acting_for": Route(Who.SIGNED_IN),
    # Home, accounts, history
    "home:home": Route(Who.SIGNED_IN),
    "home:csv": Route(Who.SIGNED_IN),
    "tax_accounts:account": Route(Who.CONCERNED, {"account": "@account"}),
    "tax_accounts:why": Route(Who.CONCERNED, {"account": "@account"}),
    "tax_accounts:who_has_access": Route(Who.CONCERNED, {"account": "@account"}),
    "tax_accounts:taxpayer_who_has_access": _of_bakery(),
    "tax_accounts:why_not": Route(Who.SIGNED_IN),
    "history:taxpayer": _of_bakery(),
    # Submissions
    "submissions:list": Route(Who.SIGNED_IN),
    "submissions:detail": Route(Who.CONCERNED, {"number": "@submission"}, by="maria"),
    "submissions:done": Route(Who.CONCERNED, {"number": "@submission"}, by="maria"),
    # Third-party access
    "third_party_access:start": Route(Who.SIGNED_IN, {"page": "clients"}, by="maria"),
    "third_party_access:overview": _of_lopez(),
    "third_party_access:request": _of_lopez(),
    "third_party_access:withdraw": _of_lopez(pk="@request"),
    "third_party_access:clients": _of_lopez(),
    "third_party_access:client": _of_lopez(**_CLIENT),
    "third_party_access:drop": _of_lopez(**_CLIENT),
    "third_party_access:decide": _of_bakery(pk="@request"),
    "third_party_access:who_acts": _of_bakery(),
    "third_party_access:firm": _of_bakery(**_FIRM),
    "third_party_access:change": _of_bakery(**_FIRM),
    "third_party_access:end": _of_bakery(**_FIRM),
    "third_party_access:revoke": _of_bakery(**_FIRM),
}

OPEN_ROUTES = frozenset(name for name, route in ROUTES.items() if route.who in (Who.OPEN, Who.DEMO))
