"""The one limiter: counts exactly, waits as SPEC 3 says, answers for unknown names as for known ones."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from countersign.logons import limiter
from countersign.logons.limiter import Limit, Locked, Profile
from countersign.logons.models import FailureCounter

NOW = timezone.now()
PUBLIC = Profile(free=5, first_wait=30, longest_wait=3600, stop_at=100)
STAFF = limiter.profile("staff")


def of(profile: Profile, subject: str = "a" * 64, kind: str = "password") -> Limit:
    return Limit(kind, subject, profile)


def waits(counted: Limit, tries: int) -> list[int]:
    """Seconds that one has to wait after each of so many failures, each made as soon as it may be."""
    now, found = NOW, []
    for _ in range(tries):
        reserved = limiter.reserve(counted, now=now)
        found.append(max(0, round((reserved.next_at - now).total_seconds())))
        now = max(now, reserved.next_at)
    return found


def test_public_five_failures_then_30_seconds_doubling_to_an_hour(db: None) -> None:
    assert waits(of(PUBLIC), 14) == [0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


def test_while_one_waits_nothing_is_checked_and_nothing_counted(db: None) -> None:
    counted = of(PUBLIC)
    waits(counted, 5)
    for later in (0, 29.9):
        with pytest.raises(Locked) as locked:
            limiter.reserve(counted, now=NOW + timedelta(seconds=later))
        assert locked.value.until == NOW + timedelta(seconds=30)
    assert FailureCounter.objects.get().failures == 5
    assert limiter.reserve(counted, now=NOW + timedelta(seconds=30)).failures == 6


def test_a_hundred_in_a_row_stop_passwords_until_recovery(db: None) -> None:
    counted = of(PUBLIC)
    waits(counted, 100)
    for later in (timedelta(hours=2), timedelta(days=300)):
        with pytest.raises(Locked) as locked:
            limiter.reserve(counted, now=NOW + later)
        assert locked.value.until is None
    limiter.forget_old_failures(now=NOW + timedelta(days=300))
    assert FailureCounter.objects.count() == 1
    limiter.forget(counted)
    assert limiter.reserve(counted, now=NOW + timedelta(days=300)).failures == 1


def test_staff_three_failures_in_120_minutes_lock_for_15(db: None) -> None:
    counted = of(STAFF)
    assert waits(counted, 3) == [0, 0, 900]
    with pytest.raises(Locked):
        limiter.reserve(counted, now=NOW + timedelta(minutes=14))
    assert limiter.reserve(counted, now=NOW + timedelta(minutes=121)).failures == 1


@pytest.mark.parametrize(
    ("minutes", "locked"),
    [
        ((0, 119, 119.5), (False, False, True)),
        ((0, 119, 121, 122), (False, False, False, True)),  # the first counts no more, the last three do
        ((0, 100, 200, 300), (False, False, False, False)),
        ((0, 60, 120.1, 179), (False, False, False, True)),
        ((0, 1, 2, 17.1, 140, 141), (False, False, True, True, False, False)),
        ((0, 1, 2, 17.1, 136.9), (False, False, True, True, False)),
        ((0, 1, 118, 119), (False, False, True, None)),
    ],
)
def test_staff_any_three_within_120_minutes_lock_and_no_others(
    db: None, minutes: tuple[float, ...], locked: tuple[bool | None, ...]
) -> None:
    """``locked``: whether that failure locks for 15 minutes; None: it comes while locked, nothing is checked."""
    counted, found = of(STAFF), []
    for minute in minutes:
        now = NOW + timedelta(minutes=minute)
        try:
            reserved = limiter.reserve(counted, now=now)
        except Locked:
            found.append(None)
        else:
            assert reserved.next_at < now or reserved.next_at == now + timedelta(minutes=15)
            found.append(reserved.next_at > now)
    assert tuple(found) == locked
    assert len(FailureCounter.objects.get().recent) <= 4


def test_what_is_taken_back_does_not_count_in_a_sliding_window(db: None) -> None:
    counted = of(STAFF)
    limiter.reserve(counted, now=NOW)
    limiter.reserve(counted, now=NOW + timedelta(minutes=1))
    for minute in range(2, 6):
        limiter.reserve(counted, now=NOW + timedelta(minutes=minute))
        limiter.release(counted)
    assert FailureCounter.objects.get().failures == 2
    assert limiter.reserve(counted, now=NOW + timedelta(minutes=121)).failures == 1 + 0
    assert limiter.reserve(counted, now=NOW + timedelta(minutes=121)).failures == 2


def test_what_is_taken_back_is_not_counted(db: None) -> None:
    counted = of(PUBLIC)
    waits(counted, 4)
    limiter.reserve(counted, now=NOW)
    limiter.release(counted)
    assert FailureCounter.objects.get().failures == 4
    assert limiter.reserve(counted, now=NOW).failures == 5


def test_old_counters_are_forgotten_and_young_ones_are_not(db: None) -> None:
    limiter.reserve(of(PUBLIC, "a" * 64), now=NOW - timedelta(days=31))
    limiter.reserve(of(PUBLIC, "b" * 64), now=NOW - timedelta(days=29))
    source = limiter.profile("source")
    limiter.reserve(of(source, "c" * 64, limiter.SOURCE), now=NOW - timedelta(hours=2))
    limiter.reserve(of(source, "d" * 64, limiter.SOURCE), now=NOW)
    assert limiter.forget_old_failures(now=NOW) == 2
    assert set(FailureCounter.objects.values_list("subject", flat=True)) == {"b" * 64, "d" * 64}


def test_no_username_and_no_address_is_kept(db: None) -> None:
    limiter.reserve(limiter.limit(limiter.PASSWORD, "dana.whitfield", "public"), now=NOW)
    limiter.reserve(limiter.limit(limiter.SOURCE, "203.0.113.7", "source"), now=NOW)
    kept = repr(list(FailureCounter.objects.values()))
    assert "dana" not in kept
    assert "203.0" not in kept


def in_parallel(count: int, work: Callable[[int], object]) -> list[object]:
    """What ``work`` returned or raised, in so many threads that begin together."""
    barrier, results = threading.Barrier(count), []

    def run(number: int) -> None:
        try:
            barrier.wait()
            results.append(work(number))
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_fifty_parallel_tries_reserve_exactly_the_limit() -> None:
    counted = of(PUBLIC)
    results = in_parallel(50, lambda number: limiter.reserve(counted, now=timezone.now()))
    reserved = [one for one in results if isinstance(one, limiter.Reservation)]
    assert sorted(one.failures for one in reserved) == [1, 2, 3, 4, 5]
    assert sum(isinstance(one, Locked) for one in results) == 45
    assert FailureCounter.objects.get().failures == 5


@pytest.mark.django_db(transaction=True)
def test_counters_are_exact_however_many_count_at_once() -> None:
    counted = of(Profile(free=1000, first_wait=1, longest_wait=1))

    def work(number: int) -> None:
        limiter.reserve(counted, now=datetime.now(tz=NOW.tzinfo))
        if number % 2:
            limiter.release(counted)

    assert in_parallel(40, work) == [None] * 40
    assert FailureCounter.objects.get().failures == 20
