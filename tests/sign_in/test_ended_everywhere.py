"""SPEC 3, Session: "ended everywhere at once" - and the one that goes on goes on."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from time import sleep
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from countersign.logons import passwords
from countersign.logons.devices import device_in_words
from countersign.logons.links import carry
from countersign.logons.models import Logon, OpenSession
from countersign.logons.sessions import end_all_sessions, end_one_session, forget_ended_sessions, freshened
from countersign.notices.operations import stop_own
from countersign.registration.models import Door
from countersign.registration.operations.begin import begin_registration
from countersign.registration.views.steps import remember
from countersign.sign_in.views import answers
from tests.sign_in.conftest import PASSWORD

MakeLogon = Callable[..., Logon]
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"


def log_in(client: Client, username: str = "dana.whitfield", **headers: Any) -> Client:
    response = client.post("/log-in/", {"username": username, "password": PASSWORD}, **headers)
    assert response.status_code == 303
    return client


def is_in(client: Client) -> bool:
    return bool(client.get("/profile/").status_code == 200)


def test_each_sign_in_is_an_open_session_until_log_out(make_logon: MakeLogon) -> None:
    make_logon()
    client = log_in(Client(), headers={"user-agent": FIREFOX})
    opened = OpenSession.objects.get()
    assert (opened.session_key, opened.description) == (client.session.session_key, "Firefox · Windows")
    client.post("/log-out/")
    assert not OpenSession.objects.exists()


def test_all_end_but_the_one_that_is_kept(make_logon: MakeLogon) -> None:
    dana, other = make_logon(), make_logon("somebody.else")
    clients = [log_in(Client()) for _ in range(3)]
    stranger = log_in(Client(), other.username)
    with transaction.atomic():
        assert end_all_sessions(dana, now=timezone.now(), keep=clients[0].session.session_key) == 2
    assert [is_in(client) for client in clients] == [True, False, False]
    assert is_in(stranger)
    assert Session.objects.count() == 2
    with transaction.atomic():
        assert end_all_sessions(dana, now=timezone.now()) == 1
    assert not is_in(clients[0])


def test_a_session_that_is_in_no_list_ends_as_well(make_logon: MakeLogon) -> None:
    dana, client = make_logon(), Client()
    client.force_login(dana)
    OpenSession.objects.all().delete()
    assert is_in(client)
    end_all_sessions(dana, now=timezone.now() + timedelta(seconds=2))
    response = client.get("/profile/")
    assert "why=ended" in response["Location"]
    assert "This session was ended" in client.get(response["Location"]).content.decode()


def test_one_can_sign_in_again_at_once(make_logon: MakeLogon) -> None:
    end_all_sessions(make_logon(), now=timezone.now())
    assert is_in(log_in(Client()))


def test_one_session_of_ones_own_ends_and_nobody_elses(make_logon: MakeLogon) -> None:
    dana, other = make_logon(), make_logon("somebody.else")
    mine, others = log_in(Client()), log_in(Client(), other.username)
    key = OpenSession.objects.get(logon=other).pk
    assert not end_one_session(dana, key)
    assert is_in(others)
    assert end_one_session(other, key)
    assert not is_in(others)
    assert is_in(mine)


def test_confirming_keeps_its_place_in_the_list(make_logon: MakeLogon, rf: Any) -> None:
    make_logon()
    client = log_in(Client())
    request = rf.get("/")
    request.session = client.session
    freshened(request, now=timezone.now())
    assert OpenSession.objects.get().session_key == request.session.session_key


def test_sessions_whose_time_is_over_leave_the_list(make_logon: MakeLogon) -> None:
    make_logon()
    log_in(Client())
    forget_ended_sessions(now=timezone.now() + timedelta(hours=13))
    assert not OpenSession.objects.exists()


def test_a_browser_in_words(rf: Any) -> None:
    iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1"
    edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/128.0 Safari/537.36 Edg/128.0"
    for said, words in ((FIREFOX, "Firefox · Windows"), (iphone, "Safari · iPhone"), (edge, "Edge · Windows")):
        assert device_in_words(rf.get("/", headers={"user-agent": said})) == words
    assert device_in_words(rf.get("/", headers={"user-agent": "<script>" * 500})) == ""


def test_a_sign_in_under_way_while_all_sessions_end_does_not_begin_one(
    make_logon: MakeLogon, monkeypatch: pytest.MonkeyPatch
) -> None:
    dana = make_logon()
    real = answers.record_sign_in

    def ended_first(**given: Any) -> None:
        end_all_sessions(dana, now=timezone.now())
        real(**given)

    with monkeypatch.context() as patch:
        patch.setattr(answers, "record_sign_in", ended_first)
        client = Client()
        answer = client.post("/log-in/", {"username": dana.username, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (303, "/log-in/?why=ended")
    assert not is_in(client)
    assert not OpenSession.objects.exists() and not Session.objects.exists()
    assert "device" not in answer.cookies
    assert is_in(log_in(Client()))


def test_a_sign_in_under_way_begins_no_session_once_it_was_stopped_whatever_the_clocks_say(
    make_logon: MakeLogon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """*This wasn't me* took its moment before it waited, the sign-in its own a little later, and came to its end last."""
    dana = make_logon()
    real, waiting_since = answers.record_sign_in, timezone.now()

    def stopped_first(**given: Any) -> None:
        stop_own(actor=dana, about="new_device", now=waiting_since)
        real(**given)

    with monkeypatch.context() as patch:
        patch.setattr(answers, "record_sign_in", stopped_first)
        client = Client()
        answer = client.post("/log-in/", {"username": dana.username, "password": PASSWORD})
    assert answer["Location"] == "/log-in/?why=ended"
    assert not is_in(client)


