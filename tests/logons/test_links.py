"""Links of mails: single use, newest only, and never in a session that somebody planted."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from countersign.config.routes import ROUTES
from countersign.logons import links
from countersign.logons.links import LinkVoid
from countersign.logons.models import Link, Logon, OpenSession
from tests.sign_in.conftest import PASSWORD, make_logon

__all__ = ["make_logon"]

NOW = timezone.now()
DAY = timedelta(days=1)


def test_the_newest_link_works_once_until_it_expires(db: None) -> None:
    older = links.issue("test", subject="7", lifetime=DAY, now=NOW)
    newer = links.issue("test", subject="7", lifetime=DAY, now=NOW)
    other = links.issue("test", subject="8", lifetime=DAY, now=NOW)
    for token, kind, at in (
        (older, "test", NOW),
        (newer, "other", NOW),
        (newer, "test", NOW + DAY),
        ("\x00", "test", NOW),
    ):
        with pytest.raises(LinkVoid):
            links.find(kind, token, now=at)
    assert links.find("test", newer, now=NOW).used_at is None
    assert links.use("test", newer, now=NOW).subject == "7"
    with pytest.raises(LinkVoid):
        links.use("test", newer, now=NOW)
    assert links.find("test", other, now=NOW)
    assert links.void("test", subject="8", now=NOW) == 1


def test_links_that_ended_a_month_ago_are_forgotten(db: None) -> None:
    links.issue("test", subject="7", lifetime=DAY, now=NOW)
    assert links.forget_old_links(now=NOW + 30 * DAY) == 0
    assert links.forget_old_links(now=NOW + 32 * DAY) == 1


@pytest.mark.django_db(transaction=True)
def test_of_twenty_uses_at_once_one_succeeds() -> None:
    token = links.issue("test", subject="7", lifetime=DAY, now=NOW)

    def use(_turn: int) -> bool:
        try:
            with transaction.atomic():
                links.use("test", token, now=NOW)
            return True
        except LinkVoid:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(use, range(20))) == 1


LINKS = sorted(name for name, route in ROUTES.items() if "token" in route.example)


@pytest.mark.parametrize("name", LINKS)
def test_whoever_planted_the_session_does_not_hold_the_link(db: None, client: Client, name: str) -> None:
    client.get("/log-in/")
    planted = SessionStore()
    planted["anything"] = "of the attacker"
    planted.create()
    client.cookies["countersign"] = planted.session_key or ""
    token = "A" * 43
    answer = client.get(reverse(name, args=[token]))
    assert answer.status_code == 302 and token not in answer.headers["Location"]
    assert client.cookies["countersign"].value != planted.session_key
    assert token not in SessionStore(planted.session_key).load().values()


def test_whoever_stole_a_session_does_not_come_to_hold_a_link_that_is_opened_in_it(
    make_logon: Callable[..., Logon], client: Client
) -> None:
    logon = make_logon()
    client.post("/log-in/", {"username": logon.username, "password": PASSWORD})
    for name in LINKS:
        stolen, thief = client.cookies["countersign"].value, Client()
        token = "A" * 43
        assert client.get(reverse(name, args=[token])).status_code == 302
        thief.cookies["countersign"] = stolen
        assert thief.get("/profile/").status_code == 302, name
        assert not SessionStore(stolen).load(), name
        assert client.get("/profile/").status_code == 200, name
        assert OpenSession.objects.get().session_key == client.session.session_key, "in its list as before"


@pytest.mark.django_db(transaction=True)
def test_of_ten_links_made_at_once_one_is_the_newest() -> None:
    ready = Barrier(10)

    def make(_turn: int) -> str:
        try:
            with transaction.atomic():
                ready.wait(timeout=20)
                return links.issue("test", subject="7", lifetime=DAY, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        tokens = list(pool.map(make, range(10)))
    assert Link.objects.filter(kind="test", used_at=None, void_at=None).count() == 1
    assert sum(usable(token) for token in tokens) == 1


def usable(token: str) -> bool:
    try:
        links.find("test", token, now=NOW)
    except LinkVoid:
        return False
    return True
