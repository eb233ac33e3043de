"""Counts of what secondary logons reach, against the pure rulebook asked about every account, in any world."""

from __future__ import annotations

from collections import defaultdict

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from countersign.access.models import GroupMember, LogonStanding, PortfolioHolder, SecondaryLogon, SecurityGroup
from countersign.access.operations.customers import differences
from countersign.access.operations.groups import set_groups
from countersign.access.operations.secondary import Terms, begin_secondary
from countersign.access.queries.covering import Limits, limits_of
from countersign.access.queries.decisions import check_many
from countersign.access.queries.facts import Question
from countersign.access.queries.own import live_at
from countersign.access.queries.reach_counts import Counts, reach_of_limits, reach_of_logons
from countersign.logons.models import Logon
from countersign.policy.rights import AccessType, Rights
from countersign.taxpayers.models import Account, AccountType
from spec.world import World
from tests.exploring import EXPLORE

from .worlds import Stored, worlds

pytestmark = pytest.mark.django_db
searching = settings(
    max_examples=80 * EXPLORE, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)


class Undo(Exception):
    """Ends the transaction of one example."""


def by_the_rulebook(logon: Logon) -> Counts:
    """Group → customers of it of which the logon may view some account, each account asked by itself."""
    accounts = list(Account.objects.order_by("pk").values_list("number", "taxpayer_id"))
    answers = check_many([("view", Question(logon.username, number)) for number, _taxpayer in accounts])
    seen: dict[int, set[int]] = defaultdict(set)
    for (_number, taxpayer), decision in zip(accounts, answers, strict=True):
        if decision.allowed:
            assert decision.path is not None and decision.path.group is not None
            seen[decision.path.group].add(taxpayer)
    return {group: len(customers) for group, customers in seen.items()}


@searching
@given(world=worlds())
def test_each_logon_is_counted_as_the_rulebook_says(world: World) -> None:
    with pytest.raises(Undo), transaction.atomic():
        Stored(world)
        assert differences() == 0
        for portfolio in PortfolioHolder.objects.filter(ended_at=None).values_list("portfolio", flat=True):
            logons = list(Logon.objects.filter(secondary_facts__portfolio=portfolio).distinct())
            found = reach_of_logons(portfolio, [logon.pk for logon in logons], at=timezone.now())
            groups = GroupMember.objects.filter(logon__in=logons, group__portfolio=portfolio).values("group")
            live_groups = SecurityGroup.objects.filter(live_at(timezone.now()), pk__in=groups)
            keys = frozenset(live_groups.values_list("pk", flat=True))
            unlimited = Limits(AccessType.MASTER_ADMINISTRATOR, Rights.NO_ACCESS, None, keys, {})
            whole = reach_of_limits(portfolio, unlimited, at=timezone.now())
            assert {group: count for group, count in found.whole.items() if group in keys}.items() <= whole.items()
            for logon in logons:
                live = SecondaryLogon.objects.filter(logon=logon, ended_at=None).first()
                wanted = by_the_rulebook(logon) if live is not None and live.portfolio_id == portfolio else {}
                assert found.of.get(logon.pk, {}) == wanted
        raise Undo


@searching
@given(world=worlds(), data=st.data())
def test_a_new_logon_reaches_what_was_counted_before_it_was_added(world: World, data: st.DataObject) -> None:
    with pytest.raises(Undo), transaction.atomic():
        Stored(world)
        held = list(PortfolioHolder.objects.filter(ended_at=None).order_by("pk").values_list("portfolio", flat=True))
        if not held:
            raise Undo
        portfolio, now = data.draw(st.sampled_from(held)), timezone.now()
        groups = SecurityGroup.objects.filter(portfolio=portfolio, ended_at=None, ends_at=None, begins_at__lte=now)
        keys = sorted(groups.values_list("pk", flat=True))
        types = sorted(AccountType.objects.values_list("pk", flat=True))
        terms = Terms(
            data.draw(st.sampled_from(AccessType)),
            data.draw(st.sampled_from(Rights)),
            data.draw(st.none() | st.sets(st.sampled_from(types), min_size=1).map(frozenset)),
        )
        new = Logon.objects.create(username="new-logon", email="new@mail.example")
        LogonStanding.objects.create(logon=new, status="active", begins_at=now)
        begin_secondary(logon=new.pk, portfolio=portfolio, terms=terms, accepted=True, submission="", now=now)
        chosen = data.draw(st.sets(st.sampled_from(keys))) if keys else set()
        set_groups(logon=new.pk, groups=chosen, submission="", now=now)
        limits = limits_of(new.pk, at=timezone.now())
        assert limits is not None
        assert reach_of_limits(portfolio, limits, at=timezone.now()) == by_the_rulebook(new)
        raise Undo
