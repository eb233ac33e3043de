"""The reference's instructions on secondary logons, each followed to the letter."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from countersign.access.models import GroupMember
from countersign.access.queries.decisions import check
from countersign.logons.models import Logon
from countersign.mail.models import OutboxMail
from tests.cast import PASSWORD, account_number, username

pytestmark = pytest.mark.browser
BOOKS = account_number("PELL-STREET-BOOKS", "WTH")


def to_secondary_logons(page: Page) -> None:
    """Manage My Profile → More… → in the My Users panel, Manage Secondary Logons."""
    page.get_by_role("link", name="Manage My Profile").click()
    page.get_by_role("link", name="More…").click()
    panel = page.get_by_role("region", name="My Users")
    panel.get_by_role("link", name="Manage Secondary Logons").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Manage Secondary Logons")


def add_noor(page: Page) -> None:
    """Add User → the Add Access step with the required fields → Next."""
    page.get_by_role("link", name="Add User").click()
    expect(page.get_by_role("heading", name="Add Access")).to_be_visible()
    page.get_by_label("First name").fill("Noor")
    page.get_by_label("Last name").fill("Haidari")
    page.get_by_label("E-mail address").fill("noor@lopezcpa.example")
    page.get_by_label("Username").fill("noor.lopezcpa")
    page.get_by_text("Tax Administrator", exact=False).first.click()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name="Access Settings")).to_be_visible()


@pytest.fixture
def shot(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Keeps a picture of the page where SHOTS names a folder."""
    import os

    def take(page: Page, name: str) -> None:
        if folder := os.environ.get("SHOTS"):
            page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)

    return take


def test_how_do_i_add_a_secondary_logon(
    open_as: Callable[..., Page],
    accessible: Callable[[Page], None],
    browser: Any,
    site: str,
    shot: Callable[[Page, str], None],
) -> None:
    maria = open_as("maria")
    to_secondary_logons(maria)
    expect(maria.get_by_role("table", name="Additional Users")).to_be_visible()
    accessible(maria)
    shot(maria, "list")
    add_noor(maria)
    expect(maria.get_by_role("checkbox", name=re.compile("Default"))).to_be_checked()
    maria.get_by_text("Retail clients").first.click()
    gives = maria.get_by_role("region", name="What this gives")
    expect(gives).to_contain_text("Choose security groups and account types")
    maria.get_by_text("All account types").first.click()
    # Before anything is submitted: what the logon will reach, as the choices change.
    expect(gives).to_contain_text("customers, with at most View Only")
    accessible(maria)
    shot(maria, "add2")
    maria.get_by_role("button", name="Submit").click()
    expect(maria.locator("main")).to_contain_text("noor@lopezcpa.example")
    accessible(maria)
    shot(maria, "added")
    maria.get_by_role("button", name="OK", exact=True).click()
    expect(maria.get_by_role("table", name="Additional Users")).to_contain_text("noor.lopezcpa")
    assert not check("noor.lopezcpa", "view", BOOKS).allowed

    # The person follows the instructions of the e-mail to complete the logon.
    mail = OutboxMail.objects.get(to="noor@lopezcpa.example")
    link = re.search(r"/enroll/[A-Za-z0-9_-]{43}/", mail.text)
    assert link
    noor = browser.new_context(base_url=site).new_page()
    noor.goto(link[0])
    expect(noor.get_by_role("heading", level=1)).to_have_text("Complete your logon")
    accessible(noor)
    shot(noor, "enroll")
    noor.get_by_label("Password", exact=True).fill("violet stairs hum quietly")
    noor.get_by_label("Password once more").fill("violet stairs hum quietly")
    noor.get_by_role("button", name="Complete my logon").click()
    expect(noor.get_by_role("heading", level=1)).to_have_text("Your logon is complete")
    assert check("noor.lopezcpa", "view", BOOKS).allowed
    noor.context.close()


