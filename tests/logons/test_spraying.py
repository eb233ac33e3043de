"""SPEC 3, Lockout: few passwords on many usernames are noticed, without a word about anybody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from countersign.events.models import Entry
from countersign.logons.limiter import Locked, forget_old_failures
from countersign.logons.models import FailureCounter
from countersign.logons.spraying import Scope, Spraying, note_failure
from countersign.policy.errors import Invalid
from countersign.sign_in.operations import sign_in

NOW = timezone.now()
HERE = "203.0.113.5"


@pytest.fixture(autouse=True)
def small(db: None, settings: Any) -> None:
    settings.SPRAYING_USERNAMES_OF_SOURCE, settings.SPRAYING_USERNAMES = 3, 5
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]


def note(source: str, username: str, *, first: bool = True, later: float = 0) -> list[Spraying]:
    return note_failure(source=source, username=username, first=first, now=NOW + timedelta(minutes=later))


def test_one_source_on_many_usernames_is_an_alert_when_the_count_doubles() -> None:
    found = [note(HERE, f"name{n}", first=False) for n in range(12)]
    alerts = {number + 1: alert for number, alert in enumerate(found) if alert}
    assert alerts == {n: [Spraying(Scope.SOURCE, n)] for n in (3, 6, 12)}


def test_one_username_tried_often_is_none() -> None:
    assert not any(note(HERE, "the.same", first=number == 0) for number in range(30))


def test_many_sources_with_one_try_each_are_an_alert_of_everywhere() -> None:
    found = [note(f"203.0.113.{n}", f"name{n}") for n in range(10)]
    alerts = {number + 1: alert for number, alert in enumerate(found) if alert}
    assert alerts == {n: [Spraying(Scope.EVERYWHERE, n)] for n in (5, 10)}


def test_what_is_spread_over_more_than_an_hour_is_not_counted_together() -> None:
    assert not any(note(HERE, f"name{n}", first=False, later=n * 40) for n in range(12))


def test_counters_are_forgotten_when_their_hour_is_over() -> None:
    note(HERE, "some.name")
    forget_old_failures(now=NOW + timedelta(hours=2))
    assert not FailureCounter.objects.exists()


def test_the_alert_is_an_event_and_a_line_that_name_nobody(caplog: Any) -> None:
    make_password("warm")
    for number in range(3):
        with pytest.raises((Invalid, Locked)):
            sign_in(username=f"sprayed.{number}", password="Winter2026!", source=HERE, now=NOW)
    (entry,) = Entry.objects.filter(name="SprayingNoticed")
    (line,) = [record for record in caplog.records if record.message == "spraying"]
    assert line.facts == {"scope": "source", "usernames": 3}
    written = f"{entry.__dict__}{line.__dict__}"
    assert HERE not in written
    assert "sprayed." not in written


def test_the_staff_profile_locks_for_15_minutes_after_3_failures_in_120_minutes(settings: Any) -> None:
    settings.SIGN_IN_PROFILE = "staff"

    def fail(minutes: float) -> type[Exception]:
        with pytest.raises((Invalid, Locked)) as refused:
            sign_in(username="staff.member", password="not it", source=HERE, now=NOW + timedelta(minutes=minutes))
        return refused.type

    assert [fail(minute) for minute in (0, 1, 2, 16)] == [Invalid, Invalid, Locked, Locked]
    assert fail(17.1) is Locked  # checked, and locks again
    assert fail(140) is Invalid  # 120 minutes after the first they count no more
