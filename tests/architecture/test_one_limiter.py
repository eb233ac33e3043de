"""SPEC 3: "one limiter guards every path that checks a secret", and only so many of them hash at once."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyotp
import pytest
from django.conf import settings as site
from django.db import transaction
from django.test import Client
from django.utils import timezone

from countersign.letters.models import Letter
from countersign.logons.hash_cap import CAP, Busy
from countersign.logons.models import FailureCounter, Logon, UsedPassword
from countersign.logons.second_factors import recovery_codes, totp
from countersign.mail.models import OutboxMail
from countersign.recovery.models import ForgottenAsk
from countersign.recovery.operations import answer_ask
from countersign.recovery.operations.letter import ask_letter
from tests.cast import PASSWORD, username

TOP = Path(__file__).parents[2] / "countersign"
NEW = "seven quiet ferries leave at noon"
# What compares something that was given with a secret that could be guessed. Tokens of links (256 bits) cannot.
CHECKS = {
    "password_matches",
    "matching_step",
    "find_proof",
    "compare_digest",
    "constant_time_compare",
    "check_password",
}
# Who compares, and under which counters. Whoever comes new: reserve a failure first (countersign/logons/limiter.py).
GUARDED = {
    "sign_in/operations.py": "by username or known device, and by source",
    "logons/second_factors/totp.py": "per logon and kind, or known device; the first code of a new app is no secret",
    "registration/operations/prove.py": "per taxpayer and source, per source, per taxpayer",
    "registration/operations/waiting.py": "per taxpayer and logon",
    "registration/operations/email.py": "six digits, per registration",
    "recovery/operations/letter.py": "code of a letter, per logon",
}
NO_GUESSING = {
    "logons/passwords.py": "a new password against those of before, by whoever may set one",
    "logons/second_factors/half.py": "the hash kept in a session, which nobody types",
    "recovery/operations/reset_password.py": "rules of a new password",
    "recovery/operations/change_password.py": "rules of a new password",
    "registration/operations/finish.py": "rules of a new password",
    "registration/views/finishing.py": "rules of a new password",
}


def calls(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            called = node.func
            found.add(called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", ""))
    return found


def test_whoever_compares_a_secret_reserves_a_failure_first() -> None:
    comparing = {}
    for path in TOP.rglob("*.py"):
        made = calls(path)
        if made & CHECKS:
            comparing[str(path.relative_to(TOP))] = made
    unknown = sorted(set(comparing) - set(GUARDED) - set(NO_GUESSING))
    assert not unknown, f"these compare secrets: reserve a failure first, then name them here: {unknown}"
    for name in set(GUARDED) & set(comparing):
        assert comparing[name] & {"reserve", "_reserve", "counted"}, name
    assert not set(GUARDED) - set(comparing), "gone"


@pytest.fixture
def dana(cast_world: None) -> Logon:
    log_in(PASSWORD)  # the hash that came with the import becomes today's, which ends sessions of before
    return Logon.objects.get(username=username("dana"))


def grown_old(logon: Logon) -> Client:
    """Signed in, more than 15 minutes ago: what a thief of a session has."""
    client = Client()
    client.force_login(logon)
    session = client.session
    session["signed_in_at"] = int(timezone.now().timestamp()) - 16 * 60
    session.save()
    return client


def log_in(password: str, client: Client | None = None) -> int:
    sent = {"username": username("dana"), "password": password}
    return int((client or Client()).post("/log-in/", sent).status_code)


def test_a_stolen_session_guesses_the_password_no_more_often_than_a_stranger(dana: Logon) -> None:
    """Wrong passwords at Log In and at *Confirm that it is you* are one count."""
    thief, address = grown_old(dana), "/confirm-it-is-you/?next=/profile/email/"
    assert [log_in("wrong"), log_in("wrong")] == [422, 422]
    tried = [thief.post(address, {"password": "wrong"}).status_code for _ in range(4)]
    assert tried == [422, 422, 429, 429]
    locked = thief.post(address, {"password": PASSWORD})
    assert (locked.status_code, int(locked["Retry-After"]) <= 30) == (429, True)
    assert log_in(PASSWORD) == 429
    assert thief.get("/profile/email/")["Location"].startswith("/confirm-it-is-you/")


@pytest.mark.parametrize("way", ["authenticator", "recovery_code"])
def test_codes_at_the_second_step_and_when_confirming_are_one_count(dana: Logon, way: str) -> None:
    secret, now = totp.new_secret(), timezone.now()
    thief = grown_old(dana)
    with transaction.atomic():
        totp.store_authenticator(dana, secret, last_step=0, now=now)
        codes = recovery_codes.make_codes(dana, now=now)
    half = Client()
    assert log_in(PASSWORD, half) == 303
    sent = {"way": way, "code": "000000"}
    assert [half.post("/log-in/second-step/", sent).status_code for _ in range(3)] == [422] * 3
    both = {**sent, "password": PASSWORD}
    assert [thief.post("/confirm-it-is-you/", both).status_code for _ in range(3)] == [422, 429, 429]
    right = pyotp.TOTP(secret).at(now) if way == "authenticator" else codes[0]
    assert half.post("/log-in/second-step/", {"way": way, "code": right}).status_code == 429


def test_the_code_of_a_letter_is_tried_five_times_a_day(dana: Logon) -> None:
    with transaction.atomic():
        recovery_codes.make_codes(dana, now=timezone.now())
    ask_letter(logon=dana, now=timezone.now())
    code = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", Letter.objects.get(kind="factors_lost").body)
    assert code
    half, page = Client(), "/log-in/second-step/lost/other-ways/"
    log_in(PASSWORD, half)
    for _ in range(5):
        assert half.post(page, {"step": "code", "code": "AAAAA-AAAAA"}).status_code == 422
    too_late = half.post(page, {"step": "code", "code": code[0]})
    assert too_late.status_code == 422
    assert b"Try again tomorrow" in too_late.content
    assert not FailureCounter.objects.filter(failures__gt=5).exists()


def test_where_somebody_comes_from_is_not_theirs_to_say(dana: Logon, settings: Any) -> None:
    """X-Forwarded-For counts from the configured number of proxies only: no header buys further tries."""
    settings.LIMITER_PROFILES = {
        **settings.LIMITER_PROFILES,
        "source": {**settings.LIMITER_PROFILES["source"], "free": 4},
    }

    def try_from(number: int, forwarded: str) -> int:
        sent = {"username": f"somebody.{number}", "password": "wrong"}
        return int(Client().post("/log-in/", sent, headers={"X-Forwarded-For": forwarded}).status_code)

    assert [try_from(number, f"198.51.100.{number}") for number in range(5)] == [422] * 4 + [429]
    FailureCounter.objects.all().delete()
    settings.TRUSTED_PROXIES = 1
    assert [try_from(number, f"198.51.100.{number}, 203.0.113.9") for number in range(5)] == [422] * 4 + [429]
    assert try_from(9, "203.0.113.9, 203.0.113.10") == 422, "what our own proxy wrote counts"


def reset_link(dana: Logon) -> Client:
    client = Client()
    client.post("/forgot-username-or-password/", {"email": dana.email})
    answer_ask(ask=ForgottenAsk.objects.get().pk, now=timezone.now())
    found = re.search(r"/forgot-username-or-password/link/[\w-]{43}/", OutboxMail.objects.latest("pk").text)
    assert found
    client.get(found[0])
    return client


def signed_in(dana: Logon) -> Client:
    client = Client()
    client.force_login(dana)
    return client


@pytest.mark.parametrize(
    ("client_of", "address", "sent"),
    [
        (lambda dana: Client(), "/log-in/", {"username": "dana", "password": PASSWORD}),
        (grown_old, "/confirm-it-is-you/", {"password": PASSWORD}),
        (signed_in, "/profile/security/change-password/", {"password": NEW, "again": NEW}),
        (reset_link, "/forgot-username-or-password/new-password/", {"password": NEW, "again": NEW}),
    ],
)
def test_where_too_many_hash_at_once_every_path_says_so_counts_nothing_and_healthz_answers(
    dana: Logon,
    monkeypatch: pytest.MonkeyPatch,
    client_of: Callable[[Logon], Client],
    address: str,
    sent: dict[str, str],
) -> None:
    """(Enrollment and the end of a registration: in their own folders.)"""
    client = client_of(dana)
    FailureCounter.objects.all().delete()
    if "username" in sent:
        sent = {**sent, "username": dana.username}
    monkeypatch.setattr(CAP, "_seconds", 0.05)
    with ExitStack() as others:
        for _ in range(site.CONCURRENT_HASHES):
            others.enter_context(CAP.slot())
        answer = client.post(address, sent)
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert client.get("/healthz").status_code == 200
        assert client.get("/log-in/").status_code in (200, 302)
        with pytest.raises(Busy), CAP.slot():
            pass
    assert not FailureCounter.objects.exists()
    assert UsedPassword.objects.filter(logon=dana).count() <= 1
    assert client.post(address, sent).status_code == 303, "a moment later it is done"
