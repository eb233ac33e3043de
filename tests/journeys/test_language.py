"""The language is changed in the middle of a form: nothing that was typed is lost, and no secret is kept (SPEC 10)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_secondary_logons import to_secondary_logons

pytestmark = pytest.mark.browser


def in_spanish(page: Page) -> None:
    page.get_by_role("button", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")


def test_what_was_typed_is_there_in_the_other_language(open_as: Callable[..., Page]) -> None:
    page = open_as("maria")
    to_secondary_logons(page)
    page.get_by_role("link", name="Add User").click()
    page.get_by_label("First name").fill("Noor")
    page.locator("label", has_text="Master Administrator").click()
    in_spanish(page)
    expect(page.locator("[name=first_name]")).to_have_value("Noor")
    expect(page.locator("[name=access_type][value=MA]")).to_be_checked()
    # Once: whoever opens the page anew finds it empty.
    page.goto(page.url)
    expect(page.locator("[name=first_name]")).to_have_value("")


def test_also_what_a_second_step_carries_along(open_as: Callable[..., Page]) -> None:
    page = open_as("maria")
    to_secondary_logons(page)
    page.get_by_role("link", name="Add User").click()
    typed = {
        "first_name": "Noor",
        "last_name": "Haidari",
        "email": "noor@lopezcpa.example",
        "username": "noor.lopezcpa",
    }
    for name, value in typed.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("label", has_text="Master Administrator").click()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name="Access Settings")).to_be_visible()
    in_spanish(page)
    for name, value in typed.items():
        expect(page.locator(f"[name={name}]")).to_have_value(value)
    expect(page.locator("[name=access_type][value=MA]")).to_be_checked()
    page.get_by_role("button", name="Siguiente").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("acceso"))


def test_no_password_is_kept(browser: Any, site: str) -> None:
    page = browser.new_context(base_url=site, locale="en-US").new_page()
    page.goto("/log-in/")
    page.get_by_label("Username").fill("maria.lopez")
    page.get_by_label("Password", exact=True).fill("harbor lanterns")
    in_spanish(page)
    expect(page.locator("[name=username]")).to_have_value("maria.lopez")
    expect(page.locator("[name=password]")).to_have_value("")
    assert page.evaluate("window.sessionStorage.length") == 0
    page.context.close()


def test_nor_one_that_is_shown(browser: Any, site: str) -> None:
    page = browser.new_context(base_url=site, locale="en-US").new_page()
    page.goto("/log-in/")
    page.get_by_label("Password", exact=True).fill("harbor lanterns")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("[name=password]")).to_have_attribute("type", "text")
    page.evaluate("document.addEventListener('submit', event => event.preventDefault())")
    page.get_by_role("button", name="Español").click()
    kept = page.evaluate("JSON.stringify(window.sessionStorage)")
    assert "typed-before-language" in kept and "harbor" not in kept
    page.context.close()


def test_nor_a_number_that_names_a_taxpayer(open_as: Callable[..., Page]) -> None:
    page = open_as("maria")
    page.goto("/profile/more/")
    page.get_by_role("link", name="Request to Manage Other Taxpayer's Accounts").click()
    page.get_by_label("ID number").fill("97-1000101")
    page.get_by_label("Legal name").fill("Harbor Bakery")
    in_spanish(page)
    expect(page.locator("[name=legal_name]")).to_have_value("Harbor Bakery")
    expect(page.locator("[name=id_number]")).to_have_value("")
