"""reference = policy = SQL: the rule lives three times on purpose, and any world must find them equal."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from countersign.access.operations.customers import differences
from countersign.access.queries.decisions import check_many
from countersign.access.queries.facts import Question
from countersign.access.queries.listing import accounts_page
from countersign.access.queries.reach import reach, who_can
from countersign.logons.models import Logon
from spec import reference
from spec.cases import Case, cases
from spec.world import (
    Account,
    Grant,
    GroupMember,
    LogonStanding,
    Period,
    Placement,
    PortfolioHolder,
    SecondaryLogon,
    SecurityGroup,
    Taxpayer,
    TaxpayerAccess,
    World,
)
from tests.exploring import EXPLORE

from .worlds import MOMENTS, NOW, Stored, known_as, worlds

ACTIONS = ("view", "file", "pay", "maintain", "administer", "audit")
pytestmark = pytest.mark.django_db


class Undo(Exception):
    """Ends the transaction of one example."""


def names(world: World) -> list[str]:
    return sorted({row.username for row in world.logon_standing} | {"nobody"})


def numbers(world: World) -> list[str]:
    return [row.number for row in world.account] + ["no-such-account"]


def compare_at(stored: Stored, day: int, *, now: bool) -> None:
    """Every logon, account and action at one moment, asked of the three."""
    world, at = stored.world, None if now else stored.moment(day)
    asked = [(user, action, account) for user in names(world) for account in numbers(world) for action in ACTIONS]
    answers = check_many([(action, Question(user, account, at)) for user, action, account in asked])
    for (user, action, account), decision in zip(asked, answers, strict=True):
        wanted = reference.rights(world, user, account, day), reference.allowed(world, user, action, account, day)
        assert (decision.rights, decision.allowed) == wanted, (user, action, account, day, decision.reason)
    for user in names(world):
        wanted_reach = {account: rights for account, rights in reference.reach(world, user, day).items() if rights}
        assert {path.account_number: int(path.rights) for path in reach(user, at=at)} == wanted_reach, (user, day)
        if now:
            assert listed(user) == wanted_reach, (user, "list")
    for account in numbers(world):
        for action in ("view", "file", "maintain", "administer", "audit"):
            found = {path.username for path in who_can(action, account, at=at)}
            assert found == reference.who_can(world, action, account, day), (action, account, day)


def listed(username: str) -> dict[str, int]:
    """All pages of the list, three rows each."""
    logon = Logon.objects.filter(username=username).first()
    if logon is None:
        return {}
    found: dict[str, int] = {}
    after = None
    while True:
        page = accounts_page(logon.pk, after=after, size=3)
        for row in page.rows:
            assert row.account_number not in found, "a row stands on two pages"
            found[row.account_number] = int(row.rights)
        if not page.has_next:
            return found
        after = page.rows[-1].position


@settings(
    max_examples=60 * EXPLORE,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],  # shrinking such worlds takes minutes and helps little
)
@given(world=worlds(), day=st.sampled_from(list(MOMENTS)))
def test_any_world_is_decided_the_same_three_times(world: World, day: int) -> None:
    with pytest.raises(Undo), transaction.atomic():
        stored = Stored(world)
        compare_at(stored, day, now=False)
        compare_at(stored, NOW, now=True)
        assert differences() == 0
        raise Undo


NEXT_DAY, PLANNED = Period(NOW + 1), Period(1, NOW - 1)


@pytest.mark.parametrize(
    ("group", "placement", "own"),
    [
        (PLANNED, Period(1), Period(0)),
        (Period(1), PLANNED, Period(0)),
        (Period(1), NEXT_DAY, Period(0)),
        (Period(1), None, Period(0)),
        (Period(1), None, PLANNED),
        (Period(1), None, NEXT_DAY),
    ],
)
def test_a_group_that_changes_by_a_planned_date_changes_lists_too(
    group: Period, placement: Period | None, own: Period
) -> None:
    """Nothing is written when a planned date comes, and the derived customers keep the group of the day before."""
    world = World(
        taxpayer=[Taxpayer("t0", "business"), Taxpayer("t1", "individual")],
        account=[Account("t0-sales", "t0", "sales"), Account("t1-sales", "t1", "sales")],
        logon_standing=[LogonStanding("parent0", "active", Period(0)), LogonStanding("second0", "active", Period(0))],
        taxpayer_access=[
            TaxpayerAccess("parent0", "t0", "MA", False, True, Period(0)),
            TaxpayerAccess("parent0", "t1", "MA", False, True, own),
        ],
        grant=[Grant("t0", "t1-sales", 2, Period(0))],
        portfolio_holder=[PortfolioHolder("f0", "parent0", False, Period(0))],
        secondary_logon=[SecondaryLogon("second0", "f0", "MA", 3, None, True, Period(0))],
        security_group=[SecurityGroup("f0-g0", "f0", True, Period(0)), SecurityGroup("f0-g1", "f0", False, group)],
        group_member=[GroupMember("f0-g0", "second0", Period(0))],
        placement=[] if placement is None else [Placement("f0", "t1", "f0-g1", placement)],
    )
    stored = Stored(world)
    compare_at(stored, NOW, now=True)
    assert differences() == 0


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.name)
def test_every_case_is_decided_so_by_the_product(case: Case) -> None:
    """The cases of ``spec/decisions``, each with the expectations worked out by hand from SPEC.md."""
    stored = StoredCase(case.world)
    for wanted in case.expectations:
        actions = [*wanted.allow, *wanted.deny]
        answers = check_many(
            [(action, Question(known_as(wanted.username), wanted.account, wanted.at)) for action in ["view", *actions]]
        )
        assert answers[0].rights == wanted.rights, (wanted, answers[0])
        assert [answer.allowed for answer in answers[1:]] == [True] * len(wanted.allow) + [False] * len(wanted.deny)
        reached = {path.account_number: path.rights for path in reach(known_as(wanted.username), at=wanted.at)}
        assert reached.get(wanted.account, 0) == wanted.rights
    assert stored.world is case.world


class StoredCase(Stored):
    """The cases give real moments."""

    def moment(self, day):  # type: ignore[no-untyped-def]
        return day
