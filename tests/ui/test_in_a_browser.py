"""The gallery in a real browser: nothing breaks the policy, axe finds nothing, the small script does its part."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
PAGES = ["/gallery/", "/gallery/layouts/signed_out/", "/gallery/layouts/signed_in/", "/gallery/layouts/done/",
         "/gallery/layouts/plain/", "/gallery/errors/404/", "/gallery/errors/409/", "/gallery/errors/500/"]  # fmt: skip


@pytest.fixture
def opened(browser_for: Callable[..., Any], settings: Any) -> Callable[..., Any]:
    """A page of the gallery, with everything that the browser complains about in ``page.complaints``."""
    settings.GALLERY = True

    def open_page(address: str, **options: Any) -> Any:
        page = browser_for("", **options)
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(address)
        return page

    return open_page


@pytest.mark.parametrize("locale", ["en", "es"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_and_nothing_is_cut_off(
    opened: Callable[..., Any], axe_script: str, size: str, locale: str
) -> None:
    for address in PAGES:
        page = opened(address, viewport=SIZES[size], locale=locale)
        page.evaluate(axe_script)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        assert not found, (
            address,
            json.dumps([(one["id"], [n["html"] for n in one["nodes"]]) for one in found])[:2000],
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], address
        broken = [text for text in page.complaints if "the server responded with a status of" not in text]
        assert not broken, (address, broken)
        page.close()


def test_the_error_summary_takes_focus_and_leads_to_the_field(opened: Callable[..., Any]) -> None:
    page = opened("/gallery/")
    assert page.evaluate("document.activeElement.classList.contains('error-summary')")
    page.get_by_role("link", name="Fill in “Password”.").click()
    assert page.evaluate("document.activeElement.id") == "filled_filled-password"


def test_a_password_can_be_shown(opened: Callable[..., Any]) -> None:
    page = opened("/gallery/layouts/signed_out/")
    field = page.get_by_label("Password", exact=True)
    field.fill("open sesame")
    page.get_by_role("button", name="Show password").click()
    assert field.get_attribute("type") == "text"
    page.get_by_role("button", name="Hide password").click()
    assert field.get_attribute("type") == "password"


def test_the_skip_link_comes_first(opened: Callable[..., Any]) -> None:
    page = opened("/gallery/layouts/signed_in/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main-content"


def test_a_form_is_sent_once_and_again_after_coming_back(opened: Callable[..., Any]) -> None:
    page = opened("/gallery/layouts/signed_in/")
    with page.expect_navigation():
        # Two clicks in one turn of the browser, before it has left the page.
        stopped = page.evaluate(
            """() => {
              const stopped = [];
              window.addEventListener('submit', event => stopped.push(event.defaultPrevented));
              const button = document.querySelector('.language-switch button');
              button.click();
              button.click();
              return stopped;
            }"""
        )
    assert stopped == [False, True]
    assert page.locator("html[lang=es]").count() == 1
    page.go_back()
    with page.expect_navigation():
        page.locator(".language-switch button").click()
    assert page.locator(".language-switch button").count() == 1


def test_everything_is_there_without_javascript(opened: Callable[..., Any]) -> None:
    page = opened("/gallery/layouts/signed_out/", java_script_enabled=False)
    assert page.get_by_role("heading", level=1).inner_text() == "Log In"
    assert page.get_by_role("button", name="Show password").count() == 0
    page.get_by_role("button", name="Español").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Iniciar sesión"


def test_what_is_printed_is_the_content(opened: Callable[..., Any]) -> None:
    page = opened("/gallery/layouts/done/")
    page.emulate_media(media="print")
    assert page.get_by_text("7K3M-PQ2X-W9").is_visible()
    assert not page.get_by_role("button", name="Print").is_visible()
    assert not page.get_by_role("link", name="Manage My Profile").is_visible()
