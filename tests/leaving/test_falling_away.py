"""What the receiver of a portfolio does not reach: said beforehand, and so it is (SPEC 3, handing over)."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from countersign.access.models import GroupMember, LogonStanding, SecondaryLogon, SecurityGroup
from countersign.access.operations.customers import refresh
from countersign.access.operations.grants import begin_grants
from countersign.access.operations.handing_over import hand_over
from countersign.access.operations.holding import hold_standing
from countersign.access.operations.portfolios import ensure_portfolio
from countersign.access.queries.decisions import check
from countersign.access.queries.falling_away import count_falling_away, falling_away
from countersign.leaving.operations import Choices
from countersign.leaving.queries import consequences_of_deleting
from countersign.logons.models import Logon
from countersign.policy.errors import Stale
from countersign.policy.rights import Rights
from countersign.taxpayers.models import Account, Taxpayer
from tests.leaving.test_delete_profile import delete
from tests.third_party_access.world import World, taxpayer

pytestmark = pytest.mark.django_db


class Firm:
    """Luis administers Lopez CPA and Quay Books, lena Lopez CPA only; sam acts through luis for everybody."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.quay = taxpayer("T8", "business", "Quay Books Inc", "FEIN", "00-0000808")
        world.accounts["QUAY-1"] = Account.objects.create(number="QUAY-1", taxpayer=self.quay, account_type=world.sales)
        world.access(world.luis, self.quay, "MA")
        with transaction.atomic():
            self.portfolio = ensure_portfolio(world.luis, now=world.now)
            refresh(portfolios=[self.portfolio], taxpayers=None)
        default = SecurityGroup.objects.get(portfolio_id=self.portfolio, is_default=True)
        before = world.now - timedelta(days=1)
        self.sam = Logon.objects.create(username="sam-logon", first_name="Sam", last_name="Person")
        LogonStanding.objects.create(logon=self.sam, status="active", begins_at=before)
        SecondaryLogon.objects.create(
            logon=self.sam,
            portfolio_id=self.portfolio,
            access_type="MA",
            default_rights=0,
            accepted=True,
            begins_at=before,
        )
        GroupMember.objects.create(logon=self.sam, group=default, begins_at=before)

    def grant(self, third_party: Taxpayer, rights: Rights, account: str) -> None:
        with transaction.atomic():
            begin_grants(
                third_party=third_party.pk, rights={self.world.accounts[account].pk: rights},
                begins_at=self.world.now, ends_at=None, submission="", now=self.world.now,
            )  # fmt: skip

    def reach(self) -> dict[str, int]:
        """Account → what sam has there."""
        return {name: int(check(self.sam.username, "view", name).rights) for name in self.world.accounts}

    @property
    def sources(self) -> list[int]:
        return [self.world.lopez.pk, self.quay.pk]

    def foreseen(self) -> list[str]:
        found = falling_away(
            self.portfolio, sources=self.sources, receiver=self.world.lena.pk, at=self.world.now, first=0, size=50
        )
        counted = count_falling_away(
            self.portfolio, sources=self.sources, receivers=[self.world.lena.pk], at=self.world.now
        )
        assert counted.get(self.world.lena.pk, 0) == len(found)
        return [one.legal_name for one in found]


@pytest.fixture
def firm(world: World) -> Firm:
    return Firm(world)


@pytest.mark.parametrize("seed", range(12))
def test_what_was_foreseen_falls_away_and_nothing_else(firm: Firm, seed: int) -> None:
    chance = random.Random(seed)
    for third_party in (firm.world.lopez, firm.quay):
        for account in ("WTH-1", "SLS-1", "SLS-9", "QUAY-1"):
            if chance.random() < 0.5 and not (account == "QUAY-1" and third_party == firm.quay):
                firm.grant(third_party, chance.choice(list(Rights)[1:]), account)
    if chance.random() < 0.5:
        firm.world.access(firm.world.lena, firm.quay, "MA", provisional=True)
    before, foreseen = firm.reach(), firm.foreseen()
    with transaction.atomic():
        hold_standing(actor=firm.world.luis.pk, taxpayers=firm.sources)
        hand_over(portfolio=firm.portfolio, to=firm.world.lena.pk, submission="", now=firm.world.now)
    after = firm.reach()
    less = {firm.world.accounts[name].taxpayer.legal_name for name in before if after[name] < before[name]}
    assert foreseen == sorted(less)


def test_who_administers_all_of_it_loses_nothing(firm: Firm) -> None:
    firm.grant(firm.quay, Rights.VIEW_ONLY, "SLS-1")
    assert firm.foreseen() == ["Harbor Bakery LLC", "Quay Books Inc"]
    firm.world.access(firm.world.lena, firm.quay, "MA")
    assert firm.foreseen() == []


def test_delete_my_profile_lists_it_first(firm: Firm, client: Any) -> None:
    firm.grant(firm.quay, Rights.VIEW_ONLY, "SLS-1")
    client.force_login(firm.world.luis)
    page = client.get(reverse("leaving:delete_my_profile")).content.decode()
    assert "If Lena Person takes them over:" in page and ">2 customers fall away</a>" in page
    address = reverse("leaving:falls_away", args=[firm.portfolio, firm.world.lena.pk])
    assert address in page
    listed = client.get(address).content.decode()
    assert "Harbor Bakery LLC" in listed and "Quay Books Inc" in listed
    file = client.get(reverse("leaving:falls_away_csv", args=[firm.portfolio, firm.world.lena.pk]))
    assert "Harbor Bakery LLC" in b"".join(file.streaming_content).decode()


def test_only_the_holder_sees_it_and_only_of_a_receiver(firm: Firm) -> None:
    for who, receiver in (
        (firm.world.lena, firm.world.lena),
        (firm.sam, firm.world.lena),
        (firm.world.luis, firm.world.dana),
    ):
        client = Client()
        client.force_login(who)
        for name in ("falls_away", "falls_away_csv"):
            assert client.get(reverse(f"leaving:{name}", args=[firm.portfolio, receiver.pk])).status_code == 404


def test_more_that_falls_away_than_was_shown_is_stale(firm: Firm) -> None:
    version = consequences_of_deleting(firm.world.luis, at=firm.world.now).version
    firm.grant(firm.quay, Rights.VIEW_ONLY, "SLS-1")
    with pytest.raises(Stale):
        delete(firm.world, firm.world.luis, Choices(receivers={firm.portfolio: firm.world.lena.pk}), version=version)
