"""The laws of SPEC 2 that are about what people can do, on real operations and a real database."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Model

from countersign.access.models import (
    Fact,
    Grant,
    GroupMember,
    LogonStanding,
    Placement,
    SecondaryLogon,
    SecurityGroup,
    TaxpayerAccess,
)
from countersign.access.operations.portfolios import ensure_portfolio
from countersign.access.queries.decisions import check
from countersign.access.queries.reach import reach
from countersign.events.models import Entry
from countersign.logons.models import Logon
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.rights import Action, Rights
from countersign.third_party_access.operations import (
    approve_access,
    change_rights,
    decline_access,
    drop_client,
    request_access,
    revoke_access,
    withdraw_request,
)
from tests.third_party_access.world import World, build_world


@pytest.fixture
def world(db: None) -> World:
    return build_world()


def attempts(world: World, actor: Logon, request: int, version: str) -> list[Callable[[], object]]:
    """Every operation on another person's access that exists, as this actor would try it."""
    of = {"actor": actor, "now": world.now}
    account, bakery, lopez = world.accounts["WTH-1"].pk, world.bakery.pk, world.lopez.pk
    return [
        lambda: approve_access(
            **of, taxpayer=bakery, request=request, rights={account: Rights.VIEW_ONLY}, ends_on=None, version=version
        ),
        lambda: decline_access(**of, taxpayer=bakery, request=request),
        lambda: revoke_access(**of, taxpayer=bakery, third_party=lopez, accounts=None),
        lambda: change_rights(
            **of, taxpayer=bakery, third_party=lopez, rights={account: Rights.ALL_ACCESS}, version="x"
        ),
        lambda: withdraw_request(**of, third_party=lopez, request=request),
        lambda: drop_client(**of, third_party=lopez, client=bakery, accounts=None),
        lambda: request_access(actor=actor, third_party=bakery, asked=world.asked(), now=world.now),
        lambda: request_access(actor=actor, third_party=lopez, asked=world.asked(), now=world.now),
    ]


def state() -> tuple[Any, ...]:
    """Everything that a decision reads, and the event log's length."""
    models: list[type[Model]] = list(Fact.__subclasses__())
    rows = tuple(tuple(model._default_manager.order_by("pk").values_list("pk", "ended_at")) for model in models)
    return (*rows, Entry.objects.count())


