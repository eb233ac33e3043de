""" "Can I change my username?" and "I'm leaving my company": the reference's steps, literally."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from countersign.access.models import LogonStanding
from tests.cast import PASSWORD, username

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


def test_one_taxpayer_is_left_from_manage_my_access(open_as: OpenAs, accessible: Accessible) -> None:
    page = open_as("omar", width=390)
    page.get_by_role("link", name="Manage My Profile").click()
    page.get_by_role("link", name="Manage My Access").click()
    page.get_by_role("link", name="Leave ").first.click()
    accessible(page)
    page.get_by_role("button", name="Leave").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You have left")
