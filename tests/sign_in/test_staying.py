"""SPEC 3, Session: "30 idle minutes (warned two minutes before), 12 hours in all"."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from countersign.logons.models import Logon
from countersign.logons.sessions import ACTIVE_AT, SIGNED_IN_AT
from tests.sign_in.conftest import PASSWORD

MakeLogon = Callable[..., Logon]
JSON = {"accept": "application/json"}


def signed_in(make_logon: MakeLogon, *, idle_minutes: float = 0, whole_hours: float = 0) -> Client:
    make_logon()
    client = Client()
    client.post("/log-in/", {"username": "dana.whitfield", "password": PASSWORD})
    session = client.session
    now = timezone.now()
    session[ACTIVE_AT] = int((now - timedelta(minutes=idle_minutes)).timestamp())
    session[SIGNED_IN_AT] = int((now - timedelta(hours=whole_hours, minutes=idle_minutes)).timestamp())
    session.save()
    return client


def test_staying_begins_the_idle_time_anew(make_logon: MakeLogon) -> None:
    client = signed_in(make_logon, idle_minutes=29)
    assert client.post("/stay-signed-in/", headers=JSON).json()["seconds"] in (1799, 1800)


def test_twelve_hours_in_all_are_not_prolonged(make_logon: MakeLogon) -> None:
    client = signed_in(make_logon, whole_hours=11.9)
    assert 300 < client.post("/stay-signed-in/", headers=JSON).json()["seconds"] <= 360


def test_what_is_over_is_over(make_logon: MakeLogon) -> None:
    client = signed_in(make_logon, idle_minutes=31)
    response = client.post("/stay-signed-in/", headers=JSON)
    assert response.status_code == 303
    assert response["Location"].startswith("/log-in/")


def test_without_javascript_one_comes_back_to_ones_own_page_only(make_logon: MakeLogon) -> None:
    client = signed_in(make_logon)
    for referer, target in (
        ("http://testserver/profile/", "/profile/"),
        ("http://evil.example/profile/", "/"),
        ("http://testserver//evil.example/", "/"),
        ("", "/"),
    ):
        response = client.post("/stay-signed-in/", headers={"referer": referer})
        assert (response.status_code, response["Location"]) == (303, target)


def test_nobody_stays_by_a_link(make_logon: MakeLogon) -> None:
    assert signed_in(make_logon).get("/stay-signed-in/").status_code == 405


def test_pages_say_how_long(make_logon: MakeLogon, settings: Any) -> None:
    page = signed_in(make_logon).get("/profile/").content.decode()
    assert 'role="alertdialog"' in page
    assert 'data-idle-warning="120"' in page
    assert "30 minutes without activity" in page
    assert "alertdialog" not in Client().get("/log-in/").content.decode()
