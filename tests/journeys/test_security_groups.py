"""How do I create a Security Group, and associate it to a taxpayer? The reference's steps, literally."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from countersign.access.models import Placement, SecurityGroup
from countersign.access.queries.chosen_customers import Chosen
from countersign.access.queries.decisions import check
from countersign.access.queries.group_changes import preview_of_placing
from countersign.access.queries.reach import reach
from countersign.logons.models import Logon
from countersign.security_groups.operations import place_customers
from countersign.taxpayers.models import Account, Taxpayer
from tests.cast import TAXPAYER, account_number, username
from tests.journeys.test_secondary_logons import add_noor, to_secondary_logons

pytestmark = pytest.mark.browser
BAKERY = TAXPAYER["HARBOR-BAKERY"].legal_name


def portfolio() -> int:
    """Maria's."""
    return SecurityGroup.objects.get(
        is_default=True, portfolio__holders__holder__username=username("maria")
    ).portfolio_id


def to_tab(page: Page, name: str) -> None:
    """Manage My Profile → More… → My Users → Manage Secondary Logons → the tab."""
    to_secondary_logons(page)
    tabs = page.get_by_role("navigation", name="Manage Secondary Logons")
    tabs.get_by_role("link", name=name, exact=True).click()


def the_look(page: Page, accessible: Callable[[Page], None], javascript: bool) -> Callable[[], None]:
    def look() -> None:
        if javascript:
            accessible(page)

    return look


@pytest.mark.parametrize("javascript", [True, False])
def test_how_do_i_create_and_associate_a_security_group_for_my_secondary_logons(
    open_as: Callable[..., Page], accessible: Callable[[Page], None], javascript: bool
) -> None:
    page = open_as("maria", javascript=javascript)
    look = the_look(page, accessible, javascript)
    to_tab(page, "Security Groups")
    look()
    page.get_by_role("link", name="Add", exact=True).click()
    # "Complete the required fields": what is missing is said, and nothing is lost.
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    page.get_by_label("Name").fill("Bakeries")
    look()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Security group added")
    # "The security group has now been created and can be applied to users. The next step is to associate it."
    expect(page.locator("main")).to_contain_text("associate it with taxpayers, on the Customer Security tab")
    to_secondary_logons(page)
    page.get_by_role("link", name="joel.lopezcpa").click()
    page.get_by_role("region", name="Security Groups").get_by_role("link", name="Change").click()
    expect(page.get_by_role("checkbox", name=re.compile("Bakeries"))).to_have_count(1)


def test_each_parent_logon_creates_its_security_groups_separately(open_as: Callable[..., Page]) -> None:
    maria, victor = open_as("maria"), open_as("victor")
    to_tab(maria, "Security Groups")
    maria.get_by_role("link", name="Add", exact=True).click()
    maria.get_by_label("Name").fill("Bakeries")
    maria.get_by_role("button", name="Save").click()
    to_tab(victor, "Security Groups")
    expect(victor.locator("main")).not_to_contain_text("Bakeries")


@pytest.mark.parametrize("javascript", [True, False])
def test_how_do_i_associate_a_security_group_to_a_taxpayer(
    open_as: Callable[..., Page], accessible: Callable[[Page], None], javascript: bool
) -> None:
    page = open_as("maria", javascript=javascript)
    look = the_look(page, accessible, javascript)
    to_tab(page, "Customer Security")
    look()
    table = page.get_by_role("table", name="Customer Security")
    # "Select the hyperlink for the security group. For example, this hyperlink may say “Default”."
    expect(table.get_by_role("row", name=re.compile("Nora Quist")).get_by_role("link")).to_contain_text("Default")
    row = table.get_by_role("row", name=re.compile(BAKERY))
    row.get_by_role("link", name=re.compile("Retail clients")).click()
    look()
    select = page.get_by_role("table", name="Select Security Group")
    select.get_by_role("row", name=re.compile("Restaurants")).locator("label").click()
    if not javascript:
        page.get_by_role("button", name="Save").click()
    # Who gains and who loses is in sight before Save does it.
    expect(page.locator("main")).to_contain_text("1 customer changes its security group")
    expect(page.get_by_role("row", name=re.compile("Joel"))).to_contain_text("1")
    look()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Customers placed in a security group")
    to_tab(page, "Customer Security")
    # "The taxpayer is now associated with the new security group", and with no other.
    row = page.get_by_role("row", name=re.compile(BAKERY))
    expect(row).to_contain_text("Restaurants")
    expect(row).not_to_contain_text("Retail clients")
    live = Placement.objects.filter(taxpayer__key="HARBOR-BAKERY", ended_at=None, portfolio=portfolio())
    assert [one.group.name for one in live] == ["Restaurants"]


