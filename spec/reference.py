"""The rule: who may do what (SPEC.md section 2), slow and obvious, over raw rows.

Written from SPEC.md alone, so that it disagrees with the product where the product is wrong. What stands in
quotation marks is SPEC's sentence. `at` is the moment asked about: "Time is an argument".
A well-formed world has, at any moment, one holder and one Default per portfolio, and one placement per
portfolio and taxpayer. Where a world breaks that, the answer is nothing, not a guess.
"""

from __future__ import annotations

from spec.world import Rights, SecondaryLogon, Time, World, live

# "View Only allows view; File and Pay allows view file pay; All Access allows view file pay maintain."
NEEDED = {
    "view": Rights.VIEW_ONLY,
    "file": Rights.FILE_AND_PAY,
    "pay": Rights.FILE_AND_PAY,
    "maintain": Rights.ALL_ACCESS,
}

FULL_MA, PROVISIONAL_MA, TA = "full MA", "provisional MA", "TA"


def only(values: set[str]) -> str | None:
    """The one value; None when there is none, or more than one."""
    return next(iter(values)) if len(values) == 1 else None


# --- the register, and the standing of logons and taxpayers ---


def kind_of(world: World, taxpayer: str) -> str | None:
    return only({row.kind for row in world.taxpayer if row.key == taxpayer})


def taxpayer_of(world: World, account: str) -> str | None:
    """The taxpayer of a known account; None is "a name is unknown"."""
    taxpayer = only({row.taxpayer for row in world.account if row.number == account})
    return taxpayer if taxpayer is not None and kind_of(world, taxpayer) is not None else None


def is_active(world: World, username: str, at: Time) -> bool:
    """ "Denied, when the logon is not active (invited, deactivated, cancelled, closed)", or unknown."""
    return {row.status for row in live(world.logon_standing, at, username=username)} == {"active"}


def is_secondary(world: World, username: str) -> bool:
    """ "secondary logon: a logon that a parent logon created": once secondary, never parentless."""
    return any(row.username == username for row in world.secondary_logon)


def conditions(world: World, taxpayer: str, at: Time) -> set[str]:
    return {row.condition for row in live(world.taxpayer_condition, at, taxpayer=taxpayer)}


def is_frozen(world: World, taxpayer: str, at: Time) -> bool:
    """ "T is frozen as taxpayer"."""
    return "frozen_as_taxpayer" in conditions(world, taxpayer, at)


def is_paused(world: World, taxpayer: str, at: Time) -> bool:
    """ "T is deceased or dissolved (grants and TAs pause until staff confirm a fiduciary as MA)"."""
    now = conditions(world, taxpayer, at)
    return bool(now & {"deceased", "dissolved"}) and "fiduciary_confirmed" not in now


def acts_for_clients(world: World, third_party: str, at: Time) -> bool:
    """ "the third party is frozen as third party, deceased or dissolved (no client reach)"."""
    return not conditions(world, third_party, at) & {"frozen_as_third_party", "deceased", "dissolved"}


# --- a parentless logon ---


def capacity(world: World, username: str, taxpayer: str, at: Time) -> str | None:
    """What an active parentless logon is for a taxpayer; nothing while it "has not accepted this access"."""
    is_known = kind_of(world, taxpayer) is not None
    if not is_known or is_secondary(world, username) or not is_active(world, username, at):
        return None
    rows = live(world.taxpayer_access, at, username=username, taxpayer=taxpayer)
    accepted = [row for row in rows if row.accepted]
    if any(row.access_type == "MA" for row in accepted):
        is_full = any(row.access_type == "MA" and not row.provisional for row in accepted)
        return FULL_MA if is_full else PROVISIONAL_MA
    return TA if any(row.access_type == "TA" for row in accepted) else None


def mastered(world: World, username: str, at: Time) -> set[str]:
    """The taxpayers of which a logon is full MA: of a provisional one "nothing passes on to secondary logons
    or opens clients"."""
    return {row.key for row in world.taxpayer if capacity(world, username, row.key, at) == FULL_MA}


