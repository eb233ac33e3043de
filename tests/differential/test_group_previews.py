"""A preview is reach after minus reach before, for any world and any change of groups."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from countersign.access.models import GroupMember, PortfolioHolder, SecondaryLogon, SecurityGroup
from countersign.access.operations.customers import differences
from countersign.access.operations.groups import end_group, keep, place, set_groups
from countersign.access.queries.chosen_customers import Chosen, groups_of_customers
from countersign.access.queries.group_changes import (
    ChangedCustomer,
    Preview,
    customers_of_groups,
    customers_of_placing,
    preview_of_groups,
    preview_of_placing,
)
from countersign.access.queries.mapping_changes import Move, customers_of_moves, preview_of_moves
from countersign.access.queries.reach import reach
from countersign.logons.models import Logon
from countersign.taxpayers.models import Account, Taxpayer
from spec.world import World
from tests.exploring import EXPLORE

from .worlds import Stored, worlds

pytestmark = pytest.mark.django_db
searching = settings(
    max_examples=40 * EXPLORE, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)


class Undo(Exception):
    """Ends the transaction of one example."""


def clients(portfolio: int) -> dict[int, set[int]]:
    """By the rule: which taxpayers each secondary logon of the portfolio reaches now."""
    owners = dict(Account.objects.values_list("number", "taxpayer_id"))
    logons = Logon.objects.filter(pk__in=SecondaryLogon.objects.filter(portfolio=portfolio).values("logon"))
    return {
        logon.pk: {owners[path.account_number] for path in reach(logon.username, at=None) if path.rights}
        for logon in logons
        if SecondaryLogon.objects.filter(portfolio=portfolio, logon=logon, ended_at=None).exists()
    }


def check(preview: Preview, pages: Any, before: dict[int, set[int]], after: dict[int, set[int]]) -> None:
    wanted = {
        logon: (len(after[logon] - before[logon]), len(before[logon] - after[logon]))
        for logon in before
        if before[logon] != after[logon]
    }
    assert {change.logon: (change.gains, change.losses) for change in preview.logons} == wanted
    for logon in before:
        for gained, difference in ((True, after[logon] - before[logon]), (False, before[logon] - after[logon])):
            shown = {row.taxpayer for row in pages[logon, gained]}
            assert shown == difference, (logon, gained)


def portfolio_of(data: st.DataObject) -> int | None:
    held = list(PortfolioHolder.objects.filter(ended_at=None).order_by("pk").values_list("portfolio", flat=True))
    return data.draw(st.sampled_from(held)) if held else None


@searching
@given(world=worlds(), data=st.data())
def test_placing_customers_does_what_its_preview_says(world: World, data: st.DataObject) -> None:
    with pytest.raises(Undo), transaction.atomic():
        Stored(world)
        portfolio, now = portfolio_of(data), timezone.now()
        groups = list(
            SecurityGroup.objects.filter(portfolio=portfolio, ended_at=None, ends_at=None, begins_at__lte=now)
        )
        if portfolio is None or not any(group.is_default for group in groups):
            raise Undo
        # None: the holder's own individuals are kept to it again.
        group = data.draw(st.sampled_from([*sorted(one.pk for one in groups), None]))
        keys = sorted(Taxpayer.objects.values_list("pk", flat=True))
        chosen = data.draw(
            st.sampled_from([Chosen(), Chosen(search="NAME t1"), Chosen(group=min(one.pk for one in groups))])
            | st.lists(st.sampled_from(keys), unique=True).map(lambda some: Chosen(taxpayers=tuple(some)))
        )
        before = clients(portfolio)
        preview = preview_of_placing(portfolio, chosen, group=group, at=now)
        pages: dict[tuple[int, bool], list[ChangedCustomer]] = {
            (logon, gained): customers_of_placing(
                portfolio, chosen, group=group, logon=logon, gained=gained, at=now, first=0, size=50
            )
            for logon in before
            for gained in (True, False)
        }
        if group is None:
            moved = keep(portfolio=portfolio, chosen=chosen, submission="", now=now)
        else:
            moved = place(portfolio=portfolio, chosen=chosen, group=group, submission="", now=now)
        assert moved == preview.customers
        check(preview, pages, before, clients(portfolio))
        assert differences() == 0
        raise Undo


@searching
@given(world=worlds(), data=st.data())
def test_changing_the_groups_of_a_logon_does_what_its_preview_says(world: World, data: st.DataObject) -> None:
    with pytest.raises(Undo), transaction.atomic():
        Stored(world)
        portfolio, now = portfolio_of(data), timezone.now()
        secondaries = sorted(SecondaryLogon.objects.filter(portfolio=portfolio, ended_at=None), key=lambda one: one.pk)
        groups = SecurityGroup.objects.filter(portfolio=portfolio, ended_at=None, ends_at=None, begins_at__lte=now)
        if portfolio is None or not secondaries or not groups:
            raise Undo
        logon = data.draw(st.sampled_from(secondaries)).logon_id
        # A membership that is planned is not touched by the example.
        GroupMember.objects.filter(logon=logon, ended_at=None).exclude(ends_at=None, begins_at__lte=now).update(
            ended_at=now
        )
        wanted = data.draw(st.sets(st.sampled_from(sorted(group.pk for group in groups))))
        before = clients(portfolio)
        preview = preview_of_groups(portfolio, logon, groups=wanted, at=now)
        pages = {
            (one, gained): customers_of_groups(
                portfolio, groups=wanted, logon=one, gained=gained, at=now, first=0, size=50
            )
            if one == logon
            else []
            for one in before
            for gained in (True, False)
        }
        set_groups(logon=logon, groups=wanted, submission="", now=now)
        check(preview, pages, before, clients(portfolio))
        raise Undo


@searching
@given(world=worlds(), data=st.data())
def test_deleting_a_group_is_placing_all_of_it_in_default(world: World, data: st.DataObject) -> None:
    with pytest.raises(Undo), transaction.atomic():
        Stored(world)
        portfolio, now = portfolio_of(data), timezone.now()
        groups = SecurityGroup.objects.filter(portfolio=portfolio, ended_at=None, ends_at=None, begins_at__lte=now)
        default, others = groups.filter(is_default=True).first(), groups.filter(is_default=False).order_by("pk")
        if portfolio is None or default is None or not others:
            raise Undo
        group = data.draw(st.sampled_from(list(others)))
        chosen, before = Chosen(group=group.pk), clients(portfolio)
        preview = preview_of_placing(portfolio, chosen, group=default.pk, at=now)
        moved = end_group(group=group, default_group=default.pk, submission="", now=now)
        after = clients(portfolio)
        assert moved == preview.customers
        assert {one.logon: (one.gains, one.losses) for one in preview.logons} == {
            logon: (len(after[logon] - before[logon]), len(before[logon] - after[logon]))
            for logon in before
            if before[logon] != after[logon]
        }
        assert differences() == 0
        raise Undo


@searching
@given(world=worlds(), data=st.data())
def test_a_file_of_placements_does_what_its_preview_says(world: World, data: st.DataObject) -> None:
    with pytest.raises(Undo), transaction.atomic():
        Stored(world)
        portfolio, now = portfolio_of(data), timezone.now()
        groups = SecurityGroup.objects.filter(portfolio=portfolio, ended_at=None, ends_at=None, begins_at__lte=now)
        if portfolio is None or not any(group.is_default for group in groups):
            raise Undo
        targets = sorted(group.pk for group in groups)
        found = groups_of_customers(portfolio, at=now)
        wanted = {key: data.draw(st.none() | st.sampled_from(targets)) for key in sorted(found)}
        moves = {key: Move(found[key], to) for key, to in wanted.items() if to is not None and to != found[key]}
        before = clients(portfolio)
        preview = preview_of_moves(portfolio, moves, at=now)
        pages: dict[tuple[int, bool], list[ChangedCustomer]] = {
            (logon, gained): customers_of_moves(portfolio, moves, logon=logon, gained=gained, at=now, first=0, size=50)
            for logon in before
            for gained in (True, False)
        }
        moved = 0
        for target in targets:
            chosen = Chosen(taxpayers=tuple(key for key, move in moves.items() if move.target == target))
            moved += place(portfolio=portfolio, chosen=chosen, group=target, submission="", now=now)
        assert moved == preview.customers == len(moves)
        check(preview, pages, before, clients(portfolio))
        assert differences() == 0
        raise Undo
