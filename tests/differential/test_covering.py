"""A secondary Master Administrator that covers another logon never reaches less than it, in any world."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings

from countersign.access.models import GroupMember, SecondaryLogon
from countersign.access.queries.covering import covers, covers_groups, limits_of
from countersign.access.queries.own import is_active
from countersign.access.queries.reach import reach
from countersign.logons.models import Logon
from countersign.policy.rights import Rights
from spec.world import World
from tests.exploring import EXPLORE

from .worlds import Stored, worlds

pytestmark = pytest.mark.django_db


class Undo(Exception):
    """Ends the transaction of one example."""


def reached(logon: Logon) -> dict[str, Rights]:
    return {path.account_number: path.rights for path in reach(logon.username, at=None)}


@settings(max_examples=60 * EXPLORE, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate])
@given(world=worlds())
def test_who_covers_another_reaches_at_least_as_much(world: World) -> None:
    with pytest.raises(Undo), transaction.atomic():
        Stored(world)
        now = timezone.now()
        live = [
            (Logon.objects.get(pk=one.logon_id), one.portfolio_id, limits)
            for one in SecondaryLogon.objects.filter(ended_at=None)
            if (limits := limits_of(one.logon_id, at=now)) is not None
        ]
        usable = {logon.pk for logon, _, _ in live if is_active(logon.pk, at=now)}
        accepted = set(SecondaryLogon.objects.filter(ended_at=None, accepted=True).values_list("logon_id", flat=True))
        for own, portfolio, limits in live:
            if own.pk not in usable & accepted:
                continue
            held = reached(own)
            for other, their_portfolio, their_limits in live:
                if portfolio == their_portfolio and covers(limits, their_limits):
                    more = {number for number, rights in reached(other).items() if rights > held.get(number, 0)}
                    assert not more, (own.username, other.username)
            for group in limits.groups:
                members = GroupMember.objects.filter(group=group, ended_at=None).values_list("logon_id", flat=True)
                if not covers_groups(limits, [group]):
                    continue
                for other, their_portfolio, their_limits in live:
                    if other.pk in members and their_portfolio == portfolio and their_limits.groups == {group}:
                        assert all(rights <= held.get(number, 0) for number, rights in reached(other).items())
        raise Undo
