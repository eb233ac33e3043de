"""Whatever goes wrong, the reader gets a page that helps, in both languages, and the page of the right status."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from countersign.ui import error_pages
from countersign.ui.error_words import HEADINGS
from tests.ui.addresses import SECRET
from tests.ui.pages import h1_of, text_of

ANSWERS = {
    "/refused/": (403, "You cannot do this"),
    "/hidden/": (404, "There is nothing here that you can see"),
    "/missing/": (404, "There is nothing here that you can see"),
    "/nowhere/": (404, "There is nothing here that you can see"),
    "/stale/": (409, "This has changed since you saw it"),
    "/invalid/": (422, "Something in what you sent needs mending"),
    "/denied/": (403, "You cannot do this"),
    "/only-post/": (405, "This page does not work that way"),
    "/bug/": (500, "Something went wrong on our side"),
    "/database/": (503, "We cannot answer right now"),
}


@pytest.mark.parametrize(("address", "answer"), ANSWERS.items())
def test_each_error_has_its_status_and_its_page(shell: Client, address: str, answer: tuple[int, str]) -> None:
    response = shell.get(address)
    assert (response.status_code, h1_of(response)) == answer
    page = response.content.decode()
    assert response.headers["X-Request-ID"] in page
    assert "(555) 010-0199" in page
    assert "<title>" + answer[1] in page
    assert SECRET not in page


@pytest.mark.parametrize("address", ANSWERS)
def test_each_page_is_in_spanish_too(shell: Client, address: str) -> None:
    response = shell.get(address, headers={"Accept-Language": "es"})
    assert h1_of(response) != ANSWERS[address][1]
    assert '<html lang="es">' in response.content.decode()


def test_a_refusal_says_what_is_missing_and_who_can_give_it(shell: Client) -> None:
    said = text_of(shell.get("/refused/").content.decode())
    assert "Only a Master Administrator of the taxpayer may do this." in said
    assert "Ask one of them to do it, or to give you that access type." in said


def test_what_one_may_not_see_looks_exactly_like_what_does_not_exist(shell: Client) -> None:
    hidden, missing = shell.get("/hidden/"), shell.get("/missing/")
    strip = [one.content.decode().replace(one.headers["X-Request-ID"], "").replace("hidden", "missing")
             for one in (hidden, missing)]  # fmt: skip
    without_token = [" ".join(line for line in page.splitlines() if "csrf" not in line) for page in strip]
    assert without_token[0] == without_token[1]


def test_a_stale_page_says_who_decided_and_when(shell: Client) -> None:
    said = text_of(shell.get("/stale/").content.decode())
    assert "This request has already been decided." in said
    assert "Decided by Dana Reyes" in said and "Status now Approved" in said


def test_405_still_names_the_methods_and_503_when_to_come_back(shell: Client) -> None:
    assert shell.get("/only-post/").headers["Allow"] == "POST"
    assert shell.get("/database/").headers["Retry-After"] == "30"


def test_a_form_without_its_token_is_explained(shell: Client) -> None:
    response = Client(enforce_csrf_checks=True).post("/language/", {"language": "es"})
    assert (response.status_code, h1_of(response)) == (403, "This page was open too long")


def test_machines_get_a_problem_document(shell: Client) -> None:
    for address, status in (("/api/refused/", 403), ("/api/bug/", 500), ("/api/nowhere/", 404)):
        response = shell.get(address)
        assert response.headers["Content-Type"] == "application/problem+json"
        body = json.loads(response.content)
        assert body["status"] == response.status_code == status
        assert SECRET not in response.content.decode()
    assert json.loads(shell.get("/api/refused/").content)["reason"] == "not_master_administrator"
    assert shell.get("/stale/", headers={"Accept": "application/json"}).json()["status"] == 409


def test_an_unknown_host_gets_a_page_that_does_not_repeat_it(shell: Client) -> None:
    response = shell.get("/echo/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert "evil.example" not in response.content.decode()


def test_every_status_is_in_the_gallery(shell: Client) -> None:
    for status in sorted(error_pages.STATUSES):
        response = shell.get(f"/gallery/errors/{status}/")
        assert response.status_code == status
        assert h1_of(response) == str(HEADINGS[status])
    assert shell.get("/gallery/errors/429/").headers["Retry-After"] == "30"
