"""Known devices, as somebody finds and forgets them in a browser, on a computer and on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (390, False)])
def test_a_device_and_then_all_others_are_forgotten(
    open_as: Callable[..., Page], accessible: Callable[[Page], None], width: int, javascript: bool
) -> None:
    for _ in range(2):
        open_as("dana")
    page = open_as("dana", width=width, javascript=javascript)
    page.goto("/profile/security/")
    page.get_by_role("link", name="Known devices").click()
    expect(page.get_by_role("heading", level=1, name="Known devices")).to_be_visible()
    table = page.get_by_role("table", name="Known devices, the last used first")
    expect(table.get_by_role("row")).to_have_count(4)
    expect(table.get_by_text("This browser")).to_have_count(1)
    expect(page.get_by_role("region", name="What being known means")).to_be_visible()
    if javascript:
        accessible(page)

    theirs = table.get_by_role("row").filter(has_not_text="This browser").filter(has_text="Forget this device")
    theirs.first.get_by_role("link", name="Forget this device").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Forget the device")
    if javascript:
        accessible(page)
    page.get_by_role("link", name="Keep it").click()
    theirs.first.get_by_role("link", name="Forget this device").click()
    page.get_by_role("button", name="Forget this device").click()
    expect(page.get_by_text("Forgotten. The next sign-in there")).to_be_visible()
    expect(table.get_by_role("row")).to_have_count(3)

    page.get_by_role("link", name="Forget all other devices").click()
    expect(page.get_by_text("1 device will be known no more.")).to_be_visible()
    if javascript:
        accessible(page)
    page.get_by_role("button", name="Forget all other devices").click()
    expect(page.get_by_text("Every other device is forgotten.")).to_be_visible()
    expect(table.get_by_role("row")).to_have_count(2)
    expect(table.get_by_text("This browser")).to_be_visible()
    expect(page.get_by_role("link", name="Forget all other devices")).to_have_count(0)
