"""The cases in spec/decisions hold of spec/reference.py, and its questions agree with each other on every world."""

from datetime import timedelta

import pytest

from spec import reference
from spec.cases import MOMENT, Case, cases
from spec.world import Rights, live

ACTIONS = ("view", "file", "pay", "maintain", "administer")
CASES = list(cases())
every_case = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


def test_the_names_of_cases_are_distinct() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 30


@every_case
def test_the_reference_decides_as_written(case: Case) -> None:
    assert case.expectations
    for username, account, at, rights, allow, deny in case.expectations:
        asked = f"{username} on {account} at {at:%Y-%m-%d %H:%M:%S}"
        assert reference.rights(case.world, username, account, at) == rights, asked
        for action in allow:
            assert reference.allowed(case.world, username, action, account, at), f"{asked}: {action}"
        for action in deny:
            assert not reference.allowed(case.world, username, action, account, at), f"{asked}: {action}"


@every_case
def test_reach_and_who_can_list_what_the_single_questions_answer(case: Case) -> None:
    world = case.world
    usernames = {row.username for row in world.logon_standing}
    for at in {expectation.at for expectation in case.expectations}:
        for username in usernames:
            expected = {row.number: reference.rights(world, username, row.number, at) for row in world.account}
            assert reference.reach(world, username, at) == {a: held for a, held in expected.items() if held}
        for account in (row.number for row in world.account):
            for action in ACTIONS:
                expected_names = {u for u in usernames if reference.allowed(world, u, action, account, at)}
                assert reference.who_can(world, action, account, at) == expected_names


@every_case
def test_a_secondary_logon_never_reaches_more_than_its_parent_at_any_moment(case: Case) -> None:
    world = case.world
    for at in {expectation.at for expectation in case.expectations}:
        for secondary in live(world.secondary_logon, at):
            parent = reference.holder_of(world, secondary.portfolio, at)
            of_parent = reference.reach(world, parent, at) if parent else {}
            for account, held in reference.reach(world, secondary.username, at).items():
                assert held <= of_parent.get(account, Rights.NO_ACCESS)
                assert not reference.allowed(world, secondary.username, "administer", account, at)


def test_sources_customers_and_groups_of_a_received_portfolio() -> None:
    name = (
        "A received portfolio keeps the sources it came with, as far as the new holder is Master Administrator of them"
    )
    world = next(case.world for case in CASES if case.name == name)
    assert reference.sources(world, "r", MOMENT) == {"firm"}
    assert reference.customers(world, "r", MOMENT) == {"firm", "shop"}
    assert reference.group_of(world, "r", "shop", MOMENT) == "r-default"
    assert reference.group_of(world, "r", "mill", MOMENT) is None
    assert reference.group_of(world, "no such portfolio", "shop", MOMENT) is None


def test_an_individual_kept_to_its_parent_is_a_source_and_a_customer_in_no_group() -> None:
    name = "An individual of whom the parent is Master Administrator is kept to itself until placed"
    world = next(case.world for case in CASES if case.name == name)
    before = MOMENT - timedelta(days=1)
    assert reference.sources(world, "p", before) == reference.customers(world, "p", before) == {"firm", "pat-tax"}
    assert reference.group_of(world, "p", "pat-tax", before) is None
    assert reference.group_of(world, "p", "firm", before) == "p-default"
    assert reference.group_of(world, "p", "pat-tax", MOMENT) == "p-default"


def test_an_unknown_taxpayer_is_administered_by_nobody() -> None:
    name = "An account of a taxpayer that the register does not know opens to nobody"
    world = next(case.world for case in CASES if case.name == name)
    assert not reference.may_administer(world, "mia", "lost", MOMENT)
    assert reference.may_administer(world, "pat", "firm", MOMENT)
