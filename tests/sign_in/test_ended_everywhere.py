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
from countersign.logons.models import Logon, OpenSession
from countersign.logons.sessions import end_all_sessions, end_one_session, forget_ended_sessions, freshened
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
