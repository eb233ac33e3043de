"""Where one is signed in: what one sees of one's sessions, and ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from countersign.events.models import Entry
from countersign.logons.models import Logon, OpenSession
from tests.sign_in.conftest import PASSWORD

PAGE = "/profile/security/sessions/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0"


@pytest.fixture
def log_in(dana: Logon) -> Callable[..., Client]:
    def signed_in(username: str = "dana.whitfield", **headers: Any) -> Client:
        client = Client()
        assert client.post("/log-in/", {"username": username, "password": PASSWORD}, **headers).status_code == 303
        return client

    return signed_in


def test_one_sees_ones_sessions_and_ends_one(log_in: Callable[..., Client]) -> None:
    here, there = log_in(), log_in(headers={"user-agent": FIREFOX})
    page = here.get(PAGE).content.decode()
    assert "Firefox · Windows" in page
    assert page.count("this browser") == 1
    other = OpenSession.objects.get(session_key=there.session.session_key)
    assert here.post(PAGE, {"session": other.pk})["Location"] == f"{PAGE}?ended=1"
    assert there.get(PAGE).status_code == 302
    assert here.get(PAGE).status_code == 200
    assert here.post(PAGE, {"session": other.pk})["Location"] == f"{PAGE}?ended=0"
    assert Entry.objects.get(name="SessionsEnded").body == {"count": 1}


def test_all_others_end_and_this_one_goes_on(log_in: Callable[..., Client]) -> None:
    here, *others = [log_in() for _ in range(4)]
    assert here.post(PAGE, {"session": "others"})["Location"] == f"{PAGE}?ended=3"
    assert all(one.get(PAGE).status_code == 302 for one in others)
    assert here.get(PAGE).status_code == 200


def test_nobody_elses(log_in: Callable[..., Client], make_logon: Callable[..., Logon]) -> None:
    make_logon("somebody.else")
    here, stranger = log_in(), log_in("somebody.else", headers={"user-agent": FIREFOX})
    assert "Firefox" not in here.get(PAGE).content.decode()
    key = OpenSession.objects.get(session_key=stranger.session.session_key).pk
    assert here.post(PAGE, {"session": key})["Location"] == f"{PAGE}?ended=0"
    assert stranger.get(PAGE).status_code == 200


@pytest.mark.parametrize("typed", ["", "0", "-1", "x", "9" * 40, "others\x00", "٣"])
def test_rubbish_ends_nothing(log_in: Callable[..., Client], typed: str) -> None:
    here, there = log_in(), log_in()
    assert here.post(PAGE, {"session": typed}).status_code in (400, 422)
    assert there.get(PAGE).status_code == 200
