"""Log In: who comes in, and that nobody else learns anything."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from countersign.events.models import Entry
from countersign.logons import hash_cap, passwords
from countersign.logons.hash_cap import Busy
from countersign.logons.hashers import Argon2Hasher
from countersign.logons.limiter import Locked
from countersign.logons.models import FailureCounter, Logon
from countersign.policy.errors import Invalid
from countersign.sign_in.operations import sign_in
from tests.sign_in.conftest import PASSWORD

MakeLogon = Callable[..., Logon]
ADDRESS = "/log-in/"
PROFILE = "/profile/"


def post(client: Client, username: str = "dana.whitfield", password: str = PASSWORD, **more: Any) -> Any:
    return client.post(ADDRESS, {"username": username, "password": password, **more.pop("fields", {})}, **more)


def sight(response: HttpResponse) -> tuple[int, str, dict[str, str]]:
    """What somebody outside can see of an answer, without what differs each time."""
    body = re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]*|<code>\w+</code>', r"\1", response.content.decode())
    body = re.sub(r'value="[^"]*" (maxlength="254")', r"\1", body)
    headers = {
        name: value for name, value in response.headers.items() if name not in ("X-Request-ID", "Content-Length")
    }
    return response.status_code, body, headers


def test_the_right_password_comes_in(make_logon: MakeLogon, client: Client) -> None:
    logon = make_logon()
    response = post(client)
    assert response.status_code == 303
    assert response["Location"] == "/"
    assert client.get(PROFILE).status_code == 200
    entry = Entry.objects.get(name="SignedIn")
    assert (entry.actor_logon_id, entry.channel, entry.body) == (logon.pk, "online", {"how": "password"})


def test_a_username_in_any_case_with_blanks_around(make_logon: MakeLogon, client: Client) -> None:
    make_logon()
    assert post(client, username="  Dana.WHITFIELD ").status_code == 303


def test_unknown_wrong_inactive_and_never_had_a_password_look_the_same(make_logon: MakeLogon) -> None:
    make_logon("wrong.password")
    for status in ("deactivated", "invited", "cancelled", "closed", ""):
        make_logon(f"status.{status or 'none'}", status=status)
    make_logon("never.had.one", password="")
    names = [*Logon.objects.values_list("username", flat=True), "nobody.has.this"]
    seen = [sight(post(Client(), name, "wrong" if name == "wrong.password" else PASSWORD)) for name in names]
    assert len(seen) == 8
    assert seen[0][0] == 422
    assert all(one == seen[0] for one in seen)


def test_each_try_computes_exactly_one_hash(make_logon: MakeLogon, monkeypatch: pytest.MonkeyPatch) -> None:
    make_logon("right.password")
    make_logon("wrong.password")
    make_logon("not.active", status="deactivated")
    make_logon("never.had.one", password="")
    passwords.prepare()
    post(Client(), "right.password")  # from now on its hash is of today's kind
    count, real = [0], Argon2Hasher.verify

    def verify(self: Argon2Hasher, *args: Any) -> Any:
        count[0] += 1
        return real(self, *args)

    monkeypatch.setattr(Argon2Hasher, "verify", verify)
    monkeypatch.setattr(Argon2Hasher, "encode", lambda *args: pytest.fail("a second hash"))
    for name in ("right.password", "wrong.password", "not.active", "never.had.one", "nobody.has.this"):
        count[0] = 0
        post(Client(), name, "wrong" if name == "wrong.password" else PASSWORD)
        assert count[0] == 1, name


def test_five_failures_lock_and_a_right_password_does_not_open(make_logon: MakeLogon, client: Client) -> None:
    make_logon()
    assert [post(client, password="wrong").status_code for _ in range(5)] == [422, 422, 422, 422, 429]
    locked = post(client)
    assert locked.status_code == 429
    assert 1 <= int(locked["Retry-After"]) <= 30
    assert client.get(PROFILE).status_code == 302


def test_unknown_usernames_lock_as_known_ones_do(make_logon: MakeLogon) -> None:
    make_logon()
    known = [post(Client(), "dana.whitfield", "wrong") for _ in range(7)]
    unknown = [post(Client(), "nobody.has.this", "wrong") for _ in range(7)]
    for one, other in zip(known, unknown, strict=True):
        assert one.status_code == other.status_code
        assert set(one.headers) == set(other.headers)
        without_seconds = [re.sub(r"\d+ seconds?", "", sight(page)[1]) for page in (one, other)]
        assert without_seconds[0] == without_seconds[1]


def test_the_locked_out_page_gives_the_agencys_number(make_logon: MakeLogon, client: Client, settings: Any) -> None:
    settings.AGENCY_PHONE = "(555) 555-0142"
    make_logon()
    page = [post(client, password="wrong") for _ in range(5)][-1].content.decode()
    assert "I am locked out and I have a new email address" in page
    assert "I am locked out and want to cancel" in page
    assert page.count("(555) 555-0142") >= 2


def test_success_resets_the_counter_of_the_logon(make_logon: MakeLogon, client: Client) -> None:
    make_logon()
    for _ in range(3):
        for _ in range(4):
            assert post(client, password="wrong").status_code == 422
        assert post(Client()).status_code == 303
    assert not FailureCounter.objects.filter(kind="password").exists()
    assert FailureCounter.objects.get(kind="source").failures == 12


def test_many_usernames_from_one_source_are_slowed_down(settings: Any, client: Client, db: None) -> None:
    settings.LIMITER_PROFILES = {
        **settings.LIMITER_PROFILES,
        "source": {**settings.LIMITER_PROFILES["source"], "free": 6},
    }
    codes = [post(client, f"somebody{number}", "wrong").status_code for number in range(8)]
    assert codes == [422] * 6 + [429] * 2
    assert post(client, "somebody9", "wrong", REMOTE_ADDR="203.0.113.4").status_code == 422
    assert FailureCounter.objects.filter(kind="password").count() == 7


def test_failures_are_on_record_for_existing_logons_only_and_name_nobody(make_logon: MakeLogon, client: Client) -> None:
    logon = make_logon()
    post(client, password="wrong")
    post(client, "nobody.has.this", "wrong")
    entry = Entry.objects.get()
    assert (entry.name, entry.actor_logon_id, entry.reason, entry.body) == ("SignInFailed", None, "wrong_password", {})
    assert [subject.subject_id for subject in entry.subjects.all()] == [logon.pk]


def test_when_too_many_hash_at_once_one_is_asked_to_come_again(
    make_logon: MakeLogon, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_logon()

    class Full:
        def slot(self) -> Any:
            raise Busy(7)

    monkeypatch.setattr("countersign.sign_in.operations.CAP", Full())
    response = post(client)
    assert (response.status_code, response["Retry-After"]) == (503, "7")
    assert not FailureCounter.objects.exists()
    assert client.get(PROFILE).status_code == 302


@pytest.mark.parametrize(
    ("target", "goes_to"),
    [
        ("/submissions/", "/submissions/"),
        ("/submissions/?q=7&size=25", "/submissions/?q=7&size=25"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("/%2f/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/submissions/\r\nSet-Cookie: a=b", "/"),
        ("/log-out/", "/"),
        ("/log-in/?next=/log-in/", "/"),
        ("/no-such-page/", "/"),
        ("/submissions/?" + "x" * 3000, "/"),
    ],
)
def test_next_leads_only_to_our_own_pages(make_logon: MakeLogon, target: str, goes_to: str) -> None:
    make_logon()
    assert post(Client(), fields={"next": target})["Location"] == goes_to
    assert post(Client(), QUERY_STRING="")["Location"] == "/"


def test_who_is_signed_in_already_goes_on(make_logon: MakeLogon, client: Client) -> None:
    make_logon()
    post(client)
    response = client.get(ADDRESS, {"next": "/submissions/"})
    assert (response.status_code, response["Location"]) == (302, "/submissions/")


def test_the_language_of_the_logon_becomes_active(make_logon: MakeLogon, client: Client, settings: Any) -> None:
    make_logon(language="es")
    response = post(client)
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "es"
    assert b'<html lang="es">' in client.get(PROFILE).content


def test_a_language_that_was_chosen_before_signing_in_stays(make_logon: MakeLogon, client: Client) -> None:
    make_logon(language="en")
    client.post("/language/", {"language": "es", "next": ADDRESS})
    post(client)
    assert b'<html lang="es">' in client.get(PROFILE).content


def test_the_page_says_that_the_factors_are_removed(client: Client, db: None) -> None:
    assert "Your second factors are removed." in client.get(ADDRESS, {"why": "factors-removed"}).content.decode()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"username": "dana.whitfield", "password": "x" * 129}, {422}),
        ({"username": "d" * 300, "password": PASSWORD}, {422}),
        ({"username": "dana.whitfield"}, {422}),
        ({}, {422}),
        ({"username": ["a", "b"], "password": ["c", "d"]}, {422}),
        ({"username": "dana.whitfield", "password": "x" * 1_100_000}, {400, 413}),
        ({"username": "dana\x00whitfield", "password": PASSWORD}, {400, 422}),
        ({"username": "dana.whitfield", "password": "a\x00b"}, {400, 422}),
    ],
)
def test_what_no_person_types_is_refused_neatly(
    make_logon: MakeLogon, client: Client, body: dict[str, Any], status: set[int]
) -> None:
    make_logon()
    assert client.post(ADDRESS, body).status_code in status


def test_a_password_is_never_sent_back(make_logon: MakeLogon, client: Client) -> None:
    make_logon()
    page = post(client, password="my wrong secret").content.decode()
    assert "my wrong secret" not in page
    assert 'value="dana.whitfield"' in page


@pytest.mark.django_db(transaction=True)
def test_fifty_parallel_wrong_passwords_check_at_most_the_limit(
    make_logon: MakeLogon, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_logon()
    passwords.prepare()
    cap = hash_cap.HashCap(4, 50, 60.0)
    monkeypatch.setattr("countersign.sign_in.operations.CAP", cap)
    checked: list[int] = []
    monkeypatch.setattr("countersign.sign_in.operations.password_matches", lambda logon, typed: checked.append(1))
    barrier, results = threading.Barrier(50), []

    def guess(number: int) -> None:
        try:
            barrier.wait()
            sign_in(username="dana.whitfield", password=f"guess {number}", source="test", now=timezone.now())
        except Exception as error:
            results.append(type(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(checked) == 5
    assert sorted(results, key=str) == [Locked] * 46 + [Invalid] * 4
    assert FailureCounter.objects.get(kind="password").failures == 5
    assert FailureCounter.objects.get(kind="source").failures == 5
    assert Entry.objects.filter(name="SignInFailed").count() == 5
