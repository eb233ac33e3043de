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
    SECOND_STEP = "whoever gave the right password and is asked for a second factor"
    SET_UP = "whoever is signed in, or gave the right password and has to set up a second factor first"
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


def _of_portfolio(**more: object) -> Route:
    return Route(Who.CONCERNED, {"portfolio": "@portfolio", **more}, by="maria")


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
    # Help
    "help:start": Route(Who.OPEN),
    "help:topic": Route(Who.OPEN, {"topic": "logging-in"}),
    # Sign in
    "sign_in:log_in": Route(Who.OPEN),
    "sign_in:log_out": Route(Who.OPEN),
    "sign_in:stay": Route(Who.SIGNED_IN),
    "sign_in:second_step": Route(Who.SECOND_STEP),
    "sign_in:complete": Route(Who.SET_UP),
    "sign_in:passkey_alone": Route(Who.OPEN),
    "sign_in:passkey_options": Route(Who.OPEN),
    "sign_in:confirm": Route(Who.SIGNED_IN),
    # Getting back in
    "recovery:forgot": Route(Who.OPEN),
    "recovery:sent": Route(Who.OPEN),
    "recovery:link": Route(Who.OPEN, {"token": "A" * 43}),
    "recovery:reset": Route(Who.OPEN),
    "recovery:done": Route(Who.OPEN),
    "recovery:change": Route(Who.SIGNED_IN),
    "recovery:lost": Route(Who.SECOND_STEP),
    "recovery:other_ways": Route(Who.SECOND_STEP),
    "recovery:cancel_link": Route(Who.OPEN, {"token": "A" * 43}),
    "recovery:cancel": Route(Who.OPEN),
    "recovery:cancelled": Route(Who.OPEN),
    # Second factors
    "security:factors": Route(Who.SET_UP),
    "security:authenticator": Route(Who.SET_UP),
    "security:picture": Route(Who.SET_UP),
    "security:passkey": Route(Who.SET_UP),
    "security:passkey_options": Route(Who.SET_UP),
    "security:recovery_codes": Route(Who.SET_UP),
    "security:recovery_codes_file": Route(Who.SET_UP),
    "security:sessions": Route(Who.SIGNED_IN),
    "security:devices": Route(Who.SIGNED_IN),
    "security:end_device": Route(Who.CONCERNED, {"pk": "@device"}),
    "security:end_other_devices": Route(Who.SIGNED_IN),
    "security:new_recovery_codes": Route(Who.SIGNED_IN),
    "security:remove_authenticator": Route(Who.SIGNED_IN),
    "security:remove_passkey": Route(Who.CONCERNED, {"pk": "@passkey"}),
    # Registration
    "registration:start": Route(Who.OPEN),
    "registration:myself": Route(Who.OPEN),
    "registration:business": Route(Who.OPEN),
    "registration:third_party": Route(Who.OPEN),
    "registration:prove": Route(Who.OPEN),
    "registration:representative": Route(Who.OPEN),
    "registration:email": Route(Who.OPEN),
    "registration:link": Route(Who.OPEN, {"token": "no-such-link"}),
    "registration:confirm": Route(Who.OPEN),
    "registration:logon": Route(Who.OPEN),
    "registration:finish": Route(Who.OPEN),
    "registration:terms": Route(Who.OPEN),
    "registration:withdraw": Route(Who.CONCERNED, {"pk": "@request_for_access"}, by="felix"),
    "registration:letter_code": Route(Who.CONCERNED, {"taxpayer": "@HARBOR-BAKERY"}, by="dana"),
    "registration:decide": _of_bakery(pk="@request_for_access"),
    # Manage My Profile
    "profile:profile": Route(Who.SIGNED_IN),
    "profile:name": Route(Who.SIGNED_IN),
    "profile:email": Route(Who.SIGNED_IN),
    "profile:second_email": Route(Who.SIGNED_IN),
    "profile:email_confirm": Route(Who.OPEN),
    "profile:email_confirmed": Route(Who.OPEN),
    "profile:email_link": Route(Who.OPEN, {"token": "x" * 43}),
    "profile:security": Route(Who.SIGNED_IN),
    "profile:manage_my_access": Route(Who.SIGNED_IN),
    "profile:more": Route(Who.SIGNED_IN),
    "profile:acting_for": Route(Who.SIGNED_IN),
    # Leaving
    "leaving:delete_my_profile": Route(Who.SIGNED_IN),
    "leaving:deleted": Route(Who.OPEN),
    "leaving:falls_away": _of_portfolio(receiver="@victor"),
    "leaving:falls_away_csv": _of_portfolio(receiver="@victor"),
    "leaving:leave": Route(Who.CONCERNED, {"taxpayer": "@HARBOR-BAKERY"}, by="dana"),
    "leaving:follow": Route(Who.CONCERNED, {"offer": "@offer"}, by="dana"),
    "leaving:take_over": Route(Who.SIGNED_IN),
    "leaving:take_over_one": Route(Who.CONCERNED, {"portfolio": "@parked"}, by="maria"),
    # Notices
    "notices:list": Route(Who.SIGNED_IN),
    "notices:choice": Route(Who.SIGNED_IN),
    "notices:own": Route(Who.SIGNED_IN),
    "notices:not_me": Route(Who.OPEN),
    "notices:stopped": Route(Who.OPEN),
    "notices:not_me_link": Route(Who.OPEN, {"token": "x" * 43}),
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
    "submissions:csv": Route(Who.SIGNED_IN),
    "submissions:detail": Route(Who.CONCERNED, {"number": "@submission"}, by="maria"),
    "submissions:done": Route(Who.CONCERNED, {"number": "@submission"}, by="maria"),
    # Third-party access
    "third_party_access:start": Route(Who.SIGNED_IN, {"page": "clients"}, by="maria"),
    "third_party_access:overview": _of_lopez(),
    "third_party_access:request": _of_lopez(),
    "third_party_access:withdraw": _of_lopez(pk="@request"),
    "third_party_access:requests": _of_lopez(),
    "third_party_access:requests_csv": _of_lopez(),
    "third_party_access:upload": _of_lopez(),
    "third_party_access:pattern": _of_lopez(),
    "third_party_access:file": Route(Who.CONCERNED, {"taxpayer": "@LOPEZ-CPA", "file": "@request_file"}, by="maria"),
    "third_party_access:results": Route(Who.CONCERNED, {"taxpayer": "@LOPEZ-CPA", "file": "@request_file"}, by="maria"),
    "third_party_access:clients": _of_lopez(),
    "third_party_access:clients_csv": _of_lopez(),
    "third_party_access:client": _of_lopez(**_CLIENT),
    "third_party_access:drop": _of_lopez(**_CLIENT),
    "third_party_access:decide": _of_bakery(pk="@request"),
    "third_party_access:who_acts": _of_bakery(),
    "third_party_access:who_acts_csv": _of_bakery(),
    "third_party_access:firm": _of_bakery(**_FIRM),
    "third_party_access:change": _of_bakery(**_FIRM),
    "third_party_access:end": _of_bakery(**_FIRM),
    "third_party_access:revoke": _of_bakery(**_FIRM),
    # Security groups
    "security_groups:list": _of_portfolio(),
    "security_groups:add": _of_portfolio(),
    "security_groups:matrix": _of_portfolio(),
    "security_groups:groups_csv": _of_portfolio(),
    "security_groups:matrix_csv": _of_portfolio(),
    "security_groups:members_csv": _of_portfolio(group="@security_group"),
    "security_groups:changes_csv": _of_portfolio(),
    "security_groups:group": _of_portfolio(group="@security_group"),
    "security_groups:change": _of_portfolio(group="@security_group"),
    "security_groups:delete": _of_portfolio(group="@security_group"),
    "security_groups:customers": _of_portfolio(),
    "security_groups:customers_csv": _of_portfolio(),
    "security_groups:place": _of_portfolio(),
    "security_groups:place_one": _of_portfolio(taxpayer="@PELL-STREET-BOOKS"),
    "security_groups:changes": _of_portfolio(),
    "security_groups:upload": _of_portfolio(),
    "security_groups:upload_review": _of_portfolio(file="@placement_file"),
    "security_groups:upload_changes": _of_portfolio(file="@placement_file"),
    "security_groups:upload_changes_csv": _of_portfolio(file="@placement_file"),
    "security_groups:results": _of_portfolio(file="@placement_file"),
    # Secondary logons
    "secondary_logons:start": Route(Who.CONCERNED, by="maria"),
    "secondary_logons:list": _of_portfolio(),
    "secondary_logons:csv": _of_portfolio(),
    "secondary_logons:add": _of_portfolio(),
    "secondary_logons:would_reach": _of_portfolio(),
    "secondary_logons:upload": _of_portfolio(),
    "secondary_logons:pattern": _of_portfolio(),
    "secondary_logons:file": _of_portfolio(file="@logon_file"),
    "secondary_logons:results": _of_portfolio(file="@logon_file"),
    "secondary_logons:refinements_upload": _of_portfolio(),
    "secondary_logons:refinement_pattern": _of_portfolio(),
    "secondary_logons:refinements_csv": _of_portfolio(),
    "secondary_logons:refinement_file": _of_portfolio(file="@refinement_file"),
    "secondary_logons:refinement_changes": _of_portfolio(file="@refinement_file"),
    "secondary_logons:refinement_changes_csv": _of_portfolio(file="@refinement_file"),
    "secondary_logons:refinement_results": _of_portfolio(file="@refinement_file"),
    "secondary_logons:done": _of_portfolio(number="@submission"),
    "secondary_logons:logon": _of_portfolio(logon="@joel"),
    "secondary_logons:groups": _of_portfolio(logon="@joel"),
    "secondary_logons:group_clients": _of_portfolio(logon="@joel"),
    "secondary_logons:group_clients_csv": _of_portfolio(logon="@joel"),
    "secondary_logons:settings": _of_portfolio(logon="@joel"),
    "secondary_logons:customer": _of_portfolio(logon="@joel", taxpayer="@HARBOR-BAKERY"),
    "secondary_logons:changes": _of_portfolio(logon="@joel"),
    "secondary_logons:changes_csv": _of_portfolio(logon="@joel"),
    "secondary_logons:reach": _of_portfolio(logon="@joel"),
    "secondary_logons:reach_csv": _of_portfolio(logon="@joel"),
    "secondary_logons:why": _of_portfolio(logon="@joel", taxpayer="@HARBOR-BAKERY"),
    "secondary_logons:copy": _of_portfolio(logon="@joel"),
    "secondary_logons:invitation": _of_portfolio(logon="@pat"),
    "secondary_logons:deactivate": _of_portfolio(logon="@joel"),
    "secondary_logons:reactivate": _of_portfolio(logon="@lee"),
    "secondary_logons:vouch": _of_portfolio(logon="@joel"),
    "secondary_logons:ask_parent": Route(Who.SECOND_STEP),
    "secondary_logons:cancel": _of_portfolio(logon="@joel"),
    "secondary_logons:enroll": Route(Who.OPEN),
    "secondary_logons:enrolled": Route(Who.OPEN),
    "secondary_logons:enroll_link": Route(Who.OPEN, {"token": "x" * 43}),
    # End of secondary logons
}

OPEN_ROUTES = frozenset(name for name, route in ROUTES.items() if route.who in (Who.OPEN, Who.DEMO))
# What a session of which only the password was given may open, by the step that it still has to do.
STEP_ROUTES = {
    "second_factor": frozenset(name for name, route in ROUTES.items() if route.who is Who.SECOND_STEP),
    "set_up": frozenset(name for name, route in ROUTES.items() if route.who is Who.SET_UP),
}
