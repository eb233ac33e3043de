"""People of the cast, each in a browser context of their own, on a live site."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.cast import PASSWORD, username
from tests.imported_cast import import_cast

expect.set_options(timeout=10_000)
VIOLATIONS = (
    "async () => (await axe.run()).violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(', '))"
)


@pytest.fixture
def site(transactional_db: None, live_server: Any, tmp_path: Path) -> str:
    """The address of the site with the cast in it."""
    import_cast(tmp_path)
    return str(live_server.url)


@pytest.fixture
def open_as(browser: Any, site: str) -> Iterator[Callable[..., Page]]:
    """``open_as("dana")``: a page of hers, signed in; ``width=390`` on a phone, ``javascript=False`` without."""
    contexts: list[BrowserContext] = []

    def open_page(person: str, *, width: int = 1280, javascript: bool = True) -> Page:
        context = browser.new_context(
            base_url=site,
            viewport={"width": width, "height": 900},
            java_script_enabled=javascript,
            bypass_csp=False,
            locale="en-US",
        )
        contexts.append(context)
        page: Page = context.new_page()
        page.goto("/log-in/")
        page.get_by_label("Username").fill(username(person))
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Log In").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Home")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def accessible(axe_script: str) -> Callable[[Page], None]:
    """Asserts that the page has one h1 and no violation that axe finds."""

    def check(page: Page) -> None:
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        page.evaluate(axe_script)
        assert page.evaluate(VIOLATIONS) == [], page.url

    return check
