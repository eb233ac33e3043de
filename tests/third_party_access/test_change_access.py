from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest

from countersign.access.operations.customers import differences
from countersign.access.queries.decisions import check
from countersign.events.models import Entry
from countersign.logons.models import Logon
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.facts import Condition
from countersign.policy.reasons import Reason
from countersign.policy.rights import Rights
from countersign.submissions.models import Submission
from countersign.taxpayers.models import Account
from countersign.third_party_access.operations import change_rights, drop_client, revoke_access, set_end
from countersign.third_party_access.queries.grants import Holding, holdings, version_of_holdings
from tests.third_party_access.world import World


@pytest.fixture
def acting(world: World) -> World:
    world.grant(Rights.FILE_AND_PAY, "WTH-1", "SLS-1")
    return world


def held(world: World) -> dict[str, Holding]:
    return {row.account.number: row for row in holdings(world.lopez.pk, world.bakery.pk, at=world.now)}


def revoke(world: World, *names: str, actor: Logon | None = None) -> Submission:
    return revoke_access(
        actor=actor or world.dana,
        taxpayer=world.bakery.pk,
        third_party=world.lopez.pk,
        accounts=[world.accounts[name].pk for name in names] or None,
        now=world.now,
    )


def drop(world: World, *names: str, actor: Logon | None = None) -> Submission:
    return drop_client(
        actor=actor or world.luis,
        third_party=world.lopez.pk,
        client=world.bakery.pk,
        accounts=[world.accounts[name].pk for name in names] or None,
        now=world.now,
    )


def change(world: World, actor: Logon | None = None, version: str | None = None, **rights: Rights) -> Submission:
    before = held(world)
    named = {name.replace("_", "-"): level for name, level in rights.items()}
    return change_rights(
        actor=actor or world.dana,
        taxpayer=world.bakery.pk,
        third_party=world.lopez.pk,
        rights={before[name].grant.pk: level for name, level in named.items()},
        version=version_of_holdings(before.values()) if version is None else version,
        now=world.now,
    )


def end(
    world: World, last_day: date | None, *names: str, actor: Logon | None = None, version: str | None = None
) -> Submission:
    all_held = holdings(world.lopez.pk, world.bakery.pk, at=world.now)
    return set_end(
        actor=actor or world.dana,
        taxpayer=world.bakery.pk,
        third_party=world.lopez.pk,
        accounts=[world.accounts[name].pk for name in names],
        last_day=last_day,
        version=version_of_holdings(all_held) if version is None else version,
        now=world.now,
    )


def test_revoking_one_account_leaves_the_other(acting: World) -> None:
    submission = revoke(acting, "WTH-1")
    assert not check(acting.luis.username, "view", "WTH-1").allowed
    assert check(acting.luis.username, "view", "SLS-1").allowed
    entry = Entry.objects.get(submission=submission.confirmation_number)
    assert (entry.name, entry.body["everything"]) == ("AccessRevoked", False)
    assert differences() == 0


def test_revoking_everything_ends_what_is_planned_too(acting: World) -> None:
    acting.grant(Rights.VIEW_ONLY, "SLS-1", begins_at=acting.later(days=9))
    revoke(acting)
    assert held(acting) == {}
    assert not check(acting.luis.username, "view", "SLS-1", at=acting.later(days=10)).allowed


def test_a_freeze_never_stops_a_reduction(acting: World) -> None:
    acting.freeze(acting.bakery, Condition.FROZEN_AS_TAXPAYER)
    acting.freeze(acting.lopez, Condition.FROZEN_AS_THIRD_PARTY)
    change(acting, WTH_1=Rights.VIEW_ONLY)
    end(acting, acting.today, "WTH-1")
    revoke(acting, "WTH-1")
    drop(acting)
    assert held(acting) == {}


def test_revoking_twice_is_stale_and_the_same_page_twice_is_not(acting: World) -> None:
    token = uuid4()
    made = {
        revoke_access(
            actor=acting.dana,
            taxpayer=acting.bakery.pk,
            third_party=acting.lopez.pk,
            accounts=None,
            now=acting.now,
            token=token,
        ).confirmation_number
        for _ in range(2)
    }
    assert len(made) == 1
    with pytest.raises(Stale) as stale:
        revoke(acting)
    assert stale.value.current["what"] == Reason.GRANT_ENDED


def test_narrowing_and_widening(acting: World) -> None:
    change(acting, WTH_1=Rights.VIEW_ONLY, SLS_1=Rights.ALL_ACCESS)
    assert check(acting.luis.username, "view", "WTH-1").rights == Rights.VIEW_ONLY
    assert check(acting.luis.username, "maintain", "SLS-1").allowed
    assert list(Entry.objects.order_by("pk").values_list("name", flat=True)) == ["AccessNarrowed", "AccessWidened"]
    assert len({entry.submission for entry in Entry.objects.all()}) == 1


@pytest.mark.parametrize(
    ("of", "condition", "reason"),
    [
        ("bakery", Condition.FROZEN_AS_TAXPAYER, Reason.TAXPAYER_FROZEN),
        ("bakery", Condition.DECEASED, Reason.TAXPAYER_PAUSED),
        ("lopez", Condition.FROZEN_AS_THIRD_PARTY, Reason.THIRD_PARTY_FROZEN),
    ],
)
def test_widening_is_refused_in_a_freeze_and_changes_nothing(
    acting: World, of: str, condition: Condition, reason: Reason
) -> None:
    end(acting, acting.today + timedelta(days=5), "SLS-1")
    entries = Entry.objects.count()
    acting.freeze(getattr(acting, of), condition)
    for widening in (
        lambda: change(acting, WTH_1=Rights.VIEW_ONLY, SLS_1=Rights.ALL_ACCESS),
        lambda: end(acting, acting.today + timedelta(days=6), "SLS-1"),
        lambda: end(acting, None, "SLS-1"),
    ):
        with pytest.raises(Refused) as refused:
            widening()
        assert refused.value.reason == reason
    assert held(acting)["WTH-1"].rights == Rights.FILE_AND_PAY
    assert Entry.objects.count() == entries