def test_how_do_i_update_a_security_group_to_a_secondary_logon(
    open_as: Callable[..., Page], accessible: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    maria = open_as("maria")
    to_secondary_logons(maria)
    maria.get_by_role("link", name="ruth.lopezcpa").click()
    section = maria.get_by_role("region", name="Security Groups")
    section.get_by_role("link", name="Change").click()
    maria.get_by_text("Restaurants").first.click()
    accessible(maria)
    expect(maria.get_by_role("table", name="Who gains and who loses clients")).to_be_visible()
    accessible(maria)
    shot(maria, "groups")
    # "Select the Save button. The secondary logon is now associated with the new security group(s)."
    maria.get_by_role("button", name="Save").click()
    expect(maria.get_by_role("button", name="OK", exact=True)).to_be_visible()
    ruth = Logon.objects.get(username=username("ruth"))
    live = GroupMember.objects.filter(logon=ruth, ended_at__isnull=True).values_list("group__name", flat=True)
    assert sorted(live) == ["Default", "Restaurants"]


def test_who_ticks_a_group_before_the_scripts_are_there_sees_what_it_changes_too(open_as: Callable[..., Page]) -> None:
    maria = open_as("maria")

    def late(route: Route) -> None:
        maria.wait_for_timeout(1_500)
        route.continue_()

    to_secondary_logons(maria)
    maria.get_by_role("link", name="ruth.lopezcpa").click()
    maria.route("**/htmx*.js", late)
    address = (
        maria.get_by_role("region", name="Security Groups").get_by_role("link", name="Change").get_attribute("href")
    )
    assert address
    maria.goto(address, wait_until="commit")
    maria.get_by_text("Restaurants").first.click()
    expect(maria.get_by_role("table", name="Who gains and who loses clients")).to_be_visible()


def test_how_do_i_deactivate_user_access_for_a_secondary_logon(
    open_as: Callable[..., Page], browser: Any, site: str, shot: Callable[[Page, str], None]
) -> None:
    maria = open_as("maria")
    to_secondary_logons(maria)
    maria.get_by_role("table", name="Additional Users").get_by_role("link", name="joel.lopezcpa").click()
    maria.get_by_role("link", name="Deactivate Access").click()
    shot(maria, "deactivate")
    maria.get_by_role("button", name="OK", exact=True).click()
    shot(maria, "deactivated")
    maria.get_by_role("button", name="OK", exact=True).click()
    expect(maria.get_by_role("row", name=re.compile("joel.lopezcpa"))).to_contain_text("Deactivated")
    # "The user no longer has access to the account."
    assert not check(username("joel"), "view", BOOKS).allowed
    joel = browser.new_context(base_url=site).new_page()
    joel.goto("/log-in/")
    joel.get_by_label("Username").fill(username("joel"))
    joel.get_by_label("Password", exact=True).fill(PASSWORD)
    joel.get_by_role("button", name="Log In").click()
    expect(joel.get_by_role("heading", level=1)).not_to_have_text("Home")
    joel.context.close()


def test_how_do_i_set_the_access_type_to_view_only_for_a_logon(
    open_as: Callable[..., Page], accessible: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    maria = open_as("maria")
    to_secondary_logons(maria)
    maria.get_by_role("link", name="joel.lopezcpa").click()
    accessible(maria)
    shot(maria, "logon")
    row = maria.get_by_role("row", name=re.compile(BOOKS))
    row.get_by_role("button", name="Give Rights").click()
    chosen = maria.get_by_role("row", name=re.compile(BOOKS))
    chosen.get_by_role("combobox").select_option(label="View Only")
    accessible(maria)
    shot(maria, "rights")
    maria.get_by_role("button", name="Next").click()
    expect(maria.get_by_role("table", name="What changes")).to_contain_text("View Only")
    accessible(maria)
    shot(maria, "rights-review")
    maria.get_by_role("button", name="Submit").click()
    expect(maria.get_by_role("button", name="OK", exact=True)).to_be_visible()
    assert check(username("joel"), "view", BOOKS).allowed and not check(username("joel"), "file", BOOKS).allowed
    # The authorized user receives an e-mail once the submission has been processed.
    assert OutboxMail.objects.filter(to="joel@lopezcpa.example").count() == 1


def test_a_tax_administrator_does_not_set_access_types(open_as: Callable[..., Page]) -> None:
    """ "To set the access type to View Only for a logon, you must be a Master Administrator." """
    joel = open_as("joel")
    joel.get_by_role("link", name="Manage My Profile").click()
    joel.get_by_role("link", name="More…").click()
    assert joel.get_by_role("link", name=re.compile("Manage Secondary Logons")).count() == 0


def test_without_javascript_a_button_shows_what_the_choices_give(open_as: Callable[..., Page]) -> None:
    maria = open_as("maria", width=390, javascript=False)
    to_secondary_logons(maria)
    add_noor(maria)
    maria.get_by_text("All account types").first.click()
    maria.get_by_role("button", name="See what this gives").click()
    gives = maria.get_by_role("region", name="What this gives")
    expect(gives).to_contain_text("with at most View Only")
    expect(maria.get_by_role("checkbox", name=re.compile("All account types"))).to_be_checked()
    gives.get_by_role("link").first.click()
    expect(maria.get_by_role("heading", level=1)).to_have_text("What the new logon will reach")
    expect(maria.get_by_role("table", name="Customers")).to_contain_text("Nora Quist")


def test_another_user_has_left_and_its_access_is_cancelled_for_it(open_as: Callable[..., Page]) -> None:
    maria = open_as("maria", width=390, javascript=False)
    to_secondary_logons(maria)
    maria.get_by_role("link", name="sam.lopezcpa").click()
    maria.get_by_role("link", name="Cancel Access").click()
    expect(maria.locator("main")).to_contain_text("This cannot be undone")
    maria.get_by_role("button", name="OK", exact=True).click()
    maria.get_by_role("button", name="OK", exact=True).click()
    assert maria.get_by_role("link", name="sam.lopezcpa").count() == 0
    assert not check(username("sam"), "view", BOOKS).allowed
