"""A person who has never been here comes in by himself, through each of the three doors."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from countersign.letters.models import Letter
from countersign.mail.models import OutboxMail
from tests.cast import TAXPAYER

pytestmark = pytest.mark.browser
PASSWORD = "slow kettles sing at noon"
PICTURES = os.environ.get("COUNTERSIGN_PICTURES", "")


@pytest.fixture
def stranger(site: str, browser_for: Callable[..., Page]) -> Page:
    return browser_for("", viewport={"width": 1280, "height": 900}, locale="en-US")


def shot(page: Page, name: str) -> None:
    """A picture of the page for whoever looks at them, where COUNTERSIGN_PICTURES names a folder."""
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


def through(page: Page, door: str) -> None:
    page.goto("/log-in/")
    page.get_by_role("link", name=door).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Create a logon")
    shot(page, f"start-{door.replace(' ', '-')}")
    page.get_by_role("button", name="Next").click()


def prove(page: Page, key: str, *, by: str = "Letter ID", value: str = "") -> None:
    taxpayer = TAXPAYER[key]
    page.get_by_label("ID type").select_option(taxpayer.id_type)
    page.get_by_label("ID number").fill(taxpayer.id_number)
    page.get_by_label("Legal name").fill(taxpayer.legal_name.upper())
    page.locator("label", has_text=by).first.click()
    page.get_by_label("The Letter ID, or the amount").fill(value or taxpayer.letter_id)
    shot(page, f"prove-{key}")
    page.get_by_role("button", name="Next").click()


def confirm(page: Page, email: str = "ada@mail.example", *, digits: bool = False) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Your e-mail address")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Send the mail").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look for our mail")
    shot(page, "email-sent")
    text = OutboxMail.objects.filter(to=email, kind="registration").order_by("-pk")[0].text
    if digits:
        found = re.search(r"\b(\d{6})\b", text)
        assert found
        page.get_by_label("Six digits from the mail").fill(found[1])
        page.get_by_role("button", name="Confirm", exact=True).click()
    else:
        found = re.search(r"/register/confirm/[\w-]+/", text)
        assert found
        page.goto(found[0])
        assert found[0] not in page.url, "the token leaves the address at once"
        page.get_by_role("button", name="Confirm this address").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your name and your username")


def make_logon(page: Page, username: str = "ada.moss") -> None:
    page.get_by_label("First name").fill("Ada")
    page.get_by_label("Last name").fill("Moss")
    page.get_by_label("Username").fill(username)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose a password")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.locator("label", has_text="I have read the terms").click()
    shot(page, "finish")
    page.get_by_role("button", name="Create my logon").click()


def test_for_a_business_with_a_mailed_letter_id(stranger: Page, accessible: Callable[[Page], None]) -> None:
    page = stranger
    page.goto("/register/business/")
    accessible(page)
    through(page, "for a business")
    accessible(page)
    prove(page, "MARSH-LANE-POTTERY", value="L0000000000")
    expect(page.locator("main")).to_contain_text("does not match")
    accessible(page)
    shot(page, "no-match")
    prove(page, "MARSH-LANE-POTTERY")
    confirm(page)
    accessible(page)
    make_logon(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("You are registered")
    accessible(page)
    shot(page, "done")
    page.goto("/")
    expect(page.locator("main")).to_contain_text("Marsh Lane Pottery LLC")
    expect(page.locator("main")).to_contain_text("All Access")


def test_for_myself_by_a_payment_then_the_letter(site: str, browser_for: Callable[..., Page]) -> None:
    page = browser_for("", viewport={"width": 390, "height": 800}, locale="en-US", java_script_enabled=False)
    through(page, "for myself")
    mary = TAXPAYER["MARIA-LOPEZ"]
    # Somebody administers this one: what was proved becomes a request.
    prove(page, mary.key, by="Recent payment", value=f"{310 + mary.number}.25")
    confirm(page, digits=True)
    make_logon(page, "other.maria")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your request is on its way")
    shot(page, "request-390")


def test_provisional_until_the_letter_comes(stranger: Page, accessible: Callable[[Page], None]) -> None:
    page = stranger
    through(page, "for a business")
    ferry = TAXPAYER["TOLLAND-FERRY"]
    prove(page, ferry.key, by="Figure from a recent return", value=f"{48_000 + ferry.number * 13}")
    confirm(page)
    make_logon(page)
    expect(page.locator("main")).to_contain_text("A letter is on its way")
    shot(page, "provisional")
    code = re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", Letter.objects.get().body)
    assert code
    page.get_by_role("link", name="Enter the Letter ID").click()
    accessible(page)
    shot(page, "letter-id")
    page.get_by_label("Letter ID").fill(code[0])
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are Master Administrator")


def test_a_further_person_asks_and_a_master_administrator_decides(
    stranger: Page, open_as: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    page = stranger
    through(page, "for a business")
    prove(page, "HARBOR-BAKERY")
    confirm(page)
    shot(page, "logon")
    make_logon(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your request is on its way")
    dana: Any = open_as("dana")
    dana.get_by_role("link", name=re.compile("Ada Moss asks to act for")).click()
    accessible(dana)
    shot(dana, "decide")
    dana.get_by_role("row", name=re.compile("Withholding")).get_by_role("combobox").select_option(label="View Only")
    dana.get_by_role("button", name="Next").click()
    expect(dana.get_by_role("heading", level=1)).to_have_text("Review what you give")
    accessible(dana)
    shot(dana, "decide-review")
    dana.get_by_role("button", name="Submit").click()
    expect(dana.get_by_role("heading", level=1)).to_have_text("Ada Moss has access")
    page.goto("/")
    expect(page.locator("main")).to_contain_text("Harbor Bakery LLC")


def test_as_a_third_party_without_accounts(stranger: Page, accessible: Callable[[Page], None]) -> None:
    page = stranger
    through(page, "as a third party")
    page.get_by_role("link", name="Register as a representative without accounts").click()
    accessible(page)
    page.get_by_label("Your name, or your firm's").fill("Moss Tax Help")
    page.get_by_role("button", name="Next").click()
    confirm(page)
    make_logon(page)
    expect(page.locator("main")).to_contain_text("Your number with the agency")
    shot(page, "representative")


def test_the_link_in_another_browser_says_what_to_do(
    stranger: Page, browser_for: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    page = stranger
    through(page, "for a business")
    prove(page, "MARSH-LANE-POTTERY")
    page.get_by_label("E-mail address").fill("ada@mail.example")
    page.get_by_role("button", name="Send the mail").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look for our mail")
    found = re.search(r"/register/confirm/[\w-]+/", OutboxMail.objects.order_by("-pk")[0].text)
    assert found
    other = browser_for("", viewport={"width": 390, "height": 800}, locale="es-US")
    other.goto(found[0])
    accessible(other)
    shot(other, "void-390-es")
    expect(other.get_by_role("heading", level=1)).to_have_text("Este enlace no funciona aquí")
