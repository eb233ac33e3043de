"""Add, rename, describe and delete a security group: allowed, refused, stale, recorded."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from countersign.access.models import GroupMember, Placement
from countersign.access.operations.customers import differences
from countersign.access.queries.chosen_customers import Chosen
from countersign.events.models import Entry
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.reasons import Reason
from countersign.portfolios.queries import portfolio_of
from countersign.security_groups.operations import add_group, change_group, delete_group, place_customers
from countersign.security_groups.queries.groups import group_of
from countersign.submissions.models import Submission
from tests.security_groups.conftest import Firm


def add(firm: Firm, name: str = "Bakeries", actor: str = "maria", **more: object) -> Submission:
    return add_group(actor=firm.logon(actor), portfolio=firm.portfolio, name=name, now=firm.now, **more)  # type: ignore[arg-type]


def seen(firm: Firm, name: str) -> str:
    return group_of(portfolio_of(firm.maria, firm.portfolio, at=firm.now), firm.group(name).pk, at=firm.now).version


def rename(firm: Firm, group: str, name: str, version: str, actor: str = "maria", description: str = "") -> Submission:
    return change_group(
        actor=firm.logon(actor),
        portfolio=firm.portfolio,
        group=firm.group(group).pk,
        name=name,
        description=description,
        version=version,
        now=firm.now,
    )


def delete(firm: Firm, group: str, version: str | None = None, actor: str = "maria") -> Submission:
    found = firm.group(group)
    default = firm.group("Default")
    return delete_group(
        actor=firm.logon(actor),
        portfolio=firm.portfolio,
        group=found.pk,
        version=firm.version(Chosen(group=found.pk), default) if version is None else version,
        now=firm.now,
    )


def test_a_group_is_added_once_and_recorded(firm: Firm) -> None:
    token = uuid4()
    first = add(firm, token=token)
    assert add(firm, token=token).pk == first.pk
    group = firm.group("Bakeries")
    assert (group.begun_by, first.subject) == (first.confirmation_number, group.pk)
    entry = Entry.objects.get(name="SecurityGroupAdded")
    assert entry.submission == first.confirmation_number
    assert entry.body["group"] == group.pk


@pytest.mark.parametrize(
    "name", ["retail CLIENTS", "default", "Retail  Clients", "Ｄefault", "De\u200bfault", "\u00a0default"]
)
def test_a_name_that_is_taken_is_refused(firm: Firm, name: str) -> None:
    with pytest.raises(Invalid) as error:
        add(firm, name)
    assert "name" in error.value.problems


def test_whoever_may_not_see_the_portfolio_finds_nothing(firm: Firm) -> None:
    for person in ("victor", "dana", "joel"):
        with pytest.raises(Refused) as error:
            add(firm, actor=person)
        assert error.value.hidden, person


def test_a_secondary_master_administrator_does_not_shape_groups(firm: Firm) -> None:
    attempts: list[Callable[[], Submission]] = [
        lambda: add(firm, actor="kim"),
        lambda: rename(firm, "Restaurants", "House", seen(firm, "Restaurants"), actor="kim"),
        lambda: delete(firm, "Restaurants", actor="kim"),
    ]
    for attempt in attempts:
        with pytest.raises(Refused) as error:
            attempt()
        assert error.value.reason == Reason.BEYOND_OWN_REACH
    assert not Entry.objects.filter(name__startswith="SecurityGroup").exists()


def test_a_group_is_renamed_and_described(firm: Firm) -> None:
    version = seen(firm, "Restaurants")
    rename(firm, "Restaurants", "Taverns", version, description="Inns, too")
    assert firm.group("Taverns").description == "Inns, too"
    assert Entry.objects.filter(name="SecurityGroupChanged").count() == 1
    with pytest.raises(Stale):
        rename(firm, "Taverns", "Inns", version)
    with pytest.raises(Invalid):
        rename(firm, "Taverns", "Firm", seen(firm, "Taverns"))
    with pytest.raises(Invalid):
        rename(firm, "Taverns", "Taverns", seen(firm, "Taverns"), description="Inns, too")


def test_default_keeps_its_name_and_stays(firm: Firm) -> None:
    rename(firm, "Default", "Everything", seen(firm, "Default"), description="All others")
    assert firm.group("Default").description == "All others"
    with pytest.raises(Invalid):
        delete(firm, "Default", version="")


def test_a_deleted_group_leaves_its_customers_in_default_and_lets_nobody_in(firm: Firm) -> None:
    group = firm.group("Retail clients")
    submission = delete(firm, "Retail clients")
    assert not Placement.objects.filter(group=group, ended_at__isnull=True).exists()
    assert not GroupMember.objects.filter(group=group, ended_at__isnull=True).exists()
    assert differences() == 0
    entry = Entry.objects.get(name="SecurityGroupDeleted")
    assert (entry.submission, entry.body["customers"]) == (submission.confirmation_number, 3)
    with pytest.raises(Refused) as error:
        delete_group(actor=firm.maria, portfolio=firm.portfolio, group=group.pk, version="", now=firm.now)
    assert error.value.hidden


def test_deleting_is_stale_when_it_would_do_something_else(firm: Firm) -> None:
    group = firm.group("Retail clients")
    version = firm.version(Chosen(group=group.pk), firm.group("Default"))
    chosen = firm.chosen("HARBOR-BAKERY")
    restaurants = firm.group("Restaurants")
    place_customers(
        actor=firm.maria,
        portfolio=firm.portfolio,
        chosen=chosen,
        group=restaurants.pk,
        version=firm.version(chosen, restaurants),
        now=firm.now,
    )
    with pytest.raises(Stale):
        delete(firm, "Retail clients", version=version)
    assert firm.group("Retail clients").pk == group.pk
