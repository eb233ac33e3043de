"""All second factors lost: a code by letter, and staff."""

from __future__ import annotations

import re
import threading
from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from countersign.letters.models import Letter
from countersign.logons.limiter import Locked
from countersign.logons.models import Logon, RecoveryCode
from countersign.logons.second_factors import factors_of
from countersign.notices.models import Case
from countersign.policy.errors import Invalid
from countersign.recovery.operations.letter import ask_letter, ask_staff, use_letter
from tests.cast import PASSWORD, username


def who(person: str) -> Logon:
    logon = Logon.objects.get(username=username(person))
    RecoveryCode.objects.create(logon=logon, code_hash=b"x")
    return logon


def code_of(letter: Letter) -> str:
    found = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", letter.body)
    assert found is not None
    return found[0]


def test_the_code_of_the_letter_removes_the_factors_once(cast_world: None, sign_in: Any) -> None:
    dana, client = who("dana"), Client()
    sign_in(client, dana.username, PASSWORD)
    page = "/log-in/second-step/lost/other-ways/"
    assert client.get(page).status_code == 200
    assert client.post(page, {"step": "letter"}).status_code == 200
    assert client.post(page, {"step": "letter"}).status_code == 200
    letter = Letter.objects.get(kind="factors_lost")
    assert client.post(page, {"step": "code", "code": "WRONG-CODES"}).status_code == 422
    done = client.post(page, {"step": "code", "code": code_of(letter).lower()})
    assert (done.status_code, done["Location"]) == (303, "/log-in/?why=factors-removed")
    assert not factors_of(dana).any
    with pytest.raises(Invalid):
        use_letter(logon=dana, code=code_of(letter), now=timezone.now())


def test_five_wrong_codes_a_day(cast_world: None) -> None:
    dana, now = who("dana"), timezone.now()
    ask_letter(logon=dana, now=now)
    for _ in range(5):
        with pytest.raises(Invalid):
            use_letter(logon=dana, code="AAAAAAAAAA", now=now)
    with pytest.raises(Locked):
        use_letter(logon=dana, code=code_of(Letter.objects.get(kind="factors_lost")), now=now)


def test_a_secondary_logon_gets_no_letter_and_staff_get_one_case(cast_world: None) -> None:
    joel, now = who("joel"), timezone.now()
    with pytest.raises(Invalid):
        ask_letter(logon=joel, now=now)
    assert ask_staff(logon=joel, now=now) == ask_staff(logon=joel, now=now)
    assert Case.objects.filter(kind="factors_lost").count() == 1
    assert factors_of(joel).any


@pytest.mark.django_db(transaction=True)
def test_of_parallel_uses_of_one_code_one_succeeds(cast_world: None) -> None:
    dana, now, ended = who("dana"), timezone.now(), Counter[str]()
    ask_letter(logon=dana, now=now)
    code, barrier = code_of(Letter.objects.get(kind="factors_lost")), threading.Barrier(5)

    def run() -> None:
        try:
            barrier.wait(timeout=20)
            use_letter(logon=dana, code=code, now=now)
            ended["done"] += 1
        except (Invalid, Locked):
            ended["refused"] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == {"done": 1, "refused": 4}