def test_a_taxpayer_is_in_at_most_one_group_a_secondary_logon_in_several_with_none_it_reaches_nothing(
    world: World,
) -> None:
    portfolio = ensure_portfolio(world.luis, now=world.now)
    groups = [SecurityGroup.objects.create(portfolio_id=portfolio, name=name, begins_at=world.now) for name in "AB"]
    Placement.objects.create(portfolio_id=portfolio, taxpayer=world.lopez, group=groups[0], begins_at=world.now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Placement.objects.create(portfolio_id=portfolio, taxpayer=world.lopez, group=groups[1], begins_at=world.now)
    sam = secondary(world, portfolio)
    world.grant(Rights.ALL_ACCESS, "WTH-1")
    assert reach(sam.username) == []
    for group in [*groups, SecurityGroup.objects.get(portfolio_id=portfolio, is_default=True)]:
        GroupMember.objects.create(group=group, logon=sam, begins_at=world.now)
    assert [path.account_number for path in reach(sam.username)] == ["WTH-1"]


def test_groups_and_logons_of_one_portfolio_are_useless_to_another(world: World) -> None:
    one, other = ensure_portfolio(world.luis, now=world.now), ensure_portfolio(world.lena, now=world.now)
    sam = secondary(world, one)
    world.grant(Rights.ALL_ACCESS, "WTH-1")
    foreign = SecurityGroup.objects.get(portfolio_id=other, is_default=True)
    GroupMember.objects.create(group=foreign, logon=sam, begins_at=world.now)
    assert reach(sam.username) == []


def secondary(world: World, portfolio: int) -> Logon:
    sam = world.logon("samuel")
    SecondaryLogon.objects.create(
        logon=sam, portfolio_id=portfolio, access_type="TA", default_rights=3, accepted=True, begins_at=world.now
    )
    return sam


def test_only_a_master_administrator_changes_another_persons_access(world: World) -> None:
    world.grant(Rights.VIEW_ONLY, "WTH-1")
    request = world.request(rights={world.sales.pk: Rights.VIEW_ONLY})
    version = world.version(request)
    for actor in (world.tess, world.stranger, world.pat):
        before = state()
        for attempt in attempts(world, actor, request.pk, version):
            with pytest.raises(Refused):
                attempt()
        assert state() == before


def test_no_third_party_gets_access_that_the_taxpayer_did_not_approve_nor_approves_its_own_request(
    world: World,
) -> None:
    request = world.request()
    assert Grant.objects.count() == 0 and not check("luis-logon", "view", "WTH-1").allowed
    world.access(world.luis, world.bakery, "MA")  # even where the asker administers the client too
    version = world.version(request)
    with pytest.raises(Refused):
        approve_access(
            actor=world.luis,
            taxpayer=world.bakery.pk,
            request=request.pk,
            rights={world.accounts["WTH-1"].pk: Rights.VIEW_ONLY},
            ends_on=None,
            version=version,
            now=world.now,
        )
    assert Grant.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_decision_made_after_a_revocation_committed_never_allows_what_it_revoked(transactional_db: None) -> None:
    """Twenty revocations meet twenty checks and approvals, again and again."""
    world = build_world()
    for _ in range(3):
        world.grant(Rights.ALL_ACCESS, "WTH-1", "SLS-1")
        barrier = Barrier(40)
        revoked: list[float] = []

        def run(call: Callable[[], object], gate: Barrier = barrier) -> object:
            try:
                gate.wait(timeout=30)
                return call()
            except (Refused, Stale, Invalid) as error:
                return error
            finally:
                connection.close()

        def revoke(known: list[float] = revoked) -> None:
            revoke_access(
                actor=world.dana, taxpayer=world.bakery.pk, third_party=world.lopez.pk, accounts=None, now=world.now
            )
            known.append(1.0)

        def ask(known: list[float] = revoked) -> None:
            for _ in range(20):
                committed = bool(known)
                if check("luis-logon", "view", "WTH-1").allowed:
                    assert not committed, "allowed after the revocation had committed"

        with ThreadPoolExecutor(40) as pool:
            outcomes = list(pool.map(run, [revoke] * 20 + [ask] * 20))
        assert outcomes[:20].count(None) >= 1
        assert all(outcome is None for outcome in outcomes[20:])
        assert not check("luis-logon", "view", "WTH-1").allowed
        revoked.clear()


def test_cancelled_access_cannot_be_undone(world: World) -> None:
    access = TaxpayerAccess.objects.get(logon=world.tess)
    TaxpayerAccess.objects.filter(pk=access.pk).update(ended_at=world.now, ended_by="X")
    with pytest.raises(DatabaseError), transaction.atomic():
        TaxpayerAccess.objects.filter(pk=access.pk).update(ended_at=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        TaxpayerAccess.objects.filter(logon=world.dana).update(access_type="TA")
    with pytest.raises(DatabaseError), transaction.atomic():
        TaxpayerAccess.objects.filter(pk=access.pk)._raw_delete(connection.alias)
    TaxpayerAccess.objects.create(logon=world.tess, taxpayer=world.bakery, access_type="TA", begins_at=world.now)


def test_a_username_never_changes_and_is_never_issued_again(world: World) -> None:
    """The second half of the law, about passwords, has nothing to break it yet: no password can be changed here."""
    LogonStanding.objects.filter(logon=world.tess).update(ended_at=world.now)
    LogonStanding.objects.create(logon=world.tess, status="closed", begins_at=world.now)
    for spelling in ("tess-logon", "TESS-logon"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Logon.objects.create(username=spelling, email="other@mail.example")


def test_every_change_is_recorded_in_the_same_transaction_and_a_refused_one_changes_nothing(world: World) -> None:
    request = world.request()
    entry = Entry.objects.get(submission=request.confirmation_number)
    assert (entry.actor_logon_id, entry.channel, entry.name) == (world.luis.pk, "online", "ThirdPartyAccessRequested")
    before = state()
    with pytest.raises(RuntimeError), transaction.atomic():
        decline_access(actor=world.dana, taxpayer=world.bakery.pk, request=request.pk, now=world.now)
        raise RuntimeError
    assert state() == before
    with pytest.raises(Refused):
        decline_access(actor=world.tess, taxpayer=world.bakery.pk, request=request.pk, now=world.now)
    assert state() == before


def test_a_tax_administrator_never_gains_administer_by_any_sequence_of_operations_of_its_own(world: World) -> None:
    world.grant(Rights.ALL_ACCESS, "WTH-1")
    request = world.request(rights={world.sales.pk: Rights.VIEW_ONLY})
    version = world.version(request)
    drawn = random.Random(12)
    for _ in range(60):
        with contextlib.suppress(Refused, Stale, Invalid):
            drawn.choice(attempts(world, world.tess, request.pk, version))()
        for number in world.accounts:
            assert not check("tess-logon", Action.ADMINISTER, number).allowed