def test_a_third_party_never_widens_its_own_access(acting: World) -> None:
    both = acting.logon("both", bakery="MA", lopez="MA")
    with pytest.raises(Refused) as refused:
        change(acting, both, WTH_1=Rights.ALL_ACCESS)
    assert refused.value.reason == Reason.OWN_REQUEST
    change(acting, both, WTH_1=Rights.VIEW_ONLY)
    revoke(acting, actor=both)


def test_an_end_is_set_moved_and_removed(acting: World) -> None:
    for last_day in (acting.today + timedelta(days=3), acting.today, None):
        end(acting, last_day, "WTH-1")
        assert held(acting)["WTH-1"].until == last_day
        assert held(acting)["SLS-1"].until is None
    assert Entry.objects.filter(name="AccessEndSet").count() == 3


def test_ends_that_make_no_sense_are_told(acting: World) -> None:
    yesterday = acting.today - timedelta(days=1)
    for last_day, names, field in (
        (yesterday, ["WTH-1"], "last_day"),
        (acting.today.replace(year=9999, month=12, day=31), ["WTH-1"], "last_day"),
        (acting.today, [], "accounts"),
        (None, ["WTH-1"], "last_day"),
    ):
        with pytest.raises(Invalid) as told:
            end(acting, last_day, *names)
        assert set(told.value.problems) == {field}


def test_an_end_counts_for_the_last_of_two_periods(acting: World) -> None:
    change(acting, SLS_1=Rights.VIEW_ONLY)
    end(acting, acting.today + timedelta(days=2), "SLS-1")
    acting.grant(Rights.ALL_ACCESS, "SLS-1", begins_at=acting.later(days=9))
    end(acting, acting.today + timedelta(days=30), "SLS-1")
    periods = [row.until for row in holdings(acting.lopez.pk, acting.bakery.pk, at=acting.now)]
    assert acting.today + timedelta(days=2) in periods
    assert acting.today + timedelta(days=30) in periods


def test_nothing_is_widened_on_a_closed_account(acting: World) -> None:
    Account.objects.filter(number="WTH-1").update(closed_on=acting.today)
    end(acting, acting.today + timedelta(days=3), "WTH-1")
    change(acting, WTH_1=Rights.VIEW_ONLY)
    for widening in (
        lambda: change(acting, WTH_1=Rights.FILE_AND_PAY),
        lambda: end(acting, None, "WTH-1"),
    ):
        with pytest.raises(Invalid):
            widening()


def test_nothing_to_change_is_told(acting: World) -> None:
    with pytest.raises(Invalid):
        change(acting, WTH_1=Rights.FILE_AND_PAY)
    with pytest.raises(Invalid):
        change(acting, WTH_1=Rights.NO_ACCESS)


def test_changing_what_one_did_not_see_is_stale(acting: World) -> None:
    seen = version_of_holdings(held(acting).values())
    drop(acting, "SLS-1")
    for change_seen in (
        lambda: change(acting, version=seen, WTH_1=Rights.VIEW_ONLY),
        lambda: end(acting, acting.today, "WTH-1", version=seen),
    ):
        with pytest.raises(Stale) as stale:
            change_seen()
        assert stale.value.current["what"] == Reason.ACCESS_CHANGED


def test_the_firm_drops_an_account_and_then_the_client(acting: World) -> None:
    drop(acting, "WTH-1")
    assert set(held(acting)) == {"SLS-1"}
    submission = drop(acting)
    assert held(acting) == {}
    entry = Entry.objects.get(submission=submission.confirmation_number)
    assert (entry.name, entry.body["everything"]) == ("AccessDropped", True)
    with pytest.raises(Stale):
        drop(acting)


OPERATIONS: list[tuple[str, Callable[[World, Logon], object]]] = [
    ("revoke", lambda world, actor: revoke(world, actor=actor)),
    ("change", lambda world, actor: change(world, actor, WTH_1=Rights.VIEW_ONLY)),
    ("end", lambda world, actor: end(world, world.today, "WTH-1", actor=actor)),
]


@pytest.mark.parametrize("operation", [operation for _, operation in OPERATIONS], ids=[name for name, _ in OPERATIONS])
def test_only_the_clients_master_administrator_changes_access(
    acting: World, operation: Callable[[World, Logon], object]
) -> None:
    for actor, hidden in ((acting.tess, False), (acting.luis, True), (acting.pat, True), (acting.stranger, True)):
        with pytest.raises(Refused) as refused:
            operation(acting, actor)
        assert refused.value.hidden is hidden
    assert not Entry.objects.exists()


def test_only_the_firms_master_administrator_drops(acting: World) -> None:
    assistant = acting.logon("assistant", lopez="TA")
    for actor, hidden in ((assistant, False), (acting.dana, True), (acting.stranger, True)):
        with pytest.raises(Refused) as refused:
            drop(acting, actor=actor)
        assert refused.value.hidden is hidden