def test_what_are_secondary_logons_and_security_groups_the_example(open_as: Callable[..., Page]) -> None:
    """A group with the firm for limited logons; Default without the firm: new logons reach all clients but not the firm."""
    place_customers(
        actor=Logon.objects.get(username=username("maria")),
        portfolio=portfolio(),
        chosen=(firm := Chosen(taxpayers=(Taxpayer.objects.get(key="LOPEZ-CPA").pk,))),
        group=(default := SecurityGroup.objects.get(portfolio=portfolio(), is_default=True)).pk,
        version=preview_of_placing(portfolio(), firm, group=default.pk, at=timezone.now()).version,
        now=timezone.now(),
    )
    own, client = account_number("LOPEZ-CPA", "WTH"), "Nora Quist"
    assert check(username("ruth"), "view", own).allowed
    page = open_as("maria")
    to_tab(page, "Security Groups")
    page.get_by_role("link", name="Add", exact=True).click()
    page.get_by_label("Name").fill("Our own taxes")
    page.get_by_role("button", name="Save").click()
    to_tab(page, "Customer Security")
    page.get_by_role("row", name=re.compile("Lopez CPA")).get_by_role("link").click()
    select = page.get_by_role("table", name="Select Security Group")
    select.get_by_role("row", name=re.compile("Our own taxes")).locator("label").click()
    expect(page.get_by_role("row", name=re.compile("Ruth"))).to_contain_text("1")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Customers placed in a security group")
    # "All new secondary logons would have access to all the firm's clients but not the firm's own taxpayer."
    assert not check(username("ruth"), "view", own).allowed
    to_secondary_logons(page)
    add_noor(page)
    page.get_by_text("All account types").first.click()
    page.get_by_role("button", name="See what this gives").click()
    page.get_by_role("region", name="What this gives").get_by_role("link").first.click()
    expect(page.get_by_role("table", name="Customers")).to_contain_text(client)
    expect(page.get_by_role("table", name="Customers")).not_to_contain_text("Lopez CPA")
    # "… and associate that group to limited secondary logons."
    to_secondary_logons(page)
    page.get_by_role("link", name="joel.lopezcpa").click()
    page.get_by_role("region", name="Security Groups").get_by_role("link", name="Change").click()
    for name in ("Retail clients", "Our own taxes"):
        page.get_by_text(name).first.click()
    # At once: Save waits until who gains and loses is in sight.
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="OK", exact=True)).to_be_visible()
    assert check(username("joel"), "view", own).allowed
    reached = {path.account_number for path in reach(username("joel"))}
    assert set(Account.objects.filter(taxpayer__key="LOPEZ-CPA").values_list("number", flat=True)) == reached


def test_who_reaches_what_opens_into_customers_and_why(
    open_as: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    for width in (1280, 390):
        page = open_as("maria", width=width)
        to_tab(page, "Security Groups")
        page.get_by_role("link", name="Who reaches what").click()
        expect(page.get_by_role("img", name=re.compile("Heat map"))).to_be_visible()
        accessible(page)
        table = page.get_by_role("table", name=re.compile("Customers that each secondary logon reaches"))
        table.get_by_role("link", name=re.compile("customers of Retail clients that Joel Mbeki reaches")).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("What Joel Mbeki reaches")
        accessible(page)
        page.get_by_role("row", name=re.compile(BAKERY)).get_by_role("link", name=re.compile("Why")).click()
        expect(page.locator("main")).to_contain_text("Retail clients")
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_group_is_deleted_after_seeing_what_that_does(
    open_as: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    page = open_as("maria", width=390)
    to_tab(page, "Security Groups")
    page.get_by_role("link", name="Retail clients", exact=True).click()
    accessible(page)
    page.get_by_role("link", name="Delete").click()
    expect(page.locator("main")).to_contain_text("3 customers change their security group")
    accessible(page)
    page.get_by_role("link", name=re.compile("clients that Joel Mbeki loses")).click()
    expect(page.get_by_role("table", name="Clients that Joel Mbeki loses")).to_contain_text(BAKERY)
    accessible(page)
    page.go_back()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("main")).to_contain_text("Security group deleted")
