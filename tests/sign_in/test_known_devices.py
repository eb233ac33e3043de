"""SPEC 3: "A known device … has its own counter, so an attacker cannot lock the owner out"; a new one is told of."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from countersign.events.models import Entry
from countersign.logons import known_devices
from countersign.logons.known_devices import end_known_devices, reserve
from countersign.logons.models import FailureCounter, KnownDevice, Logon
from countersign.mail.models import OutboxMail
from tests.sign_in.conftest import PASSWORD

MakeLogon = Callable[..., Logon]
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"


def send(client: Client, password: str = PASSWORD, username: str = "dana.whitfield", **more: Any) -> Any:
    return client.post("/log-in/", {"username": username, "password": password}, **more)


@pytest.fixture
def dana(make_logon: MakeLogon) -> Logon:
    return make_logon(created_at=timezone.now() - timedelta(days=30))


@pytest.fixture
def at_home(dana: Logon) -> Client:
    """Dana's own browser: it was signed in once, and is signed out."""
    client = Client(headers={"user-agent": FIREFOX})
    assert send(client).status_code == 303
    client.post("/log-out/")
    return client


def test_the_cookie_says_nothing_and_no_script_reads_it(at_home: Client, settings: Any) -> None:
    cookie = at_home.cookies["device"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 365 * 24 * 3600
    stored = KnownDevice.objects.get()
    assert cookie.value.encode() not in bytes(stored.token_hash)
    settings.HTTPS = True
    assert known_devices.cookie_name() == "__Host-device"


def test_it_goes_out_with_the_attributes_of_its_prefix(dana: Logon, settings: Any) -> None:
    settings.HTTPS = True
    client = Client()
    send(client, secure=True)
    cookie = client.cookies["__Host-device"]
    assert cookie["secure"]
    assert cookie["path"] == "/"
    assert not cookie["domain"]


def test_an_attacker_cannot_lock_the_owner_out(at_home: Client) -> None:
    attacker = Client()
    statuses = [send(attacker, "wrong password here").status_code for _ in range(7)]
    assert statuses[-1] == 429
    assert send(Client()).status_code == 429
    assert send(at_home).status_code == 303
    # Her success does not give the attacker new tries.
    assert send(attacker, "wrong password here").status_code == 429


def test_stopped_passwords_spare_a_known_device(at_home: Client) -> None:
    send(Client(), "wrong password here")
    FailureCounter.objects.filter(kind="password").update(failures=100)
    assert send(Client()).status_code == 429
    assert send(at_home).status_code == 303


def test_twenty_failures_end_what_a_device_is_good_for(at_home: Client) -> None:
    for _ in range(20):
        assert send(at_home, "wrong password here").status_code == 422
    assert not FailureCounter.objects.filter(kind="password").exists()
    device = KnownDevice.objects.get()
    assert reserve([bytes(device.token_hash)], "dana.whitfield") is None
    # From now on it counts as any other browser.
    statuses = [send(at_home, "wrong password here").status_code for _ in range(5)]
    assert statuses == [422, 422, 422, 422, 429]


def test_a_success_starts_its_count_again(at_home: Client) -> None:
    for _ in range(3):
        send(at_home, "wrong password here")
    assert KnownDevice.objects.get().failures == 3
    send(at_home)
    assert KnownDevice.objects.get().failures == 0


def test_it_is_good_for_its_own_logon_only(at_home: Client, make_logon: MakeLogon) -> None:
    make_logon("somebody.else")
    for _ in range(5):
        send(at_home, "wrong password here", "somebody.else")
    assert send(at_home, username="somebody.else").status_code == 429
    assert KnownDevice.objects.get().failures == 0


def test_several_logons_are_known_in_one_browser(at_home: Client, make_logon: MakeLogon) -> None:
    make_logon("somebody.else")
    send(at_home, username="somebody.else")
    at_home.post("/log-out/")
    for username in ("somebody.else", "dana.whitfield"):
        for _ in range(6):
            send(Client(), "wrong password here", username)
        assert send(at_home, username=username).status_code == 303
        at_home.post("/log-out/")
    assert KnownDevice.objects.count() == 2


def test_a_change_of_password_or_factors_ends_it(at_home: Client, dana: Logon) -> None:
    assert end_known_devices(dana, timezone.now()) == 1
    for _ in range(5):
        send(at_home, "wrong password here")
    assert send(at_home).status_code == 429


def test_an_answer_with_the_cookie_tells_nothing_of_other_usernames(at_home: Client, make_logon: MakeLogon) -> None:
    make_logon("somebody.else")
    unknown = send(at_home, "wrong password here", "nobody.at.all")
    wrong = send(at_home, "wrong password here", "somebody.else")
    assert unknown.status_code == wrong.status_code == 422
    assert unknown.headers.keys() == wrong.headers.keys()
    assert len(unknown.content) - len("nobody.at.all") == len(wrong.content) - len("somebody.else")


@pytest.mark.parametrize("cookie", ["", ".", "x" * 43, "x" * 5_000, "é" * 43, ".".join(["a" * 43] * 99), "\0"])
def test_hostile_cookies_are_nobodys_device(dana: Logon, cookie: str) -> None:
    client = Client()
    client.cookies["device"] = cookie
    assert send(client, "wrong password here").status_code == 422
    assert send(client).status_code == 303
    assert KnownDevice.objects.count() == 1


def test_a_new_device_is_told_of_once_in_words_and_without_an_address(dana: Logon) -> None:
    client = Client(headers={"user-agent": FIREFOX}, REMOTE_ADDR="203.0.113.77")
    send(client)
    told = OutboxMail.objects.get(kind="new_device")
    assert told.to == dana.email
    assert "Firefox · Windows" in " ".join(told.text.split())
    assert "203.0.113.77" not in told.text + told.html
    assert "/not-me" in told.text or "This wasn" in told.text
    client.post("/log-out/")
    send(client)
    assert OutboxMail.objects.filter(kind="new_device").count() == 1
    assert Entry.objects.filter(name="SignedInFromNewDevice").count() == 1


def test_whoever_has_just_made_the_logon_is_not_told_of_the_first_device(make_logon: MakeLogon) -> None:
    make_logon()
    send(Client())
    assert not OutboxMail.objects.filter(kind="new_device").exists()
    send(Client())
    assert OutboxMail.objects.filter(kind="new_device").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_thirty_tries_at_once_twenty_are_counted(make_logon: MakeLogon) -> None:
    logon = make_logon()
    device = KnownDevice.objects.create(logon=logon, token_hash=b"x" * 32, description="")
    counted = []

    def one() -> None:
        try:
            counted.append(reserve([b"x" * 32], logon.username) == device.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counted) == 20
