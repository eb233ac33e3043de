"""One password check is one hash, whoever it is for; never more at once than the cap."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, ScryptPasswordHasher, make_password
from django.test import RequestFactory
from django.utils import timezone

from countersign.logons import passwords
from countersign.logons.hash_cap import Busy, HashCap
from countersign.logons.hashers import Argon2Hasher
from countersign.logons.models import Logon
from countersign.logons.source import source_of

RIGHT = "harbor lanterns glow at dusk"


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each hash that is computed."""
    passwords.prepare()
    counted: list[str] = []
    for hasher in (Argon2Hasher, PBKDF2PasswordHasher, ScryptPasswordHasher):
        for name in ("verify", "encode"):
            real = getattr(hasher, name)

            def counting(self: Any, *args: Any, _real: Any = real, _name: str = name, **kwargs: Any) -> Any:
                counted.append(f"{type(self).__name__}.{_name}")
                return _real(self, *args, **kwargs)

            monkeypatch.setattr(hasher, name, counting)
    return counted


@pytest.mark.parametrize(
    "stored", ["", "!", "nonsense", "argon2$argon2id$v=19$broken", "md5$a$b", make_password(RIGHT)]
)
def test_a_wrong_password_costs_one_hash_whatever_is_stored(hashes: list[str], stored: str) -> None:
    assert not passwords.password_matches(Logon(password=stored), "wrong")
    assert hashes == ["Argon2Hasher.verify"]


def test_nobody_costs_one_hash(hashes: list[str]) -> None:
    assert not passwords.password_matches(None, RIGHT)
    assert hashes == ["Argon2Hasher.verify"]


def test_the_right_password_costs_one_hash(db: None, hashes: list[str]) -> None:
    logon = Logon.objects.create(username="somebody", email="a@b.example")
    passwords.set_password(logon, RIGHT, now=timezone.now())
    logon.refresh_from_db()
    hashes.clear()
    assert passwords.password_matches(logon, RIGHT)
    passwords.renew_hash(logon, RIGHT)
    assert hashes == ["Argon2Hasher.verify"]


def test_the_same_password_from_every_keyboard() -> None:
    logon = Logon(password=make_password(passwords.normal_password("Ångström ﬁle 15 chars")))
    assert passwords.password_matches(logon, "A\u030angstro\u0308m file 15 chars")


@pytest.mark.parametrize("algorithm", ["pbkdf2_sha256", "scrypt"])
def test_a_hash_of_another_kind_becomes_todays_after_a_right_password(db: None, algorithm: str) -> None:
    logon = Logon.objects.create(username="kind-of-old", password=make_password(RIGHT, hasher=algorithm))
    assert passwords.password_matches(logon, RIGHT)
    passwords.renew_hash(logon, RIGHT)
    logon.refresh_from_db()
    assert logon.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.password_matches(logon, RIGHT)


def test_a_hash_at_another_cost_becomes_todays(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Argon2Hasher, "time_cost", 1)
    logon = Logon.objects.create(username="cheaper-once", password=make_password(RIGHT))
    monkeypatch.setattr(Argon2Hasher, "time_cost", 2)
    assert passwords.password_matches(logon, RIGHT)
    passwords.renew_hash(logon, RIGHT)
    logon.refresh_from_db()
    assert ",t=2," in logon.password


def test_never_more_hashes_at_once_than_the_cap() -> None:
    cap, now, most, refused = HashCap(2, 3, 5.0), [0], [0], [0]
    lock, barrier = threading.Lock(), threading.Barrier(20)

    def work() -> None:
        barrier.wait()
        try:
            with cap.slot():
                with lock:
                    now[0] += 1
                    most[0] = max(most[0], now[0])
                time.sleep(0.05)
                with lock:
                    now[0] -= 1
        except Busy:
            with lock:
                refused[0] += 1

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] <= 2
    assert refused[0] >= 10
    with cap.slot():
        pass


def test_who_waits_too_long_is_sent_away() -> None:
    cap = HashCap(1, 1, 0.01)
    with cap.slot(), pytest.raises(Busy), cap.slot():
        pass


@pytest.mark.parametrize(
    ("proxies", "forwarded", "source"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.66, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.66, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (3, "203.0.113.9, 10.0.0.1", "192.0.2.1"),
        (1, "not an address", "unknown"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
def test_only_our_own_proxies_say_where_somebody_comes_from(
    settings: Any, proxies: int, forwarded: str, source: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert source_of(request) == source
