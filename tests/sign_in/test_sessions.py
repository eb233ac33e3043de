"""Sessions: begin anew, end in time, end at once, and bring one back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from countersign.access.operations.standing import change_standing
from countersign.events.models import Entry
from countersign.logons.models import Logon
from countersign.logons.sessions import ACTIVE_AT, SIGNED_IN_AT, forget_ended_sessions
from countersign.policy.facts import Standing
from tests.sign_in.conftest import PASSWORD

MakeLogon = Callable[..., Logon]
PROFILE = "/profile/"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """``clock(minutes=31)``: everything that asks for the time gets one that much later."""
    real = timezone.now

    def later(**units: float) -> None:
        def now() -> datetime:
            return real() + timedelta(**units)

        monkeypatch.setattr(timezone, "now", now)

    return later


@pytest.fixture
def dana(make_logon: MakeLogon) -> Logon:
    return make_logon()


def log_in(client: Client) -> Any:
    response = client.post("/log-in/", {"username": "dana.whitfield", "password": PASSWORD})
    assert response.status_code == 303
    return response


def test_a_session_given_beforehand_is_not_kept(dana: Logon, client: Client, settings: Any) -> None:
    planted = client.session
    planted["planted"] = "by somebody else"
    planted.save()
    before = planted.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = before or ""
    log_in(client)
    assert client.session.session_key != before
    assert "planted" not in client.session
    assert not Session.objects.filter(session_key=before).exists()
    attacker = Client()
    attacker.cookies[settings.SESSION_COOKIE_NAME] = before or ""
    assert attacker.get(PROFILE).status_code == 302


def test_signing_in_again_begins_a_new_session(dana: Logon, client: Client) -> None:
    log_in(client)
    before = client.session.session_key
    log_in(client)
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_the_cookie_is_for_the_browser_only(dana: Logon, client: Client, settings: Any) -> None:
    cookie = log_in(client).cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["expires"]


def test_ends_after_30_minutes_without_activity(dana: Logon, client: Client, clock: Callable[..., None]) -> None:
    log_in(client)
    clock(minutes=29, seconds=55)
    assert client.get(PROFILE).status_code == 200
    clock(minutes=59, seconds=50)
    assert client.get(PROFILE).status_code == 200
    key = client.session.session_key
    clock(minutes=90)
    response = client.get("/submissions/?q=7")
    assert response.status_code == 302
    target = urlsplit(response["Location"])
    assert target.path == "/log-in/"
    assert parse_qs(target.query) == {"next": ["/submissions/?q=7"], "why": ["idle"]}
    page = client.get(response["Location"]).content.decode()
    assert "You were signed out after 30 minutes without activity. Nothing was changed." in page
    assert 'name="next" value="/submissions/?q=7"' in page
    assert not Session.objects.filter(session_key=key).exists()
    assert Entry.objects.get(name="SignedOut").body == {"why": "idle"}


def test_log_in_itself_says_that_a_session_has_just_ended(
    dana: Logon, client: Client, clock: Callable[..., None]
) -> None:
    log_in(client)
    clock(minutes=31)
    assert "You were signed out after 30 minutes" in client.get("/log-in/").content.decode()
    assert "You were signed out" not in client.get("/log-in/").content.decode()


def test_ends_after_12_hours_whatever_one_does(dana: Logon, client: Client, clock: Callable[..., None]) -> None:
    log_in(client)
    for minutes in range(20, 720, 20):
        clock(minutes=minutes)
        assert client.get(PROFILE).status_code == 200
    clock(minutes=720)
    response = client.get(PROFILE)
    assert "why=whole" in response["Location"]
    assert "12 hours" in client.get(response["Location"]).content.decode()


def test_activity_is_not_written_at_every_request(dana: Logon, client: Client, clock: Callable[..., None]) -> None:
    log_in(client)
    client.get(PROFILE)

    def writes() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(PROFILE)
        return sum("UPDATE" in one["sql"] and "django_session" in one["sql"] for one in queries)

    assert writes() == 0
    clock(seconds=61)
    assert writes() == 1
    assert writes() == 0


def test_a_session_that_does_not_say_when_it_began_is_over(dana: Logon, client: Client) -> None:
    for missing in (SIGNED_IN_AT, ACTIVE_AT):
        log_in(client)
        session = client.session
        del session[missing]
        session.save()
        assert client.get(PROFILE).status_code == 302


@pytest.mark.parametrize("standing", [Standing.DEACTIVATED, Standing.CANCELLED, Standing.CLOSED])
def test_whoever_is_no_longer_active_is_signed_out_at_once(dana: Logon, client: Client, standing: Standing) -> None:
    log_in(client)
    assert client.get(PROFILE).status_code == 200
    change_standing(logon=dana, standing=standing, submission="", now=timezone.now())
    response = client.get(PROFILE)
    assert "why=not_active" in response["Location"]
    assert "no longer active" in client.get(response["Location"]).content.decode()
    change_standing(logon=dana, standing=Standing.ACTIVE, submission="", now=timezone.now())
    assert client.get(PROFILE).status_code == 302


def test_a_changed_password_ends_the_session(dana: Logon, client: Client) -> None:
    log_in(client)
    dana.set_password("another one altogether")
    dana.save()
    assert client.get(PROFILE).status_code == 302


def test_log_out_is_a_post_and_clears_everything(dana: Logon, client: Client, settings: Any) -> None:
    log_in(client)
    page = client.get(PROFILE)
    assert "no-store" in page["Cache-Control"]
    key = client.session.session_key
    assert client.get("/log-out/").status_code == 405
    assert client.get(PROFILE).status_code == 200
    response = client.post("/log-out/")
    assert response.status_code == 303
    assert '"cache"' in response["Clear-Site-Data"]
    assert client.cookies[settings.SESSION_COOKIE_NAME].value == ""
    assert not Session.objects.filter(session_key=key).exists()
    assert "You are signed out." in client.get(response["Location"]).content.decode()
    assert Entry.objects.get(name="SignedOut").body == {"why": "asked"}
    former = Client()
    former.cookies[settings.SESSION_COOKIE_NAME] = key or ""
    assert former.get(PROFILE).status_code == 302


def test_log_out_needs_our_own_form(dana: Logon) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(dana)
    assert client.post("/log-out/").status_code == 403
    assert client.get(PROFILE).status_code == 200


def test_log_out_of_who_is_not_signed_in_does_nothing(db: None, client: Client) -> None:
    assert client.post("/log-out/").status_code == 303
    assert not Entry.objects.exists()


def test_a_form_sent_without_session_comes_back_to_its_page(db: None, client: Client) -> None:
    response = client.post("/profile/", {"phone": "1"}, headers={"referer": "http://testserver/profile/?saved"})
    assert response.status_code == 303
    assert parse_qs(urlsplit(response["Location"]).query) == {"next": ["/profile/?saved"], "why": ["not-sent"]}
    elsewhere = client.post("/profile/", headers={"referer": "https://evil.example/profile/"})
    assert elsewhere["Location"] == "/log-in/?why=not-sent"


def test_a_part_of_a_page_asked_without_session_sends_the_whole_page(db: None, client: Client) -> None:
    response = client.get(
        "/submissions/?q=7", headers={"hx-request": "true", "hx-current-url": "http://testserver/submissions/"}
    )
    assert response.status_code == 200
    assert parse_qs(urlsplit(response["HX-Redirect"]).query) == {"next": ["/submissions/"]}


def test_sessions_whose_time_is_over_are_forgotten(dana: Logon, client: Client) -> None:
    log_in(client)
    assert forget_ended_sessions(now=timezone.now() + timedelta(hours=11)) == 0
    assert forget_ended_sessions(now=timezone.now() + timedelta(hours=13)) == 1


def test_a_secondary_logon_signs_in_too(cast_world: None) -> None:
    client = Client()
    response = client.post("/log-in/", {"username": "joel.lopezcpa", "password": "harbor lanterns glow at dusk"})
    assert response.status_code == 303
    assert client.get(PROFILE).status_code == 200


def test_whoever_sends_a_form_without_a_session_is_told_that_nothing_was_saved(dana: Logon, client: Client) -> None:
    response = client.post(PROFILE, {"phone": "(555) 555-0100"})
    assert response.status_code == 303
    assert parse_qs(urlsplit(response["Location"]).query)["why"] == ["not-sent"]
    assert "what you sent just now was not saved" in client.get(response["Location"]).content.decode()
    assert "why" not in parse_qs(urlsplit(client.get(PROFILE)["Location"]).query)
