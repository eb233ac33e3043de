"""The reference's questions about a forgotten username or password, step by step."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from countersign.logons.models import Logon
from countersign.mail.models import OutboxMail
from countersign.recovery.models import ForgottenAsk
from countersign.recovery.operations import answer_ask
from tests.cast import PASSWORD, username

pytestmark = pytest.mark.browser
NEW = "seven quiet ferries leave at noon"


@pytest.fixture
def page(browser: Any, site: str) -> Any:
    context = browser.new_context(base_url=site, viewport={"width": 1280, "height": 900}, locale="en-US")
    yield context.new_page()
    context.close()


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def mailed_link(person: str) -> str:
    """The path of the link that the worker mails."""
    for ask in ForgottenAsk.objects.all():
        answer_ask(ask=ask.pk, now=timezone.now())
    sent = OutboxMail.objects.filter(kind="forgotten").latest("pk")
    assert username(person) in sent.text
    found = re.search(r"/forgot-username-or-password/link/[A-Za-z0-9_-]{43}/", sent.text)
    assert found is not None
    return found[0]


def ask_for_mail(page: Page, person: str) -> None:
    page.goto("/log-in/")
    page.get_by_role("link", name="Forgot username or password?").click()
    heading(page, "Forgot username or password?")
    page.get_by_label("E-mail address").fill(Logon.objects.get(username=username(person)).email)
    page.get_by_role("button", name="Send the e-mail").click()
    heading(page, "Look into your e-mail")


def test_what_do_i_do_if_i_forget_my_username_or_password(page: Page, accessible: Callable[[Page], None]) -> None:
    ask_for_mail(page, "dana")
    accessible(page)
    page.goto(mailed_link("dana"))
    heading(page, "Create a new password")
    accessible(page)
    assert "/link/" not in page.url
    expect(page.get_by_text(username("dana"))).to_be_visible()
    page.get_by_label("New password", exact=True).fill("aaaa")
    expect(page.get_by_text("Too short: add more characters.")).to_be_visible()
    page.get_by_label("New password", exact=True).fill(NEW)
    expect(page.get_by_text("Strong.")).to_be_visible()
    page.get_by_label("Confirm the new password").fill(NEW)
    page.get_by_role("button", name="Save the new password").click()
    heading(page, "Your new password is saved")
    accessible(page)
    page.get_by_role("link", name="Log In").last.click()
    page.get_by_label("Username").fill(username("dana"))
    page.get_by_label("Password", exact=True).fill(NEW)
    page.get_by_role("button", name="Log In", exact=True).click()
    heading(page, "Home")


def test_can_i_use_an_old_password_no(page: Page) -> None:
    ask_for_mail(page, "dana")
    page.goto(mailed_link("dana"))
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("Confirm the new password").fill(PASSWORD)
    page.get_by_role("button", name="Save the new password").click()
    heading(page, "Create a new password")
    expect(page.get_by_role("link", name=re.compile("You used this password before"))).to_be_visible()


def test_i_am_locked_out_the_page_gives_the_number(page: Page) -> None:
    for _ in range(7):
        page.goto("/log-in/")
        page.get_by_label("Username").fill(username("dana"))
        page.get_by_label("Password", exact=True).fill("not it at all")
        page.get_by_role("button", name="Log In", exact=True).click()
    heading(page, "Please wait before you try again")
    expect(page.get_by_role("heading", name="I am locked out and I have a new email address")).to_be_visible()
    expect(page.get_by_role("heading", name="I am locked out and want to cancel my online access")).to_be_visible()
    expect(page.get_by_text("please contact us at").first).to_be_visible()


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (390, "en"), (1280, "es"), (390, "es")])
def test_pages_fit_phone_and_desk_in_both_languages(
    browser: Any, site: str, width: int, language: str, tmp_path: Any
) -> None:
    context = browser.new_context(base_url=site, viewport={"width": width, "height": 900}, locale=language)
    page = context.new_page()
    page.goto("/log-in/")
    page.goto("/forgot-username-or-password/")
    page.get_by_role("textbox").first.fill(Logon.objects.get(username=username("dana")).email)
    page.locator("main form button").click()
    page.goto(mailed_link("dana"))
    page.locator("input[type=password]").first.fill("aaaa")
    page.screenshot(path=str(tmp_path / "new_password.png"), full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    context.close()
