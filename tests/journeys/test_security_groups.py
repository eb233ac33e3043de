"""How do I create a Security Group, and associate it to a taxpayer? The reference's steps, literally."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from countersign.access.models import SecurityGroup
from tests.cast import TAXPAYER, username

pytestmark = pytest.mark.browser
BAKERY = TAXPAYER["HARBOR-BAKERY"].legal_name


def to_portfolio(page: Page) -> None:
    """The first tab that this part of the site has; the way to it from Manage My Profile is another journey's."""
    default = SecurityGroup.objects.get(is_default=True, portfolio__holders__holder__username=username("maria"))
    page.goto(reverse("security_groups:list", args=[default.portfolio_id]))


@pytest.mark.parametrize("javascript", [True, False])
def test_a_group_is_created_and_associated_to_a_taxpayer(
    open_as: Callable[..., Page], accessible: Callable[[Page], None], javascript: bool
) -> None:
    page = open_as("maria", javascript=javascript)

    def look() -> None:
        if javascript:
            accessible(page)

    to_portfolio(page)
    page.get_by_role("link", name="Security Groups", exact=True).click()
    look()
    page.get_by_role("link", name="Add", exact=True).click()
    page.get_by_label("Name").fill("Bakeries")
    look()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Security group added")

    page.get_by_role("link", name="Customer Security").first.click()
    look()
    row = page.get_by_role("row", name=re.compile(BAKERY))
    row.get_by_role("link", name=re.compile("Retail clients")).click()
    look()
    table = page.get_by_role("table", name="Select Security Group")
    table.get_by_role("row", name=re.compile("Bakeries")).locator("label").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("1 customer changes its security group")
    expect(page.get_by_role("row", name=re.compile("Joel"))).to_contain_text("1")
    look()
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("main")).to_contain_text("Customers placed in a security group")
    page.get_by_role("link", name="Customer Security").first.click()
    expect(page.get_by_role("row", name=re.compile(BAKERY))).to_contain_text("Bakeries")


def test_a_group_is_deleted_after_seeing_what_that_does(
    open_as: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    page = open_as("maria", width=390)
    to_portfolio(page)
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