@pytest.mark.django_db(transaction=True)
def test_of_sign_ins_and_an_end_at_once_no_session_of_before_the_end_is_left(make_logon: MakeLogon) -> None:
    dana, begin = make_logon(), Barrier(7)
    passwords.prepare()

    def enter(_turn: int) -> Client:
        client = Client()
        try:
            begin.wait(timeout=20)
            client.post("/log-in/", {"username": dana.username, "password": PASSWORD})
            return client
        finally:
            connection.close()

    def stop() -> datetime:
        try:
            begin.wait(timeout=20)
            sleep(0.1)
            with transaction.atomic():
                now = timezone.now()
                end_all_sessions(dana, now=now)
                sleep(0.1)
            return now
        finally:
            connection.close()

    with ThreadPoolExecutor(7) as pool:
        entering, ended = [pool.submit(enter, turn) for turn in range(6)], pool.submit(stop)
        clients = [one.result() for one in entering]
    for opened in OpenSession.objects.all():
        assert opened.began_at >= ended.result()
    assert sum(map(is_in, clients)) == OpenSession.objects.count()


RENEWING = ["a mailed link", "confirming", "registering"]


def renew(request: Any, way: str) -> None:
    """What gives a session a new key, on behalf of a request that was already on its way."""
    if way == "confirming":
        freshened(request, now=timezone.now())
    elif way == "registering":
        registration = begin_registration(door=Door.BUSINESS, language="en", source="192.0.2.1", now=timezone.now())
        remember(request, registration)
    else:
        carry(request, "not_me", "x" * 43)


def on_its_way(client: Client, logon: Logon, rf: Any) -> Any:
    request = rf.get("/")
    request.session, request.user = client.session, logon
    assert request.session["_auth_user_id"]  # read by now, as by the middleware
    return request


@pytest.mark.parametrize("way", RENEWING)
@pytest.mark.parametrize("ended", ["one", "all"])
def test_an_ended_session_does_not_come_to_life_under_a_new_key(
    make_logon: MakeLogon, rf: Any, way: str, ended: str
) -> None:
    """SPEC 3: "ended everywhere at once", also where a request of it was on its way to a new key."""
    dana = make_logon()
    request = on_its_way(log_in(Client()), dana, rf)
    if ended == "one":
        assert end_one_session(dana, OpenSession.objects.get().pk)
    else:
        assert end_all_sessions(dana, now=timezone.now()) == 1
    renew(request, way)
    assert not OpenSession.objects.exists()
    assert not any("_auth_user_id" in one.get_decoded() for one in Session.objects.all())


@pytest.mark.parametrize("way", RENEWING)
def test_a_session_with_a_new_key_is_still_the_one_in_the_list(make_logon: MakeLogon, rf: Any, way: str) -> None:
    dana = make_logon()
    request = on_its_way(log_in(Client()), dana, rf)
    before = request.session.session_key
    renew(request, way)
    request.session.save()
    assert request.session.session_key != before
    assert OpenSession.objects.get().session_key == request.session.session_key
    assert end_one_session(dana, OpenSession.objects.get().pk)
    assert not Session.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ended", ["one", "all"])
def test_no_flood_of_new_keys_outruns_the_end_of_a_session(make_logon: MakeLogon, ended: str) -> None:
    """Whoever stole a session renews its key again and again, while its owner ends it."""
    dana = make_logon()
    for _turn in range(6):
        thief = log_in(Client())
        begin = Barrier(2)

        def flood(thief: Client = thief, begin: Barrier = begin) -> None:
            try:
                begin.wait(timeout=20)
                for _ in range(12):
                    thief.get(f"/this-was-not-me/{'x' * 43}/")
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            flooding = pool.submit(flood)
            begin.wait(timeout=20)
            sleep(0.03)
            if ended == "one":
                end_one_session(dana, OpenSession.objects.get(logon=dana).pk)
            else:
                with transaction.atomic():
                    end_all_sessions(dana, now=timezone.now())
            flooding.result()
        assert not is_in(thief)
        assert not OpenSession.objects.filter(logon=dana).exists()