def own(world: World, username: str, account: str, taxpayer: str, at: Time) -> int:
    """ "own = All Access if L is MA of T (File and Pay while provisional); else the rights that L holds on X
    as TA of T". Of a deceased or dissolved T, "TAs pause, MAs keep theirs"."""
    what = capacity(world, username, taxpayer, at)
    if what == FULL_MA:
        return Rights.ALL_ACCESS
    if what == PROVISIONAL_MA:
        return Rights.FILE_AND_PAY
    if what != TA or is_paused(world, taxpayer, at):
        return Rights.NO_ACCESS
    held = live(world.account_rights, at, username=username, account=account)
    return max((row.rights for row in held), default=Rights.NO_ACCESS)


def client(world: World, third_parties: set[str], account: str, taxpayer: str, at: Time) -> int:
    """ "client = the highest rights among grants live at t on X to a third party" of these, unless paused."""
    if is_paused(world, taxpayer, at):
        return Rights.NO_ACCESS
    acting = {party for party in third_parties if acts_for_clients(world, party, at)}
    grants = [row for row in live(world.grant, at, account=account) if row.third_party in acting]
    return max((row.rights for row in grants), default=Rights.NO_ACCESS)


def parentless_rights(world: World, username: str, account: str, taxpayer: str, at: Time) -> int:
    """ "reach(L, X) = the higher of the two". Of a frozen T, "its parentless MAs keep View Only; everyone
    else has No Access"."""
    of_its_own = own(world, username, account, taxpayer, at)
    if is_frozen(world, taxpayer, at):
        is_master = capacity(world, username, taxpayer, at) in (FULL_MA, PROVISIONAL_MA)
        return min(of_its_own, Rights.VIEW_ONLY) if is_master else Rights.NO_ACCESS
    return max(of_its_own, client(world, mastered(world, username, at), account, taxpayer, at))


# --- a portfolio, and the secondary logons in it ---


def holder_of(world: World, portfolio: str, at: Time) -> str | None:
    """The "parent P" that holds a portfolio; a parked one has none and is "unusable"."""
    return only({row.username for row in live(world.portfolio_holder, at, portfolio=portfolio)})


def sources(world: World, portfolio: str, at: Time) -> set[str]:
    """ "Sources are taxpayers of which the holder is MA; a portfolio that was received keeps those it came
    with, as far as the new holder is MA of them." There are none when "its parent is not active"."""
    holder = holder_of(world, portfolio, at)
    found = mastered(world, holder, at) if holder is not None else set()
    if any(row.received for row in live(world.portfolio_holder, at, portfolio=portfolio)):
        return found & {row.taxpayer for row in live(world.portfolio_source, at, portfolio=portfolio)}
    return found


def through(world: World, portfolio: str, account: str, at: Time) -> int:
    """ "through(P, X) = All Access if P is MA of T and T is a source; else client(P, X) counting only grants
    to third parties that are sources". "What P holds merely as somebody's TA is never passed on"."""
    taxpayer = taxpayer_of(world, account)
    if taxpayer is None or is_frozen(world, taxpayer, at):
        return Rights.NO_ACCESS
    passed_on = sources(world, portfolio, at)
    if taxpayer in passed_on:
        return Rights.ALL_ACCESS
    return client(world, passed_on, account, taxpayer, at)


def customers(world: World, portfolio: str, at: Time) -> set[str]:
    """The taxpayers "that P reaches" by way of the portfolio: its sources, and their clients."""
    reached = [row for row in world.account if through(world, portfolio, row.number, at) > Rights.NO_ACCESS]
    return sources(world, portfolio, at) | {row.taxpayer for row in reached}


