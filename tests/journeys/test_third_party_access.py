"""What is third-party access? The main job, from request to revocation, by two people in two browsers."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from countersign.mail.models import OutboxMail
from tests.cast import TAXPAYER, account_number

pytestmark = pytest.mark.browser
MEALS = account_number("HARBOR-BAKERY", "MLS")


def to_more(page: Page) -> None:
    """Manage My Profile, top right of Home, then the More… tab."""
    page.get_by_role("link", name="Manage My Profile").click()
    page.get_by_role("link", name="More…").click()


def request_access(page: Page) -> str:
    """Maria asks for the bakery's meals account; returns the confirmation number."""
    bakery = TAXPAYER["HARBOR-BAKERY"]
    to_more(page)
    page.get_by_role("link", name="Request to Manage Other Taxpayer's Accounts").click()
    if page.get_by_role("link", name="Lopez CPA PC").count():
        page.get_by_role("link", name="Lopez CPA PC").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Request to Manage Other Taxpayer's Accounts")
    page.get_by_label("ID type").select_option(bakery.id_type)
    page.get_by_label("ID number").fill(bakery.id_number)
    page.get_by_label("Legal name").fill("HARBOR BAKERY, L.L.C.")
    page.get_by_role("row", name=re.compile("Meals")).get_by_role("combobox").select_option(label="File and Pay")
    page.get_by_label("Message").fill("Monthly meals returns")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("main")).to_contain_text("File and Pay")
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("main")).to_contain_text("Confirmation number")
    found = re.search(r"/submissions/([0-9A-Z]{10})/", page.url)
    assert found
    return found[1]


def test_an_accountant_asks_an_owner_gives_less_sees_explains_and_ends_it(
    open_as: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    maria, dana = open_as("maria"), open_as("dana")
    request_access(maria)
    accessible(maria)
    assert OutboxMail.objects.filter(to="dana@harborbakery.example").count() == 1

    # The owner finds it waiting on Home, sees who asks for what, and gives less.
    dana.goto("/")
    dana.get_by_role("link", name=re.compile("Lopez CPA PC")).first.click()
    expect(dana.get_by_role("heading", level=1)).to_have_text("Lopez CPA PC asks for access")
    expect(dana.locator("main")).to_contain_text("Monthly meals returns")
    accessible(dana)
    dana.get_by_role("row", name=re.compile(MEALS)).get_by_role("combobox").select_option(label="View Only")
    dana.get_by_role("button", name="Next").click()
    expect(dana.locator("main")).to_contain_text("View Only")
    dana.get_by_role("button", name="Approve").click()
    expect(dana.locator("main")).to_contain_text("Confirmation number")
    assert OutboxMail.objects.filter(to="maria@lopezcpa.example").count() == 1

    # After approval the account is on the logon of the third party, with what was given.
    maria.goto(f"/?q={MEALS}")
    row = maria.get_by_role("row", name=re.compile(MEALS))
    expect(row).to_contain_text("View Only")
    row.get_by_role("link", name=re.compile("why")).click()
    expect(maria.locator("main")).to_contain_text("Lopez CPA PC")
    accessible(maria)

    # The owner sees who has access, and why nobody else.
    dana.goto(f"/?q={MEALS}")
    dana.get_by_role("link", name=MEALS, exact=True).click()
    dana.get_by_role("link", name="Who has access").click()
    firm = dana.get_by_role("row", name=re.compile("Lopez CPA PC"))
    expect(firm).to_contain_text("View Only")
    accessible(dana)

    # And ends it, at any time, effective at once.
    firm.get_by_role("link", name="Lopez CPA PC").click()
    dana.get_by_role("link", name="Revoke access").click()
    dana.locator("label", has_text=re.compile("Everything|All")).first.click()
    dana.get_by_role("button", name="Next").click()
    dana.get_by_role("button", name=re.compile("Revoke|OK|Submit")).click()
    expect(dana.locator("main")).to_contain_text("Confirmation number")
    assert maria.goto(f"/?q={MEALS}") is not None
    expect(maria.locator("main")).to_contain_text("No account matches")
    dana.get_by_role("link", name="Manage My Profile").click()


def test_who_did_what_when_stands_in_the_history(
    open_as: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    maria, dana = open_as("maria"), open_as("dana", javascript=False)
    number = request_access(maria)
    dana.goto(f"/?q={MEALS}")
    dana.get_by_role("link", name=MEALS, exact=True).click()
    dana.get_by_role("link", name="History").click()
    row = dana.get_by_role("row", name=re.compile("Lopez CPA PC asked for access"))
    expect(row.first).to_contain_text("Maria Lopez")
    expect(row.first).to_contain_text(number)


def test_how_do_i_determine_what_access_role_and_rights_i_have(
    open_as: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    """Manage My Profile, top right of the Home panel → More… tab → the role, in the Manage My Access hyperlink."""
    for person, role in (("tom", "Tax Administrator of"), ("omar", "Master Administrator of Harbor Bakery LLC")):
        page = open_as(person, width=390)
        to_more(page)
        access = page.get_by_role("region", name="Access", exact=True)
        if not access.count():
            access = page.locator("section").filter(has=page.get_by_role("heading", name="Access", exact=True))
        link = access.get_by_role("link", name=re.compile("^Manage My Access"))
        expect(link).to_contain_text(role)
        accessible(page)
        link.click()
        expect(page.locator("main")).to_contain_text(role.split(" of")[0])
        expect(page.locator("main")).to_contain_text("Harbor Bakery LLC")
        accessible(page)
