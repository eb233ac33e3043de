"""Recovery codes: ten, each once, shown once, replaced by new ones."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from countersign.events.models import Entry
from countersign.logons.limiter import Locked
from countersign.logons.models import Logon, RecoveryCode
from countersign.logons.second_factors import factors_of, recovery_codes
from countersign.logons.second_factors.limits import Wrong
from tests.second_factors.test_authenticator import at_once

PAGE, NEW = "/profile/security/recovery-codes/", "/profile/security/recovery-codes/new/"


def test_ten_each_once(dana: Logon, codes: list[str]) -> None:
    assert len(set(codes)) == 10
    assert recovery_codes.use_code(dana, codes[3], now=timezone.now()) == 9
    with pytest.raises(Wrong):
        recovery_codes.use_code(dana, codes[3], now=timezone.now())
    assert factors_of(dana).recovery_codes == 9


def test_only_a_keyed_hash_is_kept(dana: Logon, codes: list[str]) -> None:
    kept = b"".join(bytes(one.code_hash) for one in RecoveryCode.objects.all())
    assert not any(code.encode() in kept or code.replace("-", "").encode() in kept for code in codes)


def test_typed_in_any_way(dana: Logon, codes: list[str]) -> None:
    for typed in (codes[0].upper(), f"  {codes[1]} ", codes[2].replace("-", ""), codes[3].replace("-", "–")):
        recovery_codes.use_code(dana, typed, now=timezone.now())


@pytest.mark.parametrize("typed", ["", "x", "\x00", "0" * 500, "' OR 1=1 --"])
def test_what_is_no_code_is_wrong(dana: Logon, codes: list[str], typed: str) -> None:
    with pytest.raises(Wrong):
        recovery_codes.use_code(dana, typed, now=timezone.now())


def test_anothers_codes_are_wrong(dana: Logon, codes: list[str], make_logon: Callable[..., Logon]) -> None:
    other = make_logon("somebody.else")
    with pytest.raises(Wrong):
        recovery_codes.use_code(other, codes[0], now=timezone.now())


def test_new_ones_replace_the_old(dana: Logon, codes: list[str], client_for: Callable[[str], Client]) -> None:
    client = client_for(dana.username)
    assert b"10 codes left" in client.get(NEW).content
    assert client.post(NEW)["Location"] == PAGE
    page = client.get(PAGE).content.decode()
    assert page.count("<code>") == 10
    assert not any(code in page for code in codes)
    with pytest.raises(Wrong):
        recovery_codes.use_code(dana, codes[0], now=timezone.now())
    assert client.post(PAGE).status_code == 303
    assert client.get(PAGE)["Location"] == "/profile/security/second-factors/"
    assert client.get(PAGE + "codes.txt").status_code == 302
    assert Entry.objects.get(name="RecoveryCodesMade").body == {"count": 10}


def test_nothing_to_recover_no_codes(dana: Logon, client_for: Callable[[str], Client]) -> None:
    assert client_for(dana.username).post(NEW).status_code == 302
    assert not RecoveryCode.objects.exists()


def test_five_wrong_codes_lock(dana: Logon, codes: list[str]) -> None:
    now = timezone.now()
    for _ in range(4):
        with pytest.raises(Wrong):
            recovery_codes.use_code(dana, "wrong", now=now)
    for typed in ("wrong", codes[0]):
        with pytest.raises(Locked):
            recovery_codes.use_code(dana, typed, now=now)


@pytest.mark.django_db(transaction=True)
def test_of_twenty_parallel_uses_of_one_code_one_succeeds(dana: Logon, codes: list[str]) -> None:
    results = at_once(20, lambda: recovery_codes.use_code(dana, codes[0], now=timezone.now()))
    assert results.count("done") == 1
    assert factors_of(dana).recovery_codes == 9
