"""What other limits would do to a secondary logon is its rights after less its rights before, in any world."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from countersign.access.models import GroupMember, Refinement, SecondaryLogon, SecurityGroup
from countersign.access.operations.groups import set_groups
from countersign.access.operations.secondary import Place, Terms, refine, replace_secondary
from countersign.access.queries.covering import Limits, limits_of, limits_of_all
from countersign.access.queries.limits_change import accounts_of_limits, preview_of_limits
from countersign.access.queries.own import is_active
from countersign.access.queries.reach import reach
from countersign.access.queries.refinement_changes import accounts_of_refinements, preview_of_refinements
from countersign.logons.models import Logon
from countersign.policy.rights import AccessType, Rights
from countersign.secondary_logons.queries.accounts import limits_after
from countersign.taxpayers.models import Account, AccountType
from spec.world import World
from tests.exploring import EXPLORE

from .worlds import Stored, worlds

pytestmark = pytest.mark.django_db


class Undo(Exception):
    """Ends the transaction of one example."""


def rights_of(logon: Logon) -> dict[str, int]:
    return {path.account_number: int(path.rights) for path in reach(logon.username, at=None) if path.rights}


def other_limits(data: st.DataObject, portfolio: int, limits: Limits) -> Limits:
    """Anything else that one might choose."""
    groups = SecurityGroup.objects.filter(
        portfolio=portfolio, ended_at=None, ends_at=None, begins_at__lte=timezone.now()
    )
    keys = sorted(groups.values_list("pk", flat=True))
    types = sorted(AccountType.objects.values_list("pk", flat=True))
    places = [
        place
        for taxpayer, account in Account.objects.order_by("pk").values_list("taxpayer_id", "pk")
        for place in ((taxpayer, None), (taxpayer, account))
    ]
    changed = dict(limits.refined)
    for place in data.draw(st.lists(st.sampled_from(places), max_size=4)) if places else []:
        changed[place] = data.draw(st.sampled_from(Rights))
    same = data.draw(st.booleans())
    if same:
        return limits._replace(refined=changed)
    return Limits(
        data.draw(st.sampled_from(AccessType)),
        data.draw(st.sampled_from(Rights)),
        data.draw(st.none() | st.sets(st.sampled_from(types), min_size=1).map(frozenset)) if types else None,
        frozenset(data.draw(st.sets(st.sampled_from(keys)))) if keys else frozenset(),
        changed,
    )


@settings(max_examples=50 * EXPLORE, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate])
@given(world=worlds(), data=st.data())
def test_other_limits_do_what_their_preview_says(world: World, data: st.DataObject) -> None:
    with pytest.raises(Undo), transaction.atomic():
        Stored(world)
        now = timezone.now()
        facts = SecondaryLogon.objects.filter(ended_at=None, accepted=True, ends_at=None, begins_at__lte=now)
        usable = [fact for fact in facts.order_by("pk") if is_active(fact.logon_id, at=now)]
        if not usable:
            raise Undo
        fact = data.draw(st.sampled_from(usable))
        # What is planned for it is not touched by the example.
        for planned in (GroupMember, Refinement):
            rows = planned.objects.filter(logon=fact.logon_id, ended_at=None)  # type: ignore[attr-defined]
            rows.exclude(ends_at=None, begins_at__lte=now).update(ended_at=now)
        before = limits_of(fact.logon_id, at=now)
        assert before is not None
        after = other_limits(data, fact.portfolio_id, before)
        was = rights_of(fact.logon)
        preview = preview_of_limits(fact.portfolio_id, before, after, at=now)
        shown = {
            gained: accounts_of_limits(fact.portfolio_id, before, after, gained=gained, at=now, first=0, size=100)
            for gained in (True, False)
        }
        terms = Terms(after.access_type, after.default_rights, after.account_types)
        replace_secondary(fact=fact, terms=terms, submission="", now=now)
        set_groups(logon=fact.logon_id, groups=after.groups, submission="", now=now)
        for place in {*before.refined, *after.refined}:
            refine(logon=fact.logon_id, place=Place(*place), rights=after.refined.get(place), submission="", now=now)
        will = rights_of(fact.logon)
        owners = dict(Account.objects.values_list("number", "taxpayer_id"))
        everything = {*was, *will}
        gained = {number for number in everything if will.get(number, 0) > was.get(number, 0)}
        lost = {number for number in everything if will.get(number, 0) < was.get(number, 0)}
        assert {row.account_number for row in shown[True]} == gained
        assert {row.account_number for row in shown[False]} == lost
        for row in (*shown[True], *shown[False]):
            assert (row.before, row.after) == (was.get(row.account_number, 0), will.get(row.account_number, 0))
        seen, will_see = {owners[number] for number in was}, {owners[number] for number in will}
        assert preview == (len(gained), len(lost), len(will_see - seen), len(seen - will_see))
        raise Undo


@settings(max_examples=30 * EXPLORE, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate])
@given(world=worlds(), data=st.data())
def test_a_file_of_refinements_does_to_each_logon_what_the_preview_of_one_says(
    world: World, data: st.DataObject
) -> None:
    with pytest.raises(Undo), transaction.atomic():
        Stored(world)
        now = timezone.now()
        facts = [
            fact
            for fact in SecondaryLogon.objects.filter(ended_at=None, ends_at=None, begins_at__lte=now).order_by("pk")
            if limits_of(fact.logon_id, at=now) is not None
        ]
        portfolios = sorted({fact.portfolio_id for fact in facts})
        if not portfolios:
            raise Undo
        portfolio = data.draw(st.sampled_from(portfolios))
        limits = limits_of_all([fact.logon_id for fact in facts if fact.portfolio_id == portfolio], at=now)
        places = [
            place
            for taxpayer, account in Account.objects.order_by("pk").values_list("taxpayer_id", "pk")
            for place in ((taxpayer, None), (taxpayer, account))
        ]
        if not places:
            raise Undo
        levels = st.none() | st.sampled_from(Rights)
        changes = {logon: data.draw(st.dictionaries(st.sampled_from(places), levels, max_size=4)) for logon in limits}
        expected = []
        for logon, before in sorted(limits.items()):
            after = limits_after(before, {Place(*place): level for place, level in changes[logon].items()})
            one = preview_of_limits(portfolio, before, after, at=now)
            if one.accounts_gained or one.accounts_lost:
                expected.append((logon, *one))
            for gained in (True, False):
                shown = accounts_of_limits(portfolio, before, after, gained=gained, at=now, first=0, size=100)
                assert (
                    accounts_of_refinements(portfolio, changes, logon=logon, gained=gained, at=now, first=0, size=100)
                    == shown
                )
        assert preview_of_refinements(portfolio, changes, at=now).logons == expected
        raise Undo
