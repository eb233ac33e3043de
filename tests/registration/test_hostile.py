"""Hostile input into every page of the way in, with a registration under way; sessions that are not the one's own."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from countersign.access.models import TaxpayerAccess
from countersign.logons.models import Logon
from countersign.registration.models import Registration
from tests.registration.test_way_in import PROOF, confirmed, finished, post
from tests.registration.world import World

VALUES = [
    b"",
    b"a%00b",
    b"%ED%A0%80",
    b"x" * 20_000,
    b"%E2%80%AEmoc.elpmaxe",
    b"line%0D%0ABcc:+eve@mail.example",
    b"-1",
    b"%D9%A3%D9%A3",
    b"%F0%9F%98%80" * 200,
    b"<script>alert(1)</script>",
    b"' OR 1=1 --",
    b"NaN",
]
ANSWERS = {200, 302, 303, 400, 403, 404, 409, 410, 413, 422, 429}
PAGES: dict[str, tuple[str, ...]] = {
    "/register/": ("door",),
    "/register/prove/": ("id_type", "id_number", "legal_name", "kind", "value"),
    "/register/representative/": ("name",),
    "/register/email/": ("email", "digits", "step"),
    "/register/confirm/": (),
    "/register/logon/": ("first_name", "last_name", "username"),
    "/register/finish/": ("what", "password", "password_again", "terms"),
}


def at_each_step(world: World) -> dict[str, Client]:
    """Browsers that stand at each step of the way in."""
    begun, proved, mailed, named, third = Client(), Client(), Client(), Client(), Client()
    post(begun, "/register/", door="business")
    post(third, "/register/", door="third_party")
    for client in (proved, mailed):
        post(client, "/register/", door="business")
        post(client, "/register/prove/", **PROOF)
    post(mailed, "/register/email/", email="ada@mail.example")
    confirmed(named)
    return {"begun": begun, "third": third, "proved": proved, "mailed": mailed, "named": named}


@pytest.mark.parametrize("step", ["begun", "third", "proved", "mailed", "named"])
def test_a_clear_answer_and_no_access_from_hostile_fields(world: World, step: str, settings: Any) -> None:
    settings.LIMITER_PROFILES = {
        **settings.LIMITER_PROFILES,
        **{name: {**settings.LIMITER_PROFILES[name], "free": 10_000} for name in ("proof", "proof_source")},
    }
    client = at_each_step(world)[step]
    client.raise_request_exception = False
    for page, fields in PAGES.items():
        for value in VALUES:
            body = b"&".join(field.encode() + b"=" + value for field in fields)
            response = client.post(page, body, content_type="application/x-www-form-urlencoded")
            assert response.status_code in ANSWERS, (page, value[:40], response.status_code)
        assert client.get(page).status_code in ANSWERS
    assert not TaxpayerAccess.objects.exists()
    assert not Logon.objects.exists()


def seen(response: Any) -> tuple[int, str, dict[str, str]]:
    """What can be seen of an answer, but for tokens and what was typed."""
    body = response.content.decode()
    body = re.sub(r'value="[^"]*"', "", body)
    body = re.sub(r"<code>\w+</code>", "", body)
    headers = {name: text for name, text in response.headers.items() if name not in ("X-Request-ID", "Content-Length")}
    return response.status_code, body, headers


def test_unknown_wrong_name_and_wrong_proof_look_alike_also_when_there_were_too_many(world: World) -> None:
    tries = [{"id_number": "99-9999999"}, {"legal_name": "Somebody Else LLC"}, {"value": "L9999999999"}]
    answers: list[list[Any]] = []
    for number, wrong in enumerate(tries):
        client = Client(REMOTE_ADDR=f"198.51.100.{number + 1}")
        post(client, "/register/", door="business")
        answers.append([seen(client.post("/register/prove/", {**PROOF, **wrong})) for _ in range(6)])
    assert answers[0] == answers[1] == answers[2]
    assert [status for status, _body, _headers in answers[0]] == [422] * 5 + [429]


def test_a_planted_session_does_not_follow_its_victim(world: World) -> None:
    """Whoever knew the session before the proof has nothing after it."""
    victim, attacker = Client(), Client()
    post(attacker, "/register/", door="business")
    victim.cookies["countersign"] = attacker.cookies["countersign"].value
    post(victim, "/register/prove/", **PROOF)
    assert "Begin your registration" in attacker.get("/register/email/").content.decode()


def test_the_session_holds_a_key_and_nothing_typed(world: World) -> None:
    client = Client()
    confirmed(client)
    post(client, "/register/logon/", first_name="Ada", last_name="Moss", username="ada.moss")
    kept = dict(client.session.items())
    assert kept == {"registration": Registration.objects.get().pk}


def test_a_finished_registration_is_nobodys_any_more(world: World) -> None:
    first = Client()
    confirmed(first)
    key = first.session["registration"]
    finished(first)
    other = Client()
    post(other, "/register/", door="business")
    session = other.session
    session["registration"] = key
    session.save()
    for page in PAGES:
        if page != "/register/":
            assert other.post(page, {}).status_code in (409, 410), page


def test_host_headers_do_not_reach_the_mail(world: World) -> None:
    from countersign.mail.models import OutboxMail

    client = Client(HTTP_HOST="localhost")
    post(client, "/register/", door="business")
    post(client, "/register/prove/", **PROOF)
    client.post("/register/email/", {"email": "ada@mail.example"}, HTTP_X_FORWARDED_HOST="evil.example")
    mail = OutboxMail.objects.get()
    assert "evil" not in mail.text and "localhost" not in mail.text
    assert client.post("/register/email/", {"email": "a@b.example"}, HTTP_HOST="evil.example").status_code == 400
