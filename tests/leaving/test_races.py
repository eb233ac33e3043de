"""Leaving against leaving, in threads on a real PostgreSQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial

import pytest
from django.db import transaction

from countersign.access.models import PortfolioHolder, TaxpayerAccess
from countersign.access.operations.customers import differences
from countersign.access.operations.portfolios import ensure_portfolio
from countersign.leaving.models import SuccessorOffer
from countersign.leaving.operations import (
    Choices,
    accept_succession,
    delete_profile,
    leave_taxpayer,
    take_over_portfolio,
)
from countersign.leaving.queries import consequences_of_deleting, consequences_of_leaving
from countersign.policy.rights import Rights
from tests.third_party_access.test_races import at_once
from tests.third_party_access.world import World, build_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    yield build_world()


def test_of_two_last_master_administrators_who_leave_at_once_one_is_told(world: World) -> None:
    calls = [
        partial(
            leave_taxpayer,
            actor=logon,
            taxpayer=world.bakery.pk,
            version=consequences_of_leaving(logon, world.bakery.pk, at=world.now).version,
            choices=Choices(),
            now=world.now,
        )
        for logon in (world.dana, world.olive)
    ]
    assert Counter(at_once(*calls)) == {"done": 1, "Stale": 1}
    assert TaxpayerAccess.objects.filter(taxpayer=world.bakery, access_type="MA", ended_at=None).count() == 1


def test_of_many_deletions_of_one_logon_one_happens(world: World) -> None:
    call = partial(
        delete_profile,
        actor=world.tess,
        typed_username=world.tess.username,
        version=consequences_of_deleting(world.tess, at=world.now).version,
        choices=Choices(),
        now=world.now,
    )
    assert Counter(at_once(*[call] * 8)) == {"done": 1, "Refused": 7}


def test_a_deletion_that_hands_over_meets_the_deletion_of_the_receiver(world: World) -> None:
    world.grant(Rights.FILE_AND_PAY, "SLS-1")
    with transaction.atomic():
        portfolio = ensure_portfolio(world.luis, now=world.now)
    calls = [
        partial(
            delete_profile,
            actor=logon,
            typed_username=logon.username,
            version=consequences_of_deleting(logon, at=world.now).version,
            choices=choices,
            now=world.now,
        )
        for logon, choices in ((world.luis, Choices(receivers={portfolio: world.lena.pk})), (world.lena, Choices()))
    ]
    assert sorted(at_once(*calls)) == ["Stale", "done"]
    holder = PortfolioHolder.objects.get(portfolio_id=portfolio, ended_at=None).holder_id
    assert holder in (world.lena.pk, world.luis.pk)
    assert TaxpayerAccess.objects.filter(logon_id=holder, taxpayer=world.lopez, ended_at=None).exists()
    assert differences() == 0


def test_of_twenty_acceptances_one_happens(world: World) -> None:
    offer = SuccessorOffer.objects.create(
        taxpayer=world.bakery,
        offered_to=world.tess,
        offered_by=world.dana,
        confirmation_number="X",
        expires_at=world.later(days=14),
    )
    TaxpayerAccess.objects.filter(taxpayer=world.bakery, access_type="MA").update(ended_at=world.now)
    call = partial(accept_succession, actor=world.tess, offer=offer.pk, now=world.now)
    assert Counter(at_once(*[call] * 20)) == {"done": 1, "Stale": 19}


def test_of_two_who_take_over_one_does(world: World) -> None:
    world.logon("liam", lopez="MA")
    world.grant(Rights.FILE_AND_PAY, "SLS-1")
    with transaction.atomic():
        portfolio = ensure_portfolio(world.luis, now=world.now)
    delete_profile(
        actor=world.luis,
        typed_username=world.luis.username,
        version=consequences_of_deleting(world.luis, at=world.now).version,
        choices=Choices(),
        now=world.now,
    )
    calls = [
        partial(take_over_portfolio, actor=logon, portfolio=portfolio, now=world.later(days=1))
        for logon in (world.lena, world.liam)
    ]
    assert sorted(at_once(*calls)) == ["Refused", "done"]
    assert PortfolioHolder.objects.filter(portfolio_id=portfolio, ended_at=None).count() == 1
