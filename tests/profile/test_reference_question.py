""" "How do I determine what access role and rights I have for my business?" — by the words of the reference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.cast import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def log_in(page: Page, username: str) -> None:
    page.goto("/log-in/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log In").click()
    page.wait_for_url("**/")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_role_stands_in_the_manage_my_access_hyperlink(
    cast_world: None, browser_for: Callable[..., Any], axe_script: str, width: int
) -> None:
    page: Page = browser_for(viewport={"width": width, "height": 900})
    log_in(page, "dana.whitfield")
    # "Navigating to the Manage My Profile hyperlink in the top right section of the Home panel …"
    profile = page.get_by_role("banner").get_by_role("link", name="Manage My Profile", exact=True)
    where = profile.bounding_box()
    assert where
    assert where["y"] < 120
    assert width < 600 or where["x"] > width / 2
    profile.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Manage My Profile")
    # "… and selecting the More… tab."
    page.get_by_role("link", name="More…", exact=True).click()
    # "Your role will be displayed in the Manage My Access hyperlink in the Access section."
    section = page.get_by_role("region", name="Access", exact=True)
    link = section.get_by_role("link", name="Manage My Access")
    expect(link).to_contain_text("Master Administrator of Harbor Bakery LLC")
    for address in ("/profile/", "/profile/security/", "/profile/manage-my-access/", "/profile/more/"):
        page.goto(address)
        page.evaluate(axe_script)
        found = page.evaluate("async () => (await axe.run()).violations.map(one => one.id)")
        assert found == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
    link.click()
    expect(page.get_by_role("heading", name="Harbor Bakery LLC")).to_be_visible()
    expect(page.get_by_role("table").last).to_contain_text("All Access")


def test_logging_in_and_out_works_without_javascript(cast_world: None, browser_for: Callable[..., Any]) -> None:
    page: Page = browser_for(java_script_enabled=False)
    log_in(page, "joel.lopezcpa")
    page.get_by_role("link", name="Manage My Profile").click()
    page.get_by_role("link", name="More…").click()
    expect(page.get_by_role("link", name="Manage My Access (")).to_contain_text("secondary logon of Maria Lopez")
    page.get_by_role("banner").get_by_role("button", name="Log Out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    page.goto("/profile/more/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log In")


def test_the_show_button_shows_the_password(browser_for: Callable[..., Any]) -> None:
    page: Page = browser_for()
    page.goto("/log-in/")
    password = page.get_by_label("Password", exact=True)
    password.fill("seen for a moment")
    assert password.get_attribute("type") == "password"
    page.get_by_role("button", name="Show").click()
    assert password.get_attribute("type") == "text"
