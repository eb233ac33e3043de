"""Parallel saves on a real PostgreSQL: a customer is in exactly one group whoever comes first."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import transaction
from django.utils import timezone

from countersign.access.models import Placement
from countersign.access.operations.customers import differences
from countersign.access.operations.own import begin_access, hold_taxpayer
from countersign.access.queries.chosen_customers import Chosen
from countersign.logons.models import Logon
from countersign.policy.rights import AccessType
from countersign.security_groups.operations import add_group, delete_group, place_customers
from countersign.taxpayers.models import Taxpayer
from tests.cast import username
from tests.security_groups.conftest import Firm
from tests.third_party_access.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_parallel_placements_one_wins(committed_firm: Firm) -> None:
    firm = committed_firm
    chosen = firm.chosen("HARBOR-BAKERY", "PELL-STREET-BOOKS")
    targets = [firm.group(name) for name in ("Restaurants", "Firm", "Default", "Next season")]
    maria, portfolio = firm.maria, firm.portfolio

    def placing(group: int, version: str) -> object:
        return place_customers(
            actor=maria, portfolio=portfolio, chosen=chosen, group=group, version=version, now=firm.now
        )

    versions = {one.pk: firm.version(chosen, one) for one in targets}
    calls = [lambda pk=pk, seen=seen: placing(pk, seen) for pk, seen in versions.items()]
    ended = Counter(at_once(*calls, *calls))
    # Another group that the same logons see as little of may look the same: then it is moved on, never doubled.
    assert ended["done"] >= 1
    assert set(ended) <= {"done", "Stale", "Invalid"}
    live = Placement.objects.filter(portfolio=portfolio, ended_at__isnull=True, taxpayer__in=chosen.taxpayers or ())
    assert max(Counter(live.values_list("taxpayer_id", flat=True)).values(), default=1) == 1
    assert differences() == 0


def test_deleting_a_group_meets_placements_into_it(committed_firm: Firm) -> None:
    firm = committed_firm
    group, default = firm.group("Restaurants"), firm.group("Default")
    chosen = firm.chosen("HARBOR-BAKERY")
    maria, portfolio = firm.maria, firm.portfolio
    placing, deleting = firm.version(chosen, group), firm.version(Chosen(group=group.pk), default)
    ended = at_once(
        lambda: place_customers(
            actor=maria, portfolio=portfolio, chosen=chosen, group=group.pk, version=placing, now=firm.now
        ),
        lambda: delete_group(actor=maria, portfolio=portfolio, group=group.pk, version=deleting, now=firm.now),
    )
    assert ended in (["done", "Stale"], ["Invalid", "done"])
    assert differences() == 0


def test_a_name_is_given_once(committed_firm: Firm) -> None:
    firm = committed_firm
    maria, portfolio = firm.maria, firm.portfolio
    ended = at_once(*[lambda: add_group(actor=maria, portfolio=portfolio, name="Inns", now=firm.now)] * 6)
    assert Counter(ended) == {"done": 1, "Invalid": 5}


def test_placing_meets_somebody_who_comes_in_at_the_firm(committed_firm: Firm) -> None:
    """Both hold the firm's row and its portfolio: always in the same order, so that neither waits in a circle."""
    firm = committed_firm
    lopez = Taxpayer.objects.get(key="LOPEZ-CPA")
    omar = Logon.objects.get(username=username("omar"))
    chosen, group = firm.chosen("HARBOR-BAKERY"), firm.group("Restaurants")
    version = firm.version(chosen, group)
    maria, portfolio = firm.maria, firm.portfolio

    def come_and_go() -> None:
        with transaction.atomic():
            held = hold_taxpayer(lopez.pk)
            begin_access(
                logon=maria,
                taxpayer=held,
                access_type=AccessType.MASTER_ADMINISTRATOR,
                submission="",
                now=timezone.now(),
            )
            begin_access(
                logon=omar,
                taxpayer=held,
                access_type=AccessType.MASTER_ADMINISTRATOR,
                submission="",
                now=timezone.now(),
            )

    def placing() -> object:
        return place_customers(
            actor=maria, portfolio=portfolio, chosen=chosen, group=group.pk, version=version, now=timezone.now()
        )

    ended = Counter(at_once(*[come_and_go, placing] * 8))
    assert set(ended) <= {"done", "Stale", "Invalid"}, ended
    assert differences() == 0
