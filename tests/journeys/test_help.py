"""The reference's questions whose answer is to be read: found from where they arise, in both languages, on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Is it okay to share my username and password with my coworkers?", "belong to one person"),
        (
            "Should I have my third party set up my username and password for me?",
            "Only the business or taxpayer should set up its username and password.",
        ),
        ("I’m confused by the different logon types?", "There are three types of logons"),
        ("I am locked out of my online account. How do I cancel my", "555-0100"),
        ("I am locked out of my online account and I have a new e-mail address.", "555-0100"),
    ],
)
def test_from_log_in_to_the_answer(
    browser: Any, site: str, settings: Any, accessible: Callable[[Page], None], question: str, told: str
) -> None:
    settings.AGENCY_PHONE = "555-0100"
    for width in (1280, 390):
        context = browser.new_context(base_url=site, viewport={"width": width, "height": 900}, locale="en-US")
        page: Page = context.new_page()
        page.goto("/log-in/")
        page.get_by_role("main").get_by_role("link", name="Help").click()
        page.get_by_role("link", name=question).click()
        section = page.get_by_role("region", name=question)
        expect(section.get_by_text(told)).to_be_visible()
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        context.close()


def test_the_footer_of_every_page_leads_to_help(open_as: Callable[..., Page]) -> None:
    page = open_as("dana")
    page.get_by_role("contentinfo").get_by_role("link", name="Help").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Help")
