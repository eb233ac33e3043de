"""Twenty at once: one link that cancels, one removal asked for, one letter's code beside time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from countersign.events.models import Entry
from countersign.logons.links import LinkVoid
from countersign.logons.models import RecoveryCode
from countersign.logons.second_factors import factors_of
from countersign.mail.models import OutboxMail
from countersign.notices.operations import stop_own
from countersign.recovery.models import FactorRemoval, ForgottenAsk
from countersign.recovery.operations import (
    answer_ask,
    ask_for_links,
    ask_removal,
    cancel_removal,
    remove_factors_in_time,
)
from countersign.sign_in.operations import record_sign_in
from tests.recovery.test_recovery import logon, token_of

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], object]) -> Counter[str]:
    barrier = Barrier(len(calls))

    def run(call: Callable[[], object]) -> str:
        try:
            barrier.wait(timeout=20)
            return "done" if call() else "nothing"
        except LinkVoid:
            return "void"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return Counter(pool.map(run, calls))


def test_of_twenty_uses_of_one_link_that_cancels_one_does() -> None:
    dana, now = logon(), timezone.now()
    RecoveryCode.objects.create(logon=dana, code_hash=b"x")
    ask_removal(logon=dana, now=now)
    token = token_of(OutboxMail.objects.get())
    assert at_once(*[lambda: cancel_removal(token=token, now=now)] * 20) == {"done": 1, "void": 19}
    assert Entry.objects.filter(name="FactorRemovalCancelled").count() == 1


def test_cancelling_against_time_ends_in_one_of_both() -> None:
    dana, now = logon(), timezone.now()
    RecoveryCode.objects.create(logon=dana, code_hash=b"x")
    removal = ask_removal(logon=dana, now=now)
    token, due = token_of(OutboxMail.objects.get()), removal.due_at - timedelta(seconds=1)
    FactorRemoval.objects.update(due_at=due)
    at_once(
        *[lambda: cancel_removal(token=token, now=due)] * 5,
        *[lambda: remove_factors_in_time(now=due) or None] * 5,
        *[partial(stop_own, actor=dana, about="new_device", now=due)] * 2,
        *[partial(record_sign_in, actor=dana, how="password+recovery_code", now=due)] * 3,
    )
    removal.refresh_from_db()
    assert (removal.cancelled_at is None) != (removal.done_at is None)
    assert factors_of(dana).any == (removal.done_at is None)


def test_of_twenty_who_ask_for_the_removal_one_begins_it_and_mails() -> None:
    dana, now = logon(), timezone.now()
    RecoveryCode.objects.create(logon=dana, code_hash=b"x")
    assert at_once(*[lambda: ask_removal(logon=dana, now=now)] * 20) == {"done": 20}
    assert FactorRemoval.objects.count() == 1
    assert OutboxMail.objects.count() == 1


def test_one_ask_that_ten_workers_find_is_answered_once() -> None:
    logon()
    ask_for_links(email="dana@harbor.example", language="en", source="192.0.2.1", now=timezone.now())
    ask = ForgottenAsk.objects.get().pk
    assert at_once(*[lambda: answer_ask(ask=ask, now=timezone.now())] * 10)["done"] == 1
    assert OutboxMail.objects.count() == 1
