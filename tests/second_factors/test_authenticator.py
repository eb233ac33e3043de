"""Authenticator apps: added with a first code, each code accepted once, secrets encrypted under changing keys."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client
from django.utils import timezone

from countersign.events.models import Entry
from countersign.logons.limiter import Locked
from countersign.logons.models import Authenticator, Logon
from countersign.logons.second_factors import encryption, factors_of, remove_all_factors, totp
from countersign.logons.second_factors.encryption import NoKey
from countersign.logons.second_factors.limits import Wrong
from countersign.policy.errors import Invalid

APP = "/profile/security/authenticator-app/"


def code_at(secret: str, **offset: float) -> str:
    return pyotp.TOTP(secret).at(timezone.now() + timedelta(**offset))


def shown_key(page: str) -> str:
    found = re.search(r'class="key-text">([A-Z2-7 ]+)<', page)
    assert found
    return found[1].replace(" ", "")


def test_an_app_is_added_with_its_first_code_which_counts_as_used(
    dana: Logon, client_for: Callable[[str], Client]
) -> None:
    client = client_for(dana.username)
    page = client.get(APP)
    assert page.status_code == 200
    secret = shown_key(page.content.decode())
    picture = client.get(APP + "code.svg")
    assert picture["Content-Type"] == "image/svg+xml"
    assert picture.content.startswith(b"<?xml")
    assert shown_key(client.get(APP).content.decode()) == secret
    assert client.post(APP, {"code": "000000"}).status_code == 422
    assert not factors_of(dana).any
    code = code_at(secret)
    response = client.post(APP, {"code": f" {code[:3]} {code[3:]} "})
    assert (response.status_code, response["Location"]) == (303, "/profile/security/recovery-codes/")
    assert factors_of(dana) == (0, True, 10)
    with pytest.raises(Wrong):
        totp.use_code(dana, code, now=timezone.now())
    assert Entry.objects.get(name="SecondFactorAdded").body["kind"] == "authenticator"
    assert client.get(APP + "code.svg").status_code == 302


def test_the_secret_is_stored_encrypted_and_never_in_the_clear(dana: Logon, secret: str) -> None:
    app = Authenticator.objects.get()
    assert secret.encode() not in bytes(app.secret_encrypted)
    assert encryption.decrypt(app.secret_encrypted, app.key_id).decode() == secret


@pytest.mark.parametrize("offset", [-30, 0, 30])
def test_a_clock_may_be_one_step_off(dana: Logon, secret: str, offset: int) -> None:
    totp.use_code(dana, code_at(secret, seconds=offset), now=timezone.now())


@pytest.mark.parametrize("offset", [-95, 95])
def test_a_clock_may_not_be_further_off(dana: Logon, secret: str, offset: int) -> None:
    with pytest.raises(Wrong):
        totp.use_code(dana, code_at(secret, seconds=offset), now=timezone.now())


def test_a_code_is_accepted_once_and_no_older_one_after_it(dana: Logon, secret: str) -> None:
    now = timezone.now()
    older, code = pyotp.TOTP(secret).at(now - timedelta(seconds=30)), pyotp.TOTP(secret).at(now)
    totp.use_code(dana, code, now=now)
    for typed in (code, older):
        with pytest.raises(Wrong):
            totp.use_code(dana, typed, now=now)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "\x00", "-" * 40, "٣٣٣٣٣٣"])
def test_what_is_no_code_is_wrong(dana: Logon, secret: str, typed: str) -> None:
    with pytest.raises(Wrong):
        totp.use_code(dana, typed, now=timezone.now())


def test_five_wrong_codes_lock_and_a_right_one_does_not_open(dana: Logon, secret: str) -> None:
    now = timezone.now()
    for _ in range(4):
        with pytest.raises(Wrong):
            totp.use_code(dana, "000000", now=now)
    with pytest.raises(Locked):
        totp.use_code(dana, "000000", now=now)
    with pytest.raises(Locked):
        totp.use_code(dana, code_at(secret), now=now)
    later = now + timedelta(seconds=31)
    totp.use_code(dana, pyotp.TOTP(secret).at(later), now=later)


def test_removing_all_factors_forgets_everything(dana: Logon, codes: list[str]) -> None:
    with pytest.raises(Wrong):
        totp.use_code(dana, "000000", now=timezone.now())
    remove_all_factors(dana, now=timezone.now())
    assert not factors_of(dana).any


def test_keys_rotate_and_old_ones_still_decrypt(dana: Logon, secret: str, settings: Any) -> None:
    was = f"default:{settings.SECRET_KEY}"
    settings.SECRET_ENCRYPTION_KEYS = f"2027:a new key,{was}"
    totp.use_code(dana, code_at(secret), now=timezone.now())
    assert totp.encrypt_anew() == 1
    assert totp.encrypt_anew() == 0
    assert Authenticator.objects.get().key_id == "2027"
    settings.SECRET_ENCRYPTION_KEYS = "2027:a new key"
    totp.use_code(dana, code_at(secret, seconds=30), now=timezone.now())
    settings.SECRET_ENCRYPTION_KEYS = "2028:another"
    with pytest.raises(NoKey):
        totp.use_code(dana, code_at(secret), now=timezone.now())
    settings.SECRET_ENCRYPTION_KEYS = "2027:another"
    with pytest.raises(NoKey):
        totp.use_code(dana, code_at(secret), now=timezone.now())


@pytest.mark.parametrize("written", ["nocolon", ":key", "id:", "a:1,a:2", "x" * 21 + ":key", ","])
def test_keys_written_wrongly_are_refused(settings: Any, written: str) -> None:
    settings.SECRET_ENCRYPTION_KEYS = written
    with pytest.raises(ImproperlyConfigured):
        encryption.encrypt(b"secret")


def at_once(times: int, call: Callable[[], object]) -> list[str]:
    """Run it so many times at the same moment; how each ended."""
    barrier, results = threading.Barrier(times), []

    def run() -> None:
        try:
            barrier.wait(timeout=20)
            call()
            results.append("done")
        except (Wrong, Locked, Invalid) as error:
            results.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_of_twenty_parallel_uses_of_one_code_one_succeeds(dana: Logon, secret: str) -> None:
    now = timezone.now()
    code = pyotp.TOTP(secret).at(now)
    results = at_once(20, lambda: totp.use_code(dana, code, now=now))
    assert len(results) == 20
    assert results.count("done") == 1
