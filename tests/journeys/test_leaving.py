""" "Can I change my username?" and "I'm leaving my company": the reference's steps, literally."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from countersign.access.models import LogonStanding
from countersign.access.queries.decisions import check
from tests.cast import PASSWORD, account_number, username
from tests.journeys.test_registration import PASSWORD as NEW_PASSWORD
from tests.journeys.test_registration import confirm, make_logon, prove

OpenAs = Callable[..., Page]
Accessible = Callable[[Page], None]


def _to_delete_my_profile(page: Page) -> None:
    page.get_by_role("link", name="Manage My Profile").click()
    page.get_by_role("link", name="More…").click()
    access = page.get_by_role("region", name="Access", exact=True)
    access.get_by_role("link", name="Delete My Profile").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Delete My Profile")


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (390, False)])
def test_can_i_change_my_username(open_as: OpenAs, accessible: Accessible, width: int, javascript: bool) -> None:
    """No: log in, Manage My Profile, More…, Delete My Profile in the Access section; then register again."""
    page = open_as("dana", width=width, javascript=javascript)
    _to_delete_my_profile(page)
    if javascript:
        accessible(page)
    page.get_by_label("Your username").fill("not.mine")
    page.get_by_role("button", name="Delete My Profile").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Delete My Profile")
    page.get_by_label("Your username").fill(username("dana"))
    page.get_by_role("button", name="Delete My Profile").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your profile is deleted")
    if javascript:
        accessible(page)
    page.get_by_role("main").get_by_role("link", name="Register").click()
    expect(page.get_by_label("For a business")).to_be_visible()
    page.goto("/log-in/")
    page.get_by_label("Username").fill(username("dana"))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log In").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log In")


def test_you_can_then_reregister_creating_a_new_username_to_gain_access_to_your_tax_accounts(open_as: OpenAs) -> None:
    """The whole way of "If you need a new username": the old one stays refused, the access comes back by proof."""
    page, old = open_as("grace"), username("grace")
    number = account_number("GRACE-ITO", "PIT")
    expect(page.get_by_role("main")).to_contain_text(number)
    _to_delete_my_profile(page)
    page.get_by_label("Your username").fill(old)
    page.get_by_role("button", name="Delete My Profile").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your profile is deleted")
    assert not check(old, "view", number).allowed
    page.get_by_role("main").get_by_role("link", name="Register").click()
    page.locator("label", has_text="For myself").click()
    page.get_by_role("button", name="Next").click()
    prove(page, "GRACE-ITO")
    confirm(page, "grace@mail.example")
    page.get_by_label("First name").fill("Grace")
    page.get_by_label("Last name").fill("Ito")
    page.get_by_label("Username").fill(old)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your name and your username")
    expect(page.get_by_role("link", name="This username cannot be used. Choose another one.")).to_be_visible()
    expect(page.get_by_label("First name")).to_have_value("Grace")
    make_logon(page, "grace.once.more")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are registered")
    page.goto("/")
    expect(page.get_by_role("main")).to_contain_text(number)
    expect(page.get_by_role("main")).to_contain_text("All Access")
    assert check("grace.once.more", "maintain", number).allowed
    assert not check(old, "view", number).allowed
    page.get_by_role("banner").get_by_role("button", name="Log Out").click()
    page.get_by_label("Username").fill(old)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log In", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("is not right")
    page.get_by_label("Username").fill("grace.once.more")
    page.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    page.get_by_role("button", name="Log In", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Home")


def test_i_am_leaving_my_company(open_as: OpenAs) -> None:
    """ "Yes … it is your responsibility to cancel your online access": the same way, for a Tax Administrator."""
    page = open_as("omar")
    _to_delete_my_profile(page)
    page.get_by_label("Your username").fill(username("omar"))
    page.get_by_role("button", name="Delete My Profile").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your profile is deleted")
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log In")
    assert LogonStanding.objects.get(logon__username=username("omar"), ended_at=None).status == "closed"


def test_another_user_has_left_our_company(open_as: OpenAs, accessible: Accessible) -> None:
    """ "Log in. Select the Manage My Access tab. Select the More… tab. … Manage Secondary Logons … Cancel Access"."""
    page = open_as("maria")
    accessible(page)
    page.get_by_role("main").get_by_role("link", name="Manage My Access", exact=True).click()
    page.get_by_role("link", name="More…", exact=True).click()
    page.get_by_role("link", name="Manage Secondary Logons").click()
    page.get_by_role("link", name=username("ruth"), exact=True).click()
    page.get_by_role("link", name="Cancel Access").click()
    expect(page.get_by_role("main")).to_contain_text("cannot be undone")
    page.get_by_role("button", name="OK", exact=True).click()
    page.get_by_role("button", name="OK", exact=True).click()
    expect(page.get_by_role("link", name=username("ruth"), exact=True)).to_have_count(0)
    assert LogonStanding.objects.get(logon__username=username("ruth"), ended_at=None).status == "cancelled"


def test_one_taxpayer_is_left_from_manage_my_access(open_as: OpenAs, accessible: Accessible) -> None:
    page = open_as("omar", width=390)
    page.get_by_role("link", name="Manage My Profile").click()
    page.get_by_role("link", name="Manage My Access").click()
    page.get_by_role("link", name="Leave ").first.click()
    accessible(page)
    page.get_by_role("button", name="Leave").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You have left")
