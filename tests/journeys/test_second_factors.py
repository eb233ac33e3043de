"""Second factors in a real browser: Chromium's own virtual authenticator plays the phone or the key."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pyotp
import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from countersign.events.models import Entry
from countersign.logons.models import Logon, Passkey
from countersign.logons.second_factors import factors_of
from tests.cast import PASSWORD, username

pytestmark = pytest.mark.browser
NO_AUTOFILL = "if (window.PublicKeyCredential) PublicKeyCredential.isConditionalMediationAvailable = async () => false;"
REQUIRED = dict.fromkeys(("own", "secondary", "staff"), "required")


class Device:
    """A phone with a fingerprint sensor, plugged into one page."""

    def __init__(self, page: Page, **options: Any) -> None:
        self.session = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        self.id = self.plug_in(**options)

    def plug_in(self, **options: Any) -> str:
        given = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
            **options,
        }
        made: str = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": given})["authenticatorId"]
        return made

    def credentials(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})[
            "credentials"
        ]
        return found


@pytest.fixture
def named_site(site: str, settings: Any) -> str:
    """Passkeys are bound to the name of the site."""
    settings.BASE_URL = site
    return site


@pytest.fixture
def fresh_page(browser: Any, named_site: str) -> Iterator[Callable[..., Page]]:
    contexts: list[BrowserContext] = []

    def opened(*, width: int = 1280, autofill: bool = False, **options: Any) -> Page:
        context = browser.new_context(
            base_url=named_site, viewport={"width": width, "height": 900}, locale="en-US", **options
        )
        contexts.append(context)
        page: Page = context.new_page()
        if not autofill:
            # The virtual device answers at once whenever a page asks: Log In would never stay open.
            page.add_init_script(NO_AUTOFILL)
        return page

    yield opened
    for context in contexts:
        context.close()


def give_password(page: Page, person: str = "dana") -> None:
    page.goto("/log-in/")
    page.get_by_label("Username").fill(username(person))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log In", exact=True).click()


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def add_passkey(page: Page, name: str = "My phone") -> None:
    page.goto("/profile/security/second-factors/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name of this passkey").fill(name)
    page.get_by_role("button", name="Add a passkey").click()
    heading(page, "Your recovery codes")


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Log Out").first.click()
    heading(page, "Log In")


def dana() -> Logon:
    return Logon.objects.get(username=username("dana"))


def test_a_passkey_is_added_is_the_second_factor_and_signs_in_alone(
    fresh_page: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    page = fresh_page()
    device = Device(page)
    give_password(page)
    heading(page, "Home")
    add_passkey(page)
    accessible(page)
    assert len(device.credentials()) == 1
    assert device.credentials()[0]["isResidentCredential"]
    expect(page.locator(".recovery-codes code")).to_have_count(10)
    page.get_by_role("button", name="I have them").click()
    heading(page, "Second factors")
    accessible(page)
    expect(page.get_by_role("row", name=re.compile("My phone"))).to_be_visible()
    log_out(page)

    give_password(page)
    heading(page, "One more step")
    accessible(page)
    page.get_by_role("button", name="Use a passkey").click()
    heading(page, "Home")
    log_out(page)

    accessible(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    heading(page, "Home")
    hows = [entry.body["how"] for entry in Entry.objects.filter(name="SignedIn").order_by("pk")]
    assert hows == ["password", "password+passkey", "passkey"]
    assert Passkey.objects.get().signature_count > 0


def test_alone_it_needs_the_finger_and_as_second_factor_it_need_not(fresh_page: Callable[..., Page]) -> None:
    page = fresh_page()
    Device(page, protocol="u2f", transport="usb", hasResidentKey=False, hasUserVerification=False, isUserVerified=False)
    give_password(page)
    add_passkey(page)
    page.get_by_role("button", name="I have them").click()
    log_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("No passkey was used.")).to_be_visible()
    give_password(page)
    page.get_by_role("button", name="Use a passkey").click()
    heading(page, "Home")


def test_autofill_offers_the_passkey_in_the_username_field(fresh_page: Callable[..., Page]) -> None:
    page = fresh_page(autofill=True)
    page.goto("/log-in/")
    expect(page.get_by_label("Username")).to_have_attribute("autocomplete", "username webauthn")
    Device(page)
    give_password(page)
    add_passkey(page)
    page.get_by_role("button", name="I have them").click()
    page.get_by_role("button", name="Log Out").first.click()
    # The virtual device answers for its owner as soon as the page asks.
    heading(page, "Home")
    assert Entry.objects.filter(name="SignedIn").latest("pk").body == {"how": "passkey"}


def test_a_copied_passkey_is_refused(fresh_page: Callable[..., Page]) -> None:
    page = fresh_page()
    Device(page)
    give_password(page)
    add_passkey(page)
    page.get_by_role("button", name="I have them").click()
    log_out(page)
    Passkey.objects.update(signature_count=1_000)
    give_password(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("This passkey could not be checked")).to_be_visible()
    heading(page, "One more step")


def test_setting_up_a_first_factor_before_anything_else(
    fresh_page: Callable[..., Page], settings: Any, accessible: Callable[[Page], None]
) -> None:
    settings.SECOND_FACTOR = REQUIRED
    page = fresh_page()
    give_password(page)
    heading(page, "Set up a second factor")
    accessible(page)
    page.get_by_role("link", name="Add an authenticator app").click()
    heading(page, "Add an authenticator app")
    accessible(page)
    picture = page.get_by_alt_text("QR code")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    secret = page.locator(".key-text").inner_text().replace(" ", "")
    page.get_by_label("Code that the app shows").fill(pyotp.TOTP(secret).at(timezone.now()))
    page.get_by_role("button", name="Add this app").click()
    heading(page, "Your recovery codes")
    with page.expect_download() as download:
        page.get_by_role("link", name="Keep as a file").click()
    assert download.value.suggested_filename == "recovery-codes.txt"
    page.get_by_role("button", name="I have them: Log In").click()
    heading(page, "Home")
    assert factors_of(dana()).authenticator


def test_setting_up_a_passkey_first(fresh_page: Callable[..., Page], settings: Any) -> None:
    settings.SECOND_FACTOR = REQUIRED
    page = fresh_page()
    Device(page)
    give_password(page)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name of this passkey").fill("My phone")
    page.get_by_role("button", name="Add a passkey").click()
    heading(page, "Your recovery codes")
    page.get_by_role("button", name="I have them: Log In").click()
    heading(page, "Home")
    assert factors_of(dana()) == (1, False, 10)


def test_without_javascript_the_page_says_so_and_other_ways_work(fresh_page: Callable[..., Page]) -> None:
    page = fresh_page()
    Device(page)
    give_password(page)
    add_passkey(page)
    code = page.locator(".recovery-codes code").first.inner_text()
    plain = fresh_page(java_script_enabled=False)
    give_password(plain)
    heading(plain, "One more step")
    expect(plain.get_by_text("A passkey needs JavaScript")).to_be_visible()
    plain.get_by_role("link", name="Use a recovery code").click()
    plain.get_by_label("Recovery code").fill(code)
    plain.get_by_role("button", name="Log In").click()
    heading(plain, "Home")


def test_confirming_with_a_passkey_before_something_that_matters(
    fresh_page: Callable[..., Page], settings: Any, accessible: Callable[[Page], None]
) -> None:
    page = fresh_page()
    Device(page)
    give_password(page)
    add_passkey(page)
    page.get_by_role("button", name="I have them").click()
    settings.FRESH_SIGN_IN_SECONDS = -1
    page.get_by_role("link", name="Make new recovery codes").click()
    heading(page, "Confirm that it is you")
    accessible(page)
    page.get_by_role("link", name="Use a recovery code").click()
    heading(page, "Confirm that it is you")
    expect(page.get_by_label("Recovery code")).to_be_visible()
    page.get_by_role("link", name="Use a passkey").click()
    expect(page.get_by_role("button", name="Use a passkey")).to_be_visible()
    settings.FRESH_SIGN_IN_SECONDS = 900
    page.reload()  # fresh enough: nothing is asked
    heading(page, "Make new recovery codes")
    settings.FRESH_SIGN_IN_SECONDS = -1
    page.get_by_role("button", name="Make new recovery codes").click()
    heading(page, "Confirm that it is you")
    settings.FRESH_SIGN_IN_SECONDS = 900
    page.get_by_role("button", name="Use a passkey").click()
    heading(page, "Thank you, it is you")
    accessible(page)
    page.get_by_role("button", name="Continue where you were").click()
    heading(page, "Your recovery codes")
    expect(page.locator(".recovery-codes code")).to_have_count(10)
