"""What a password and a username have to be, and that no password is used twice (SPEC 3; law 9)."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from countersign.logons import password_rules, passwords
from countersign.logons.hashers import Argon2Hasher
from countersign.logons.models import Logon, UsedPassword
from countersign.logons.password_rules import password_problems
from countersign.logons.usernames import lock_usernames_like, normal_username, username_problem
from countersign.policy.errors import Invalid

GOOD = "seven quiet ferries leave at noon"


def problems(typed: str, *, with_second_factor: bool = False) -> list[str]:
    return password_problems(
        typed, username="dana.whitfield", email="orchard@harbor.example", with_second_factor=with_second_factor
    )


@pytest.mark.parametrize(
    "typed", [GOOD, "ñandú y cigüeña", "🙂🚢 🐟🌊⚓ 🦀🐚🪸🐙🦑🐬🐳🦈", "(((°> <°))) >++°", GOOD + "a" * 90]
)
def test_any_characters_will_do(typed: str) -> None:
    assert problems(typed) == []


@pytest.mark.parametrize(("length", "factor", "fine"), [(14, False, False), (15, False, True), (7, True, False),
                                                        (8, True, True), (128, True, True), (129, True, False)])  # fmt: skip
def test_length(length: int, factor: bool, fine: bool) -> None:
    typed = ("kx7 qv" * 30)[:length]
    assert (problems(typed, with_second_factor=factor) == []) is fine


def test_length_counts_what_is_stored() -> None:
    assert problems("\ufb03" * 5) == [], "one sign that NFKC makes three letters"


@pytest.mark.parametrize("typed", ["password1", "PASSWORD1", "iloveyou1", "qwertyuiop"])
def test_common_ones_are_refused_in_any_case(typed: str) -> None:
    assert len(problems(typed, with_second_factor=True)) == 1


@pytest.mark.parametrize(
    "typed",
    ["password123456789", "passwordpassword", "P@ssw0rdP@ssw0rd", "123456789012345", "qwertyuiopasdfgh",
     "iloveyouiloveyou", "abcdefghijklmnop", "a" * 128, " " * 15],
)  # fmt: skip
def test_common_ones_made_long_are_refused_as_well(typed: str) -> None:
    assert len(problems(typed)) == 1


def test_a_long_password_is_judged_quickly() -> None:
    started = time.perf_counter()
    problems("a1@4" * 32)
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    "typed", ["xx Dana.Whitfield xx", "the danawhitfield one", "an ORCHARD of pears", "countersign me in"]
)
def test_what_is_about_oneself_is_refused(typed: str, settings: Any) -> None:
    settings.PRODUCT_NAME = "Countersign"
    assert len(problems(typed)) == 1


def test_the_operators_own_list(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "list").write_text("Correct Horse Battery\n\n", encoding="utf-8")
    settings.PASSWORD_BLOCKLIST = str(tmp_path / "list")
    password_rules._common.cache_clear()
    try:
        assert len(problems("correct horse battery")) == 1
    finally:
        password_rules._common.cache_clear()


def test_a_history_of_500_costs_one_hash(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """ "when this logon ever used it before, without limit and at the cost of one hash" """
    now = timezone.now()
    logon = Logon.objects.create(username="long.history")
    with transaction.atomic():
        passwords.set_password(logon, GOOD, now=now)
    logon.refresh_from_db()
    cost = passwords.cost_of(logon.password)
    UsedPassword.objects.bulk_create(
        UsedPassword(logon=logon, cost=cost, digest=number.to_bytes(32), used_at=now) for number in range(500)
    )
    counted: list[str] = []
    for name in ("encode", "verify"):
        real = getattr(Argon2Hasher, name)

        def counting(self: Any, *args: Any, _real: Any = real, **kwargs: Any) -> Any:
            counted.append("hash")
            return _real(self, *args, **kwargs)

        monkeypatch.setattr(Argon2Hasher, name, counting)
    with transaction.atomic():
        passwords.set_password(logon, GOOD + " two", now=now)
    assert counted == ["hash"]
    counted.clear()
    with pytest.raises(Invalid), transaction.atomic():
        passwords.set_password(logon, GOOD, now=now)
    assert counted == ["hash"]


def test_an_imported_password_counts_as_used(db: None) -> None:
    logon = Logon.objects.create(
        username="came.over", password=make_password(GOOD, hasher="pbkdf2_sha256"), must_change_password=True
    )
    with pytest.raises(Invalid), transaction.atomic():
        passwords.set_password(logon, GOOD, now=timezone.now())
    passwords.renew_hash(logon, GOOD)
    with transaction.atomic():
        passwords.set_password(logon, GOOD + " two", now=timezone.now() + timedelta(days=1))
    with pytest.raises(Invalid), transaction.atomic():
        passwords.set_password(logon, GOOD, now=timezone.now() + timedelta(days=2))
    logon.refresh_from_db()
    assert not logon.must_change_password


@pytest.mark.parametrize("typed", ["short", "a" * 51, "with space", "ünïcode", "semi;colon", "nul\0byte", ""])
def test_usernames_of_other_signs_are_refused(db: None, typed: str) -> None:
    assert username_problem(typed)


@pytest.mark.parametrize("typed", ["dana.whitfield", "DANA.Whitfield", " dana.whitfield ", "dana.wh1tf1eld",
                                   "dana.vvhitfield", "ｄａｎａ.whitfield"])  # fmt: skip
def test_taken_ones_and_what_reads_like_them_are_one_answer(db: None, typed: str) -> None:
    Logon.objects.create(username="dana.whitfield")
    assert username_problem(typed) == "This username cannot be used. Choose another one."
    assert username_problem("dana.whitford") is None
    assert normal_username(" DANA.Whitfield ") == "dana.whitfield"


@pytest.mark.django_db(transaction=True)
def test_of_ten_registrations_of_one_username_at_once_one_succeeds() -> None:
    ended: Counter[str] = Counter()
    barrier = threading.Barrier(10)

    def register(number: int) -> None:
        typed = ["harbor.mill", "harbor.rnill", "HARBOR.MILL", "harbor.mi11"][number % 4]
        try:
            barrier.wait(timeout=20)
            with transaction.atomic():
                lock_usernames_like(typed)
                if username_problem(typed):
                    ended["refused"] += 1
                    return
                Logon.objects.create(username=normal_username(typed))
                ended["done"] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=register, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == {"done": 1, "refused": 9}
