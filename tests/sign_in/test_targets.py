"""No address that somebody sends leads anywhere but to a page of our own, and no header is made of what is sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from countersign.logons.models import Logon
from countersign.sign_in.targets import own_path
from tests.sign_in.conftest import PASSWORD

MakeLogon = Callable[..., Logon]
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "////evil.example/profile/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "/\\/evil.example/",
    "\\/evil.example/",
    "/%5cevil.example/",
    "/%2f%2fevil.example/",
    "/%09/evil.example/",
    "/\t/evil.example/",
    "\t//evil.example/",
    " //evil.example/",
    "http:evil.example/",
    "http:///evil.example/",
    "https:/evil.example/",
    "HTTPS://EVIL.EXAMPLE/",
    "http://testserver@evil.example/",
    "http://testserver:80@evil.example/profile/",
    "//testserver@evil.example/profile/",
    "http://testserver.evil.example/profile/",
    "http://testserver\\@evil.example/profile/",
    "/profile/@evil.example",
    "@evil.example/",
    ".evil.example/",
    "javascript:alert(1)",
    "JaVaScRiPt://testserver/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "/profile/\r\nLocation: https://evil.example/",
    "/profile/\r\n\r\n<script>alert(1)</script>",
    "/profile/\x00.evil.example",
    "/profile/\u2028https://evil.example/",
    "/profile/../../evil",
    "/profile/..;/",
    "/ⓔvil.example/",
    "//ⓔvil.example/",
    "//evil%E3%80%82example/",
    "https://[::1/profile/",
    "/" * 2000,
    "/profile/?" + "x" * 3000,
]


def at_home(response: Any) -> bool:
    """The answer leads to a path of our own, or nowhere, and holds no header of the sender's."""
    there = response.headers.get("Location", "")
    parts = urlsplit(there)
    inside = not there or (there.startswith("/") and there[1:2] not in ("/", "\\") and not parts.netloc)
    return inside and "evil" not in parts.path and "\n" not in there and "Set-Cookie" not in response.headers


def leads_home(page: Any) -> bool:
    """Every link, form and hidden *next* of the page stays on this site."""
    text = unescape(page.content.decode())
    targets = re.findall(r'(?:href|action|src)="([^"]*)"|name="next" value="([^"]*)"', text)
    return all(
        not one or one.startswith("#") or (one.startswith("/") and one[1:2] not in ("/", "\\"))
        for pair in targets
        for one in pair
        if not one.startswith("tel:")
    )


@pytest.mark.parametrize("target", ELSEWHERE)
def test_what_is_no_page_of_ours_is_none(target: str) -> None:
    assert own_path(target) == ""


@pytest.mark.parametrize(
    "target", ["/", "/profile/", "/submissions/?q=7&size=25", "/profile/?next=//evil.example/", "/help/logging-in/#a"]
)
def test_our_own_pages_are(target: str) -> None:
    assert own_path(target) == target


def test_log_in_and_its_passkey(make_logon: MakeLogon) -> None:
    make_logon()
    for target in ELSEWHERE:
        for fields in ({"username": "dana.whitfield", "password": PASSWORD}, {"username": "", "password": ""}):
            client = Client()
            answer = client.post("/log-in/", {**fields, "next": target})
            assert answer.status_code in (303, 400, 422), target
            assert at_home(answer) and leads_home(answer), target
            if "\x00" in target:
                continue
            page = client.get("/log-in/", {"next": target})
            assert at_home(page) and leads_home(page), target
        answer = Client().post("/log-in/passkey/", {"credential": "{}", "next": target})
        assert at_home(answer) and leads_home(answer), target


@pytest.mark.parametrize("fresh", [True, False])
def test_confirming(make_logon: MakeLogon, fresh: bool) -> None:
    dana = make_logon()
    for target in ELSEWHERE:
        client = Client()
        client.force_login(dana)
        session = client.session
        session["signed_in_at"] = int(timezone.now().timestamp()) - (0 if fresh else 16 * 60)
        session.save()
        if "\x00" not in target:
            asked = client.get("/confirm-it-is-you/", {"next": target})
            assert at_home(asked) and leads_home(asked), target
        if len(target) < 100:
            answer = client.post("/confirm-it-is-you/", {"next": target, "password": "wrong"})
            assert at_home(answer) and leads_home(answer), target


def test_the_language_switch(db: None) -> None:
    for target in ELSEWHERE:
        answer = Client().post("/language/", {"next": target, "language": "es"})
        assert answer.status_code in (302, 303, 400), target
        there = answer.headers.get("Location", "/")
        assert there.startswith("/") and there[1:2] not in ("/", "\\"), (target, there)
        assert "\n" not in there and "\r" not in there
    for language in ("es\r\nSet-Cookie: a=b", "xx", "", "../../es", "es" * 500):
        answer = Client().post("/language/", {"next": "/help/", "language": language})
        assert "language" not in answer.cookies, language


def test_staying_and_being_asked_to_sign_in(make_logon: MakeLogon) -> None:
    client = Client()
    client.force_login(make_logon())
    for target in ELSEWHERE:
        header = target.encode("ascii", "ignore").decode()
        answer = client.post("/stay-signed-in/", headers={"Referer": header})
        assert answer.status_code == 303 and at_home(answer), target
        for headers in ({"Referer": header}, {"HX-Request": "true", "HX-Current-URL": header}):
            sent = Client().post("/profile/", headers=headers)
            there = sent.headers.get("Location") or sent.headers.get("HX-Redirect", "")
            assert there.startswith("/log-in/") and "evil" not in there, (target, there)


@pytest.mark.parametrize(
    "path", ["//evil.example/profile", "//evil.example/", "/\\evil.example/profile", "/%2f%2fevil.example/profile"]
)
def test_a_missing_slash_at_the_end_leads_nowhere_else(db: None, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code in (301, 302, 400, 404)
    assert not answer.headers.get("Location", "").startswith(("//", "/\\"))


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver@evil.example", "testserver:80@evil.example", "evil.example:80"]
)
@pytest.mark.parametrize("address", ["/log-in/", "/profile/", "/register/", "/this-was-not-me/", "/enroll/"])
def test_a_foreign_host_is_refused_everywhere(db: None, settings: Any, host: str, address: str) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    for answer in (Client().get(address, HTTP_HOST=host), Client().post(address, HTTP_HOST=host)):
        assert answer.status_code == 400
        assert b"evil" not in answer.content
