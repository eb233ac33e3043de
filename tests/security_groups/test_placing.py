"""Place customers in a security group: allowed, refused, stale, recorded; the example of the reference."""

from __future__ import annotations

from uuid import uuid4

import pytest

from countersign.access.models import Customer, Placement
from countersign.access.operations.customers import differences
from countersign.access.queries.chosen_customers import Chosen
from countersign.access.queries.decisions import check
from countersign.access.queries.reach import reach
from countersign.events.models import Entry
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.reasons import Reason
from countersign.security_groups.operations import place_customers
from countersign.submissions.models import Submission
from tests.cast import account_number, username
from tests.security_groups.conftest import Firm


def place(
    firm: Firm, chosen: Chosen, group: str, *, actor: str = "maria", version: str | None = None, **more: object
) -> Submission:
    target = firm.group(group)
    return place_customers(
        actor=firm.logon(actor),
        portfolio=firm.portfolio,
        chosen=chosen,
        group=target.pk,
        version=firm.version(chosen, target) if version is None else version,
        now=firm.now,
        **more,  # type: ignore[arg-type]
    )


def test_a_customer_is_in_exactly_one_group(firm: Firm) -> None:
    """Joel is in Retail clients only: what leaves it he no longer sees, what comes to it he does (law 3)."""
    bakery = account_number("HARBOR-BAKERY", "WTH")
    assert check(username("joel"), "view", bakery).allowed
    submission = place(firm, firm.chosen("HARBOR-BAKERY"), "Restaurants")
    assert not check(username("joel"), "view", bakery).allowed
    live = Placement.objects.filter(taxpayer__key="HARBOR-BAKERY", portfolio=firm.portfolio, ended_at__isnull=True)
    assert [one.group.name for one in live] == ["Restaurants"]
    assert submission.subject == firm.group("Restaurants").pk
    entry = Entry.objects.get(name="CustomersPlaced")
    assert (entry.submission, entry.body["customers"]) == (submission.confirmation_number, 1)
    assert differences() == 0


def test_the_example_of_the_reference(firm: Firm) -> None:
    """ "The default security group … could be customized by removing the firm": Default sees all clients, not the firm."""
    place(firm, firm.chosen("LOPEZ-CPA"), "Default")
    own = account_number("LOPEZ-CPA", "WTH")
    assert check(username("ruth"), "view", own).allowed
    place(firm, firm.chosen("LOPEZ-CPA"), "Firm")
    assert not check(username("ruth"), "view", own).allowed
    assert reach(username("ruth"))


def test_all_that_match_a_search_are_placed_at_once(firm: Firm) -> None:
    chosen = Chosen(search="a", group=firm.group("Retail clients").pk)
    before = Customer.objects.filter(portfolio=firm.portfolio, group=firm.group("Retail clients")).count()
    assert before == 3
    place(firm, chosen, "Next season")
    assert Customer.objects.filter(group=firm.group("Next season")).exists()
    names = Customer.objects.filter(group=firm.group("Retail clients")).values_list("name_folded", flat=True)
    assert all("a" not in name for name in names)
    assert differences() == 0


def test_an_individual_kept_to_the_parent_is_shared_by_placing_it(firm: Firm) -> None:
    own = account_number("MARIA-LOPEZ", "PIT")
    assert check(username("ruth"), "view", own).reason == Reason.KEPT_TO_PARENT
    place(firm, firm.chosen("MARIA-LOPEZ"), "Default")
    assert check(username("ruth"), "view", own).allowed
    assert differences() == 0


def test_a_repeat_finds_the_first(firm: Firm) -> None:
    token, chosen = uuid4(), firm.chosen("HARBOR-BAKERY")
    version = firm.version(chosen, firm.group("Firm"))
    first = place(firm, chosen, "Firm", version=version, token=token)
    assert place(firm, chosen, "Firm", version=version, token=token).pk == first.pk
    assert Entry.objects.filter(name="CustomersPlaced").count() == 1


def test_what_was_seen_must_still_hold(firm: Firm) -> None:
    chosen = firm.chosen("HARBOR-BAKERY", "PELL-STREET-BOOKS")
    version = firm.version(chosen, firm.group("Firm"))
    place(firm, firm.chosen("HARBOR-BAKERY"), "Restaurants")
    with pytest.raises(Stale):
        place(firm, chosen, "Firm", version=version)
    assert not Placement.objects.filter(taxpayer__key="PELL-STREET-BOOKS", group=firm.group("Firm")).exists()


def test_nothing_to_move_and_groups_that_are_not_there(firm: Firm) -> None:
    with pytest.raises(Invalid):
        place(firm, firm.chosen("HARBOR-BAKERY"), "Retail clients")
    chosen = firm.chosen("HARBOR-BAKERY")
    for foreign in (firm.group("Retail clients", "victor").pk, 10**12):
        with pytest.raises(Invalid):
            place_customers(
                actor=firm.maria, portfolio=firm.portfolio, chosen=chosen, group=foreign, version="", now=firm.now
            )


def test_strangers_and_tax_administrators_find_nothing(firm: Firm) -> None:
    for person in ("victor", "dana", "ruth", "joel"):
        with pytest.raises(Refused) as error:
            place(firm, firm.chosen("HARBOR-BAKERY"), "Firm", actor=person)
        assert error.value.hidden, person


def test_a_secondary_master_administrator_places_within_its_own_reach(firm: Firm) -> None:
    """Kim is in Retail clients and Restaurants; a refinement keeps her from covering what is in a group."""
    with pytest.raises(Refused) as limited:
        place(firm, firm.chosen("HARBOR-BAKERY"), "Restaurants", actor="kim")
    assert limited.value.reason == Reason.BEYOND_OWN_REACH
    firm.unlimited_kim()
    place(firm, firm.chosen("HARBOR-BAKERY"), "Restaurants", actor="kim")
    for customer in ("LOPEZ-CPA", "MARIA-LOPEZ", "NORA-QUIST"):
        with pytest.raises(Refused) as error:
            place(firm, firm.chosen(customer), "Restaurants", actor="kim")
        assert error.value.reason == Reason.BEYOND_OWN_REACH
    with pytest.raises(Invalid):
        place(firm, firm.chosen("HARBOR-BAKERY"), "Firm", actor="kim")
