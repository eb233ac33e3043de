"""Whoever has learnt the password cannot lock the owner out of the second step either (SPEC 3, Lockout)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.test import Client
from django.utils import timezone

from countersign.logons.limiter import Locked
from countersign.logons.models import FailureCounter, KnownDevice, Logon, Passkey
from countersign.logons.second_factors.challenges import Purpose
from countersign.logons.second_factors.limits import TOTP, Wrong, counted, limit_of
from countersign.logons.second_factors.passkeys import use_passkey
from tests.second_factors.conftest import dana, secret
from tests.sign_in.conftest import PASSWORD

__all__ = ["dana", "secret"]
STEP, PROFILE = "/log-in/second-step/", "/profile/"


def password(client: Client) -> Client:
    answer = client.post("/log-in/", {"username": "dana.whitfield", "password": PASSWORD})
    assert answer["Location"] == STEP
    return client


def code(client: Client, typed: str) -> int:
    return int(client.post(STEP, {"way": "authenticator", "code": typed}).status_code)


def now_shown(secret: str, seconds: int = 0) -> str:
    return pyotp.TOTP(secret).at(timezone.now() + timedelta(seconds=seconds))


@pytest.fixture
def at_home(secret: str) -> Client:
    """The owner's browser, in which she signed in with both."""
    client = password(Client())
    assert code(client, now_shown(secret, -30)) == 303
    client.post("/log-out/")
    return client


def test_wrong_codes_of_somebody_else_do_not_count_on_the_owners_device(at_home: Client, secret: str) -> None:
    thief = password(Client())
    assert [code(thief, "000000") for _ in range(6)] == [422] * 4 + [429] * 2
    assert code(password(at_home), now_shown(secret)) == 303
    assert at_home.get(PROFILE).status_code == 200
    assert code(thief, "000000") == 429, "the owner's success opens nothing to the thief"


def test_a_known_device_has_no_more_tries_than_anybody(at_home: Client, secret: str) -> None:
    """A stolen cookie of it beside the password: its own counter, that no right password sets back."""
    statuses = [code(password(at_home), "000000") for _ in range(6)]
    assert statuses == [422] * 4 + [429] * 2
    assert code(password(at_home), now_shown(secret)) == 429


def test_a_device_that_is_not_known_any_more_counts_as_everybody(at_home: Client) -> None:
    KnownDevice.objects.update(ended_at=timezone.now())
    code(password(at_home), "000000")
    assert FailureCounter.objects.get(kind=TOTP).subject == limit_of(TOTP, Logon.objects.get()).subject


def test_nobody_locks_a_passkey_from_elsewhere(dana: Logon, rf: Any) -> None:
    """Which passkeys there are is told to whoever gives the password; rubbish sent for one counts for its source only."""
    passkey = Passkey.objects.create(logon=dana, credential_id=b"known to the thief", credential_data=b"-")

    def rubbish(source: str) -> type[Exception]:
        request = rf.post(STEP, REMOTE_ADDR=source)
        request.session = Client().session
        with pytest.raises((Wrong, Locked)) as refused:
            use_passkey(request, Purpose.SECOND, passkey, "{}", now=timezone.now())
        return refused.type

    assert [rubbish("203.0.113.66") for _ in range(6)] == [Wrong] * 4 + [Locked] * 2
    assert rubbish("203.0.113.7") is Wrong


def test_staff_wait_as_their_profile_says_at_the_second_step_too(dana: Logon, settings: Any) -> None:
    settings.SIGN_IN_PROFILE = "staff"
    for expected in (Wrong, Wrong, Locked):
        with pytest.raises(expected), counted(TOTP, dana, now=timezone.now()):
            raise Wrong
