"""SPEC: "Countersign's own Help pages answer every question of it", with the same words, for this installation."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

import countersign
from countersign.help.topics import TOPICS

# Each question of the reference, in our own words, by where it is answered; and what its answer has to name.
TO_MORE = ["Manage My Profile", "More…"]
TO_SECONDARY = [*TO_MORE, "My Users", "Manage Secondary Logons"]
QUESTIONS = {
    "forgotten username or password": ("logging-in", "forgot", ["Forgot username or password?", "Log In"]),
    "what role and rights": ("roles-and-rights", "my-role", [*TO_MORE, "Manage My Access", "Access"]),
    "an old password": ("logging-in", "old-password", []),
    "change of username": ("logging-in", "change-username", [*TO_MORE, "Delete My Profile"]),
    "sharing with coworkers": ("logging-in", "sharing", []),
    "third-party access": ("third-party-access", "what-is-third-party-access", ["Third-Party Access"]),
    "third party sets up": ("third-party-access", "third-party-sets-up", []),
    "leaving": ("leaving", "leaving-my-company", [*TO_MORE, "Delete My Profile"]),
    "another has left": (
        "leaving",
        "somebody-left",
        [*TO_MORE, "Manage Secondary Logons", "Manage Additional Logons", "Cancel Access"],
    ),
    "locked out, new address": ("logging-in", "locked-out-new-email", []),
    "locked out, cancel": ("logging-in", "locked-out-cancel", []),
    "types of logons": ("logon-types", "logon-types", ["Your logon", "Additional logons", "Secondary logons"]),
    "what are secondary logons": ("logon-types", "secondary-logons", ["Default", "Access Type"]),
    "add a secondary logon": (
        "logon-types",
        "add-secondary-logon",
        [*TO_SECONDARY, "Add User", "Add Access", "Next", "Access Settings", "Submit", "OK"],
    ),
    "create a group": ("security-groups", "create-group", [*TO_SECONDARY, "Security Groups", "Add", "Save"]),
    "group of a taxpayer": (
        "security-groups",
        "group-of-taxpayer",
        [*TO_SECONDARY, "Customer Security", "Default", "Select Security Group", "Save"],
    ),
    "groups of a secondary logon": (
        "security-groups",
        "groups-of-logon",
        [*TO_SECONDARY, "Security Groups", "Change", "Save"],
    ),
    "deactivate": ("leaving", "deactivate", [*TO_SECONDARY, "Additional Users", "Deactivate Access", "OK"]),
    "access types": ("roles-and-rights", "access-types", ["View Only", "File and Pay", "All Access"]),
    "View Only": (
        "roles-and-rights",
        "view-only",
        [*TO_MORE, "Manage Additional Logons", "Give Rights", "View Only", "Access Rights", "Next", "Submit"],
    ),
}


@pytest.fixture
def agency(settings: Any) -> None:
    settings.AGENCY_NAME, settings.AGENCY_PHONE = "Revenue Office of Test", "555-0100"


def answer(client: Client, topic: str, slug: str) -> str:
    page = client.get(f"/help/{topic}/").content.decode()
    section = re.search(rf'<section aria-labelledby="{slug}">(.*?)</section>', page, re.DOTALL)
    assert section, slug
    return html.unescape(section[1])


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_is_answered_with_the_words_of_the_pages(client: Client, agency: None, question: str) -> None:
    topic, slug, names = QUESTIONS[question]
    text = answer(client, topic, slug)
    for name in names:
        assert f"<strong>{name}</strong>" in text, name


def test_all_twenty_questions_are_there_and_no_more() -> None:
    assert {(topic, slug) for topic, slug, _ in QUESTIONS.values()} == {
        (topic.slug, question.slug) for topic in TOPICS.values() for question in topic.questions
    }
    assert len(QUESTIONS) == 20


def test_the_start_leads_to_every_answer(client: Client) -> None:
    page = client.get("/help/").content.decode()
    for topic, slug, _ in QUESTIONS.values():
        assert f'href="/help/{topic}/#{slug}"' in page


def test_whoever_is_locked_out_finds_the_agencys_number(client: Client, agency: None) -> None:
    for slug in ("locked-out-new-email", "locked-out-cancel"):
        assert "Revenue Office of Test at 555-0100" in answer(client, "logging-in", slug)


def test_without_a_number_of_the_agency_none_is_invented(client: Client, settings: Any) -> None:
    settings.AGENCY_PHONE = ""
    assert "the number on our letters" in answer(client, "logging-in", "locked-out-cancel")


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_mark_is_left_in_any_language(client: Client, language: str) -> None:
    client.cookies["language"] = language
    for topic in TOPICS:
        shown = client.get(f"/help/{topic}/").content.decode()
        main = shown[shown.index("<main") : shown.index("</main>")]
        assert not re.search(r"[*{}]", main)


def test_a_topic_that_is_none_is_not_found(client: Client, db: None) -> None:
    assert client.get("/help/no-such-topic/").status_code == 404


def test_an_agencys_name_is_text(client: Client, settings: Any) -> None:
    settings.AGENCY_NAME = "<script>alert(1)</script>"
    assert "<script>alert" not in client.get("/help/logging-in/").content.decode()


@pytest.mark.parametrize("path", ["/log-in/", "/forgot-username-or-password/"])
def test_pages_where_questions_arise_lead_here(client: Client, db: None, path: str) -> None:
    assert 'href="/help/' in client.get(path).content.decode()


def test_each_question_is_linked_from_where_it_arises() -> None:
    top = Path(countersign.__file__).parent
    used = re.compile(r'{% questions_about ((?:"[a-z-]+" ?)+)%}')
    linked = {slug for path in top.rglob("templates/**/*.html") for found in used.findall(path.read_text())
              for slug in re.findall(r"[a-z-]+", found)}  # fmt: skip
    assert linked == {question.slug for topic in TOPICS.values() for question in topic.questions}


def test_a_page_leads_to_the_answer(client: Client, db: None) -> None:
    page = client.get("/forgot-username-or-password/").content.decode()
    assert 'href="/help/logging-in/#locked-out-new-email"' in page
