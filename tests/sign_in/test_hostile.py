"""Whatever is sent to Log In: a page that helps, nobody signed in, nothing of the sender's shown back as markup."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from countersign.logons.models import FailureCounter, Logon
from tests.sign_in.conftest import PASSWORD

MakeLogon = Callable[..., Logon]
ADDRESS = "/log-in/"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"username": {"$ne": ""}, "password": ["a"]}', "application/json"),
        (b"username=dana.whitfield&password=%ff%fe", "application/x-www-form-urlencoded"),
        (b"username=%00&password=%00", "application/x-www-form-urlencoded"),
        (b"username=" + b"%F0%9F%91%BB" * 200 + b"&password=x", "application/x-www-form-urlencoded"),
        (b"&".join(b"f%d=1" % number for number in range(3000)), "application/x-www-form-urlencoded"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"--x\r\nbroken", "multipart/form-data"),
        (b"x" * 1_200_000, "application/x-www-form-urlencoded"),
        (b"username=dana.whitfield&password=x", "application/x-www-form-urlencoded; charset=utf-7"),
    ],
)
def test_broken_bodies_are_refused(make_logon: MakeLogon, client: Client, body: bytes, content_type: str) -> None:
    make_logon()
    response = client.post(ADDRESS, data=body, content_type=content_type)
    assert response.status_code in (400, 413, 415, 422)
    assert client.get("/profile/").status_code == 302


@pytest.mark.parametrize(
    "username",
    [
        "<script>alert(1)</script>",
        "dana.whitfield' OR '1'='1",
        "dana%whitfield",
        "ﬀﬁ\u202edana",
        "\ud83d\udc7b ghost",
        "DANA.WHİTFIELD",
        " ",
        "a\r\nSet-Cookie: a=b",
    ],
)
def test_odd_usernames_are_nobodys(make_logon: MakeLogon, client: Client, username: str) -> None:
    make_logon()
    sent = username.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    response = client.post(ADDRESS, {"username": sent, "password": PASSWORD})
    assert response.status_code in (400, 422)
    assert "<script>alert" not in response.content.decode()


def test_a_counter_never_holds_the_username(make_logon: MakeLogon, client: Client) -> None:
    client.post(ADDRESS, {"username": "dana.whitfield", "password": "wrong"}, REMOTE_ADDR="203.0.113.9")
    for counter in FailureCounter.objects.all():
        assert "dana" not in counter.subject
        assert "203" not in counter.subject[:3]
        assert len(counter.subject) == 64


def test_why_one_is_here_again_comes_from_a_closed_list(db: None, client: Client) -> None:
    for why in ("<b>call 555</b>", "IDLE", "asked\x00", "x" * 4000):
        response = client.get(ADDRESS, {"why": why})
        assert response.status_code in (200, 400)
        assert "call 555" not in response.content.decode()


def test_a_session_cookie_of_nonsense_is_nobody(db: None, client: Client, settings: Any) -> None:
    for value in ("x", "'; DROP TABLE", "a" * 4000, "\\x00"):
        client.cookies[settings.SESSION_COOKIE_NAME] = value
        assert client.get("/profile/").status_code == 302
