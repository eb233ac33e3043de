"""On every address of the site: a former session is nobody's, half signed in is nobody, and no form of another site counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as site
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from countersign.config.routes import Route, Who
from countersign.logons.models import Logon, OpenSession
from countersign.logons.second_factors.half import KEY as HALF
from countersign.logons.sessions import end_all_sessions, end_one_session
from countersign.notices.operations import stop_own
from tests.architecture.world import World, routes
from tests.cast import PASSWORD, username

OPEN = (Who.OPEN, Who.DEMO)
REQUIRED = dict.fromkeys(("own", "secondary", "staff"), "required")
# Only pages for whoever is signed in have it.
SIGNED_IN = b'action="/log-out/"'
LOG_IN, STEP, SET_UP = "/log-in/", "/log-in/second-step/", "/profile/security/second-factors/"


def entered(person: str = "maria") -> Client:
    """Somebody of the cast without second factors, signed in by the page itself."""
    client = Client()
    answer = client.post(LOG_IN, {"username": username(person), "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (303, "/")
    assert client.get("/profile/").status_code == 200
    return client


def everywhere(world: World, but: Callable[[Route], bool]) -> Iterator[tuple[str, str]]:
    for name, route in routes():
        if not but(route):
            yield name, world.address(name)


def to_log_in(response: HttpResponse) -> bool:
    return response.status_code in (302, 303) and urlsplit(response["Location"]).path == LOG_IN


def log_out(client: Client, logon: Logon) -> None:
    client.post("/log-out/")


def end_elsewhere(client: Client, logon: Logon) -> None:
    assert end_one_session(logon, OpenSession.objects.get(session_key=client.session.session_key).pk)


def end_all(client: Client, logon: Logon) -> None:
    end_all_sessions(logon, now=timezone.now())


def report(client: Client, logon: Logon) -> None:
    stop_own(actor=logon, about="new_device", now=timezone.now())


def sign_in_again(client: Client, logon: Logon) -> None:
    client.post(LOG_IN, {"username": logon.username, "password": PASSWORD})


def former_cookie(ending: Callable[[Client, Logon], None]) -> str:
    client = entered()
    former = client.cookies[site.SESSION_COOKIE_NAME].value
    ending(client, Logon.objects.get(username=username("maria")))
    return former


def test_the_cookie_of_a_former_session_opens_no_address(world: World) -> None:
    former, thief, tried = former_cookie(log_out), Client(), 0
    before = Session.objects.count()
    for name, address in everywhere(world, lambda route: route.who in OPEN):
        for method in ("get", "post"):
            thief.cookies[site.SESSION_COOKIE_NAME] = former
            response = getattr(thief, method)(address)
            assert to_log_in(response), (name, method, response.status_code)
        tried += 1
    assert tried > 90
    assert Session.objects.count() == before, "nor does it come to life again"


def test_however_it_ended(cast_world: None) -> None:
    thief = Client()
    for ending in (end_elsewhere, end_all, sign_in_again, report):
        former = former_cookie(ending)
        for address in ("/", "/profile/", "/notices/", "/submissions/", "/confirm-it-is-you/", STEP):
            for method in ("get", "post"):
                thief.cookies[site.SESSION_COOKIE_NAME] = former
                assert to_log_in(getattr(thief, method)(address)), (ending, address, method)


def test_a_former_session_sees_open_addresses_as_a_stranger_does(world: World) -> None:
    former, thief, stranger = former_cookie(log_out), Client(), Client()
    for name, address in everywhere(world, lambda route: route.who is not Who.OPEN):
        thief.cookies[site.SESSION_COOKIE_NAME] = former
        seen = thief.get(address)
        assert seen.status_code == stranger.get(address).status_code, name
        assert SIGNED_IN not in seen.content, name
        assert username("maria").encode() not in seen.content, name


def half_signed_in(world: World, settings: Any, step: str) -> Client:
    """Dana has an app and a passkey in this world; Maria has no factor, and one is required of her."""
    settings.SECOND_FACTOR = REQUIRED
    client = Client()
    person = "dana" if step == STEP else "maria"
    answer = client.post(LOG_IN, {"username": username(person), "password": PASSWORD})
    assert answer["Location"] == step
    return client


@pytest.mark.parametrize(("step", "own"), [(STEP, Who.SECOND_STEP), (SET_UP, Who.SET_UP)])
def test_half_signed_in_one_is_nobody_on_every_other_address(world: World, settings: Any, step: str, own: Who) -> None:
    client = half_signed_in(world, settings, step)
    for name, address in everywhere(world, lambda route: route.who in (*OPEN, own)):
        for method in ("get", "post"):
            response = getattr(client, method)(address)
            assert to_log_in(response), (name, method, response.status_code)
        if name.endswith((":list", ":home", ":customers")):
            part = getattr(client, method)(address, headers={"HX-Request": "true"})
            there = urlsplit(part.headers.get("HX-Redirect", "")).path
            assert there == LOG_IN, (name, method, part.status_code)
    assert HALF in client.session, "and it goes on with its step"


@pytest.mark.parametrize("step", [STEP, SET_UP])
def test_open_addresses_tell_who_is_half_signed_in_nothing(world: World, settings: Any, step: str) -> None:
    client = half_signed_in(world, settings, step)
    for name, address in everywhere(world, lambda route: route.who is not Who.OPEN):
        if name in ("recovery:link", "recovery:cancel_link"):
            continue  # takes its token into the session; its page says that it is void
        body = client.get(address).content
        assert SIGNED_IN not in body, name
        assert username("dana").encode() not in body and username("maria").encode() not in body, name


def test_the_addresses_of_the_step_are_over_with_it(world: World, settings: Any) -> None:
    for step, own in ((STEP, Who.SECOND_STEP), (SET_UP, Who.SET_UP)):
        client = half_signed_in(world, settings, step)
        session = client.session
        kept = session[HALF]
        kept["at"] -= int(timedelta(minutes=16).total_seconds())
        session[HALF] = kept
        session.save()
        for name, address in everywhere(world, lambda route, own=own: route.who is not own):  # type: ignore[misc]
            for method in ("get", "post"):
                assert to_log_in(getattr(client, method)(address)), (name, method)


def test_no_address_takes_a_form_of_another_site(world: World) -> None:
    """Whoever is signed in, and whoever is not: without the token of our own form nothing is done."""
    stranger, maria = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    maria.force_login(Logon.objects.get(username=username("maria")))
    for number, (name, address) in enumerate(everywhere(world, lambda route: False)):
        headers = ({}, {"Origin": "https://evil.example"}, {"HX-Request": "true"})[number % 3]
        sent = {"step": "submit", "csrfmiddlewaretoken": "a" * 32}
        assert maria.post(address, sent, headers=headers).status_code == 403, name
        refused = stranger.post(address, sent, headers=headers)
        assert refused.status_code == 403 or to_log_in(refused), (name, refused.status_code)
    assert maria.get("/profile/").status_code == 200, "nobody signs another out"
