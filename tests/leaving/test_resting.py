"""Portfolios that rest: closed when nobody took them over in time, parked when nothing feeds them any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from django.db import transaction
from django.test import Client

from countersign import background
from countersign.access.models import (
    GroupMember,
    LogonStanding,
    Placement,
    PortfolioHolder,
    PortfolioSource,
    SecondaryLogon,
    SecurityGroup,
    TaxpayerAccess,
)
from countersign.access.operations.customers import differences
from countersign.access.operations.portfolios import ensure_portfolio
from countersign.access.queries.decisions import check
from countersign.events.models import Entry
from countersign.leaving.operations import (
    Choices,
    close_resting,
    delete_profile,
    leave_taxpayer,
    park_unfed,
    take_over_portfolio,
)
from countersign.leaving.queries import consequences_of_deleting, consequences_of_leaving, parked_portfolios
from countersign.logons.models import Logon
from countersign.mail.models import OutboxMail
from countersign.notices.models import Notice
from countersign.policy.errors import Refused, Stale
from countersign.policy.rights import Rights
from tests.third_party_access.test_races import at_once
from tests.third_party_access.world import World, build_world

pytestmark = pytest.mark.django_db


def firm(world: World, logons: int = 3) -> int:
    """The portfolio of Luis at Lopez, with secondary logons in Default and the bakery placed there."""
    world.grant(Rights.FILE_AND_PAY, "SLS-1")
    with transaction.atomic():
        portfolio = ensure_portfolio(world.luis, now=world.now)
    default = SecurityGroup.objects.get(portfolio_id=portfolio, is_default=True)
    Placement.objects.create(portfolio_id=portfolio, taxpayer=world.bakery, group=default, begins_at=world.now)
    for number in range(logons):
        second = world.logon(f"second{number}")
        SecondaryLogon.objects.create(
            logon=second, portfolio_id=portfolio, access_type="MA", accepted=True, begins_at=world.now
        )
        GroupMember.objects.create(logon=second, group=default, begins_at=world.now)
    return portfolio


def delete(world: World, logon: Logon, **receivers: int) -> None:
    choices = Choices(receivers={int(key.removeprefix("p")): to for key, to in receivers.items()})
    version = consequences_of_deleting(logon, at=world.now).version
    delete_profile(actor=logon, typed_username=logon.username, version=version, choices=choices, now=world.now)


def leave_lopez(world: World, logon: Logon) -> None:
    version = consequences_of_leaving(logon, world.lopez.pk, at=world.now).version
    leave_taxpayer(actor=logon, taxpayer=world.lopez.pk, version=version, choices=Choices(), now=world.now)


def live(portfolio: int) -> list[int]:
    return [
        SecondaryLogon.objects.filter(portfolio_id=portfolio, ended_at=None).count(),
        GroupMember.objects.filter(group__portfolio_id=portfolio, ended_at=None).count(),
        Placement.objects.filter(portfolio_id=portfolio, ended_at=None).count(),
        SecurityGroup.objects.filter(portfolio_id=portfolio, ended_at=None).count(),
        PortfolioSource.objects.filter(portfolio_id=portfolio, ended_at=None).count(),
    ]


def test_what_nobody_took_over_within_90_days_is_closed_in_batches(world: World) -> None:
    portfolio = firm(world)
    delete(world, world.luis)
    assert close_resting(now=world.later(days=89)) == 0
    assert live(portfolio) == [3, 3, 1, 1, 1]
    over = world.later(days=90)
    assert close_resting(now=over, batch=2) == 3
    assert live(portfolio) == [0, 0, 0, 0, 0]
    for second in (world.second0, world.second1, world.second2):
        assert LogonStanding.objects.get(logon=second, ended_at=None).status == "closed"
        assert Logon.objects.filter(username=second.username).exists()
    closed = Entry.objects.filter(name="RestingLogonsClosed").order_by("pk")
    assert [len(entry.body["closed"]) for entry in closed] == [2, 1]
    assert {entry.channel for entry in closed} == {"system"}
    assert Entry.objects.filter(name="RestingPortfolioClosed", body__portfolio=portfolio).count() == 1
    assert OutboxMail.objects.filter(kind="resting_closed").count() == 3
    assert close_resting(now=over) == 0
    assert parked_portfolios(world.lena, at=over) == []
    with pytest.raises(Refused) as refused:
        take_over_portfolio(actor=world.lena, portfolio=portfolio, now=over)
    assert refused.value.hidden
    assert differences() == 0


def test_a_portfolio_that_was_taken_over_is_left_alone(world: World) -> None:
    portfolio = firm(world)
    delete(world, world.luis)
    take_over_portfolio(actor=world.lena, portfolio=portfolio, now=world.later(days=89))
    assert close_resting(now=world.later(days=900)) == 0
    assert live(portfolio)[0] == 3
    assert check(world.second0.username, "file", "SLS-1", at=world.later(days=89.1)).allowed


def test_whoever_may_take_over_is_told_and_tells_the_two_portfolios_apart(
    world: World, client_for: Callable[[str], Client]
) -> None:
    portfolio = firm(world)
    delete(world, world.luis)
    told = Notice.objects.get(logon=world.lena, kind="somebody_left")
    assert (told.details["rest"], told.path) == (True, "/profile/take-over/")
    lena, name = client_for(world.lena.username), world.luis.full_name
    assert f"rest since their parent {name} left" in lena.get(told.path).content.decode()
    take_over_portfolio(actor=world.lena, portfolio=portfolio, now=world.now)
    page = lena.get("/secondary-logons/").content.decode()
    assert f"Received from {name} on" in page and "Secondary logons that you created" in page


def test_an_empty_portfolio_is_closed_too(world: World) -> None:
    portfolio = firm(world, logons=0)
    delete(world, world.luis)
    assert close_resting(now=world.later(days=91)) == 0
    assert live(portfolio) == [0, 0, 0, 0, 0]
    assert Entry.objects.filter(name="RestingPortfolioClosed").exists()


def test_a_worker_that_stops_leaves_the_rest_for_the_next_time(world: World) -> None:
    portfolio = firm(world)
    delete(world, world.luis)
    background.stopping.set()
    try:
        assert close_resting(now=world.later(days=91)) == 0
    finally:
        background.stopping.clear()
    assert live(portfolio)[0] == 3


def received(world: World) -> int:
    """Lena holds what Luis handed over, and administers the person besides."""
    portfolio = firm(world)
    delete(world, world.luis, **{f"p{portfolio}": world.lena.pk})
    world.access(world.lena, world.person, "MA")
    return portfolio


def test_a_received_portfolio_rests_when_its_holder_leaves_the_last_source(world: World) -> None:
    portfolio = received(world)
    assert check(world.second0.username, "file", "SLS-1").allowed
    seen = consequences_of_leaving(world.lena, world.lopez.pk, at=world.now)
    assert [(one.portfolio, one.secondary_logons) for one in seen.portfolios] == [(portfolio, 3)]
    leave_lopez(world, world.lena)
    assert not PortfolioHolder.objects.filter(portfolio_id=portfolio, ended_at=None).exists()
    assert not check(world.second0.username, "file", "SLS-1").allowed
    assert Entry.objects.filter(name="PortfolioParked", body__portfolio=portfolio).exists()
    liam = world.logon("liam", lopez="MA")
    assert [one.portfolio for one in parked_portfolios(liam, at=world.later(days=1))] == [portfolio]
    take_over_portfolio(actor=liam, portfolio=portfolio, now=world.later(days=1))
    assert check(world.second0.username, "file", "SLS-1", at=world.later(days=1.1)).allowed
    assert differences() == 0


def test_it_goes_on_while_its_holder_administers_another_source(world: World) -> None:
    portfolio = received(world)
    PortfolioSource.objects.create(portfolio_id=portfolio, taxpayer=world.person, begins_at=world.now)
    assert consequences_of_leaving(world.lena, world.lopez.pk, at=world.now).portfolios == []
    leave_lopez(world, world.lena)
    assert PortfolioHolder.objects.filter(portfolio_id=portfolio, ended_at=None).exists()


def test_leaving_is_stale_when_the_portfolio_came_meanwhile(world: World) -> None:
    portfolio = firm(world)
    world.access(world.lena, world.person, "MA")
    version = consequences_of_leaving(world.lena, world.lopez.pk, at=world.now).version
    delete(world, world.luis, **{f"p{portfolio}": world.lena.pk})
    with pytest.raises(Stale):
        leave_taxpayer(actor=world.lena, taxpayer=world.lopez.pk, version=version, choices=Choices(), now=world.now)


def test_a_portfolio_that_nothing_feeds_any_more_is_parked_by_the_worker(world: World) -> None:
    portfolio = received(world)
    assert park_unfed(now=world.now) == 0
    TaxpayerAccess.objects.filter(logon=world.lena, taxpayer=world.lopez).update(ended_at=world.now)
    assert park_unfed(now=world.now) == 1
    assert park_unfed(now=world.now) == 0
    entry = Entry.objects.get(name="PortfolioParked")
    assert (entry.channel, entry.body["portfolio"]) == ("system", portfolio)
    liam = world.logon("liam", lopez="MA")
    assert [one.portfolio for one in parked_portfolios(liam, at=world.later(days=1))] == [portfolio]


@pytest.mark.django_db(transaction=True)
def test_taking_over_meets_the_closing_and_one_of_the_two_happens(transactional_db: None) -> None:
    world = build_world()
    portfolio = firm(world)
    delete(world, world.luis)
    # Whoever came just in time, and the worker just after it.
    calls: list[Callable[[], object]] = [
        partial(take_over_portfolio, actor=world.lena, portfolio=portfolio, now=world.later(days=89.99)),
        partial(close_resting, now=world.later(days=90.01), batch=1),
        partial(close_resting, now=world.later(days=90.01), batch=1),
    ]
    ended = Counter(at_once(*calls))
    taken = PortfolioHolder.objects.filter(portfolio_id=portfolio, ended_at=None).exists()
    assert ended == ({"done": 3} if taken else {"done": 2, "Refused": 1})
    # Either everything is there, or nothing: who takes over finds all of it or is told that there is nothing.
    if not taken:
        assert live(portfolio) == [0, 0, 0, 0, 0]
    assert differences() == 0
