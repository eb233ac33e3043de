"""A secondary logon has lost every second factor, and its parent vouches: two people, each in a browser of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from countersign.logons.models import Authenticator, Logon
from countersign.logons.second_factors import factors_of, totp
from tests.cast import PASSWORD, username

pytestmark = pytest.mark.browser


@pytest.fixture
def secret_of(site: str) -> Callable[[str], str]:
    """Gives somebody an authenticator app; its codes of now are unused."""

    def give(person: str) -> str:
        secret, then = totp.new_secret(), timezone.now() - timedelta(minutes=5)
        app = totp.add_authenticator(
            Logon.objects.get(username=username(person)), secret, pyotp.TOTP(secret).at(then), now=then
        )
        Authenticator.objects.filter(pk=app.pk).update(last_step=0)
        return secret

    return give


@pytest.fixture
def at_log_in(browser: Any, site: str) -> Iterator[Callable[..., Page]]:
    """``at_log_in("joel")``: a page in a browser of its own, on which the password was just given."""
    contexts: list[BrowserContext] = []

    def opened(person: str, **options: Any) -> Page:
        context = browser.new_context(base_url=site, locale="en-US", **options)
        contexts.append(context)
        page: Page = context.new_page()
        page.goto("/log-in/")
        page.get_by_label("Username").fill(username(person))
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Log In").click()
        return page

    yield opened
    for context in contexts:
        context.close()


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


@pytest.mark.parametrize("phone", [False, True])
def test_joel_asks_maria_confirms_and_joel_sets_up_anew(
    at_log_in: Callable[..., Page],
    secret_of: Callable[[str], str],
    accessible: Callable[[Page], None],
    settings: Any,
    phone: bool,
) -> None:
    settings.SECOND_FACTOR = dict.fromkeys(("own", "secondary", "staff"), "required")
    secret_of("joel")
    marias = secret_of("maria")
    size: dict[str, Any] = {"viewport": {"width": 390, "height": 800}} if phone else {}

    joel = at_log_in("joel", **size)
    heading(joel, "One more step")
    joel.get_by_role("link", name="All my second factors are lost").click()
    heading(joel, "All my second factors are lost")
    joel.get_by_role("link", name="Ask your parent logon").click()
    heading(joel, "Ask your parent logon")
    accessible(joel)
    joel.get_by_role("button", name="Ask my parent logon").click()
    heading(joel, "Your parent logon has been asked")
    accessible(joel)

    maria = at_log_in("maria", **size)
    maria.get_by_label("Code").fill(pyotp.TOTP(marias).at(timezone.now()))
    maria.get_by_role("button", name="Log In").click()
    heading(maria, "Home")
    maria.get_by_role("link", name="Joel Mbeki asks you to confirm that all second factors are lost").click()
    heading(maria, "Confirm that all second factors are lost")
    expect(maria.get_by_text("All second factors of Joel Mbeki end at once. This cannot be undone.")).to_be_visible()
    accessible(maria)
    maria.get_by_role("button", name="Confirm").click()
    expect(maria.get_by_role("link", name="Speak to the person first, then tick this.")).to_be_visible()
    accessible(maria)
    maria.locator("label", has_text="I have spoken to this person").click()
    maria.get_by_role("button", name="Confirm").click()
    expect(maria.get_by_text("Joel Mbeki signs in with the password and sets up new second factors.")).to_be_visible()
    accessible(maria)
    assert not factors_of(Logon.objects.get(username=username("joel"))).any

    joel = at_log_in("joel", **size)
    heading(joel, "Set up a second factor")
    joel.get_by_role("link", name="Add an authenticator app").click()
    secret = joel.locator(".key-text").inner_text().replace(" ", "")
    joel.get_by_label("Code that the app shows").fill(pyotp.TOTP(secret).at(timezone.now()))
    joel.get_by_role("button", name="Add this app").click()
    joel.get_by_role("button", name="I have them: Log In").click()
    heading(joel, "Home")


def test_maria_is_not_sure_and_declines(
    at_log_in: Callable[..., Page], secret_of: Callable[[str], str], accessible: Callable[[Page], None]
) -> None:
    secret_of("joel")
    joel = at_log_in("joel")
    joel.goto("/log-in/second-step/lost/parent-logon/")
    joel.get_by_role("button", name="Ask my parent logon").click()
    maria = at_log_in("maria")
    maria.get_by_role("link", name="Manage My Profile").click()
    maria.get_by_role("link", name="More…").click()
    maria.get_by_role("link", name="Manage Secondary Logons").click()
    maria.get_by_role("link", name=username("joel")).click()
    expect(maria.get_by_text("This person asks you to confirm that all second factors are lost.")).to_be_visible()
    accessible(maria)
    maria.get_by_role("link", name="Answer").click()
    expect(maria.get_by_text("you need a second factor of your own")).to_be_visible()
    expect(maria.get_by_role("button", name="Confirm")).to_have_count(0)
    maria.get_by_role("button", name="Decline").click()
    expect(maria.get_by_text("Declined. The second factors stay, and the person is told.")).to_be_visible()
    assert factors_of(Logon.objects.get(username=username("joel"))).any
    joel.reload()
    heading(joel, "Ask your parent logon")
