"""The warning before a session ends, answered with the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture
def soon(settings: Any) -> None:
    settings.SESSION_IDLE_SECONDS, settings.SESSION_WARNING_SECONDS = 6, 4


@pytest.mark.parametrize("key", ["Enter", "Escape"])
def test_one_key_keeps_the_session_and_gives_the_focus_back(
    settings: Any, open_as: Callable[..., Page], accessible: Callable[[Page], None], key: str
) -> None:
    settings.SESSION_IDLE_SECONDS, settings.SESSION_WARNING_SECONDS = 32, 29
    page = open_as("dana")
    page.goto("/profile/")
    page.get_by_role("link", name="More…").focus()
    dialog = page.get_by_role("alertdialog", name="You will be signed out soon")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="Stay signed in")).to_be_focused()
    accessible(page)
    page.keyboard.press(key)
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("link", name="More…")).to_be_focused()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Manage My Profile")


def test_without_an_answer_log_in_says_why(soon: None, open_as: Callable[..., Page]) -> None:
    page = open_as("dana")
    page.goto("/profile/")
    expect(page.get_by_role("alertdialog")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log In")
    assert "why=idle" in page.url
    assert "next=%2Fprofile%2F" in page.url


def test_without_javascript_a_sentence_says_so(open_as: Callable[..., Page]) -> None:
    page = open_as("dana", javascript=False)
    expect(page.get_by_text("You are signed out after 30 minutes without activity")).to_be_visible()
    expect(page.get_by_role("alertdialog")).to_have_count(0)
