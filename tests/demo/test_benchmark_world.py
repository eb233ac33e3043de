"""The benchmarks' world, in small: the counts that it promises, and every row valid."""

from pathlib import Path

import pytest

from benchmarks.world import GIANT_KEY, GIANT_PARENT, Parameters, write_world
from tests.demo.validation import World


def test_the_counts_are_those_of_the_issue_in_small(tmp_path: Path) -> None:
    counts = write_world(tmp_path, Parameters(taxpayers=10_000))
    assert counts["taxpayers"] == 10_000
    assert counts["accounts"] == 19_700
    assert counts["logons"] == 12_350
    assert counts["grants"] == 11_100
    assert World(tmp_path).problems() == []


def test_the_giant_firm_is_as_large_as_asked(tmp_path: Path) -> None:
    write_world(tmp_path, Parameters(taxpayers=4_000, firm_clients=1_100, firm_secondaries=60, firm_groups=90))
    world = World(tmp_path)
    assert world.problems() == []
    numbers = [row["account_number"] for row in world.rows["grants"] if row["third_party_key"] == GIANT_KEY]
    assert len({world.accounts[number]["taxpayer_key"] for number in numbers}) == 1_100
    assert sum(row["parent_username"] == GIANT_PARENT for row in world.rows["logons"]) == 60
    assert sum(row["parent_username"] == GIANT_PARENT for row in world.rows["security_groups"]) == 90
    placed = sum(row["parent_username"] == GIANT_PARENT for row in world.rows["placements"])
    assert 0.8 * 1_100 < placed < 0.9 * 1_100


def test_the_proportions_at_the_default_are_the_issues() -> None:
    parameters = Parameters()
    assert (parameters.taxpayers, *parameters.sizes()) == (200_000, 247_000, 222_000, 50_000)
    assert Parameters(taxpayers=1_000_000).sizes() == (1_235_000, 1_110_000, 50_000)


def test_small_firms_have_between_5_and_400_clients(tmp_path: Path) -> None:
    write_world(tmp_path, Parameters(taxpayers=20_000))
    world = World(tmp_path)
    clients: dict[str, set[str]] = {}
    for row in world.rows["grants"]:
        taxpayer = world.accounts[row["account_number"]]["taxpayer_key"]
        clients.setdefault(row["third_party_key"], set()).add(taxpayer)
    del clients[GIANT_KEY]
    assert len(clients) > 50
    assert max(map(len, clients.values())) <= 400
    # The last firm gets what is left of the grants.
    assert sum(len(found) < 5 for found in clients.values()) <= 1


def test_contradicting_parameters_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="grants"):
        write_world(tmp_path, Parameters(taxpayers=1_000, grants=10))
    with pytest.raises(ValueError, match="too few"):
        write_world(tmp_path, Parameters(taxpayers=1_000, firm_clients=2_000))