def group_of(world: World, portfolio: str, taxpayer: str, at: Time) -> str | None:
    """ "A taxpayer that P reaches is in exactly one group: Default, unless moved. One exception: individuals
    of whom P is MA: in no group until P places them." Deleting a group "moves its customers to Default"."""
    holder = holder_of(world, portfolio, at)
    if holder is None or taxpayer not in customers(world, portfolio, at):
        return None
    ever = {row.group for row in world.security_group if row.portfolio == portfolio}
    groups = live(world.security_group, at, portfolio=portfolio)
    placed = {row.group for row in live(world.placement, at, portfolio=portfolio, taxpayer=taxpayer)} & ever
    is_master = capacity(world, holder, taxpayer, at) in (FULL_MA, PROVISIONAL_MA)
    if kind_of(world, taxpayer) == "individual" and is_master and not placed:
        return None
    return only(placed & {row.group for row in groups} or {row.group for row in groups if row.is_default})


def ceiling(world: World, secondary: SecondaryLogon, account: str, taxpayer: str, at: Time) -> int:
    """ "No Access if that is set for the customer; else the refinement of account X; else that of the
    customer; else All Access if S is MA, else S's default rights. Refinements bind MAs too"."""
    refined = live(world.refinement, at, username=secondary.username, taxpayer=taxpayer)
    of_customer = [row.rights for row in refined if row.account is None]
    of_account = [row.rights for row in refined if row.account == account]
    if Rights.NO_ACCESS in of_customer:
        return Rights.NO_ACCESS
    if of_account or of_customer:
        return min(of_account or of_customer)
    return Rights.ALL_ACCESS if secondary.access_type == "MA" else secondary.default_rights


def secondary_rights(world: World, secondary: SecondaryLogon, account: str, taxpayer: str, at: Time) -> int:
    """ "Nothing, unless T's security group in the portfolio is among S's groups, and X's account type is
    among S's account types (all, unless limited). Then the lower of through(P, X) and S's ceiling"."""
    group = group_of(world, secondary.portfolio, taxpayer, at)
    is_let_in = any(row.group == group for row in live(world.group_member, at, username=secondary.username))
    types = {row.account_type for row in world.account if row.number == account}
    is_type_open = secondary.account_types is None or types <= secondary.account_types
    if not (secondary.accepted and is_let_in and is_type_open):
        return Rights.NO_ACCESS
    limit = ceiling(world, secondary, account, taxpayer, at)
    return min(through(world, secondary.portfolio, account, at), limit)


# --- the questions ---


def rights(world: World, username: str, account: str, at: Time) -> int:
    """What a logon holds on an account; "`rights` in an answer never depend on the action asked"."""
    taxpayer = taxpayer_of(world, account)
    if taxpayer is None or not is_active(world, username, at):
        return Rights.NO_ACCESS
    if not is_secondary(world, username):
        return parentless_rights(world, username, account, taxpayer, at)
    held = [
        secondary_rights(world, secondary, account, taxpayer, at)
        for secondary in live(world.secondary_logon, at, username=username)
    ]
    return max(held, default=Rights.NO_ACCESS)


def may_administer(world: World, username: str, taxpayer: str, at: Time) -> bool:
    """ "administer T: parentless, full (not provisional) MA of T, nobody else"; a freeze leaves it."""
    return capacity(world, username, taxpayer, at) == FULL_MA


def allowed(world: World, username: str, action: str, account: str, at: Time) -> bool:
    """ "administer asked of an account is asked of its taxpayer; an unknown action is denied"."""
    if action == "administer":
        taxpayer = taxpayer_of(world, account)
        return taxpayer is not None and may_administer(world, username, taxpayer, at)
    return action in NEEDED and rights(world, username, account, at) >= NEEDED[action]


def reach(world: World, username: str, at: Time) -> dict[str, int]:
    """Every account that a logon has rights on, with them."""
    found = {row.number: rights(world, username, row.number, at) for row in world.account}
    return {account: held for account, held in found.items() if held > Rights.NO_ACCESS}


def who_can(world: World, action: str, account: str, at: Time) -> set[str]:
    """Every logon that may do this with the account."""
    return {row.username for row in world.logon_standing if allowed(world, row.username, action, account, at)}
