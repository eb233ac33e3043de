"""Recording: in the change's transaction, keys only, and the subscribers with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from countersign import events
from countersign.events import queries
from countersign.events.models import Entry, UnsealedEntry
from tests.events.world import NOW, DoorOpened, record


@pytest.fixture
def nobody_is_told() -> Any:
    from countersign.config.subscriptions import SUBSCRIBERS

    yield
    events.deliver_to(SUBSCRIBERS)


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_a_bug() -> None:
    with pytest.raises(events.NotInTransaction):
        events.record(DoorOpened(1), actor=None, channel="system", at=NOW)
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_an_entry_says_who_when_why_and_through_which_channel() -> None:
    with transaction.atomic():
        done = events.record(
            DoorOpened(3), actor=7, channel="staff", at=NOW, submission="ABC", reason="case", taxpayers=[5], logons=[8]
        )
    entry = Entry.objects.get(pk=done.entry_id)
    assert (entry.actor_logon_id, entry.recorded_at, entry.reason, entry.channel) == (7, NOW, "case", "staff")
    assert (entry.name, entry.submission, entry.body) == ("DoorOpened", "ABC", {"door": 3, "code": "front"})
    assert done.logons == (7, 8)


@pytest.mark.django_db
def test_a_subscriber_that_fails_undoes_the_change_and_its_entry(nobody_is_told: None) -> None:
    def fail(occurrence: events.Occurrence[DoorOpened]) -> None:
        raise RuntimeError

    events.deliver_to({DoorOpened: [fail]})
    with pytest.raises(RuntimeError):
        record()
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_subscribers_get_the_event_with_its_circumstances_in_order(nobody_is_told: None) -> None:
    told: list[Any] = []
    events.deliver_to({DoorOpened: [told.append, lambda occurrence: told.append(occurrence.event.door)]})
    (key,) = record(taxpayers=(4, 3))
    occurrence, door = told
    assert (occurrence.entry_id, occurrence.taxpayers, occurrence.at, door) == (key, (3, 4), NOW, 0)


@pytest.mark.django_db
def test_many_events_of_one_submission_are_recorded_as_if_one_after_the_other(nobody_is_told: None) -> None:
    told: list[Any] = []
    events.deliver_to({DoorOpened: [told.append]})
    with transaction.atomic():
        done = events.record_each(
            [(DoorOpened(number, f"door-{number}"), [100 + number, 9]) for number in range(300)],
            actor=7,
            channel="online",
            at=NOW,
            submission="ABC",
            reason="case",
        )
    assert [one.event.door for one in done] == list(range(300)) and told == done
    entries = list(Entry.objects.order_by("pk"))
    assert [entry.pk for entry in entries] == [one.entry_id for one in done]
    assert [entry.body for entry in entries] == [{"door": n, "code": f"door-{n}"} for n in range(300)]
    first = entries[0]
    assert (first.actor_logon_id, first.recorded_at, first.reason, first.channel) == (7, NOW, "case", "online")
    assert (first.name, first.submission) == ("DoorOpened", "ABC")
    assert [entry.pk for entry in queries.history_of_logon(102, limit=9)] == [done[2].entry_id]
    assert len(queries.history_of_logon(9, limit=999)) == len(queries.history_of_logon(7, limit=999)) == 300
    assert UnsealedEntry.objects.count() == 300
    # The next one alone gets a key of its own.
    assert record() == [done[-1].entry_id + 1]


@pytest.mark.django_db(transaction=True)
def test_what_is_wrong_with_one_of_many_events_undoes_all() -> None:
    two = [(DoorOpened(1), [1]), (DoorOpened(2, "Dana Lopez"), [2])]
    with pytest.raises(events.NotACode), transaction.atomic():
        events.record_each(two, actor=None, channel="system", at=NOW)
    with pytest.raises(events.NotInTransaction):
        events.record_each(two[:1], actor=None, channel="system", at=NOW)
    with transaction.atomic():
        assert events.record_each([], actor=None, channel="system", at=NOW) == []
        (alone,) = events.record_each([(DoorOpened(1), [])], actor=None, channel="system", at=NOW)
    assert [entry.pk for entry in Entry.objects.all()] == [alone.entry_id]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["Dana Lopez", "dana@example.com", "123-45-6789", "12-3456789", "123456789", "a\nb", "\0"]
)
def test_names_and_identifiers_cannot_stand_in_an_event(text: str) -> None:
    with transaction.atomic(), pytest.raises(events.NotACode) as refusal:
        events.record(DoorOpened(1, text), actor=None, channel="system", at=NOW)
    assert text not in str(refusal.value)


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"channel": "pigeon"}, {"at": datetime(2026, 1, 1)}, {"reason": "Dana called"}])
def test_wrong_circumstances_are_refused(wrong: dict[str, Any]) -> None:
    given = {"actor": None, "channel": "system", "at": NOW, **wrong}
    with transaction.atomic(), pytest.raises(ValueError):
        events.record(DoorOpened(1), **given)


def test_two_events_never_share_a_name() -> None:
    with pytest.raises(TypeError):
        type("DoorOpened", (events.Event,), {"__module__": "elsewhere"})


@pytest.mark.django_db
def test_a_float_has_no_exact_form_and_is_refused() -> None:
    @dataclass(frozen=True)
    class WeightTaken(events.Event):
        weight: float

    with transaction.atomic(), pytest.raises(TypeError):
        events.record(WeightTaken(0.1), actor=None, channel="system", at=NOW)


@pytest.mark.django_db
def test_a_history_is_paged_from_its_newest_entry_without_gaps_or_repeats() -> None:
    wanted = record(7, taxpayers=(1, 2), logons=(9,))
    record(3, taxpayers=(2,))
    seen: list[int] = []
    after = None
    while page := queries.history_of_taxpayer(1, after=after, limit=3):
        assert len(page) <= 3
        seen += [entry.pk for entry in page]
        after = page[-1].pk
    assert seen == wanted[::-1]
    assert [entry.pk for entry in queries.history_of_logon(9, limit=99)] == wanted[::-1]
    assert len(queries.history_of_logon(7, limit=99)) == 10, "what it did itself is in its history too"


@pytest.mark.django_db
def test_the_page_of_a_history_is_one_walk_along_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_entry (recorded_at, channel, name, submission, reason, body)"
            " SELECT now(), 'import', 'X', '', '', '{}' FROM generate_series(1, 20000)"
        )
        cursor.execute(
            "INSERT INTO events_entrysubject (kind, subject_id, entry_id)"
            " SELECT 'taxpayer', 1 + id % 4, id FROM events_entry"
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN (ANALYZE, FORMAT TEXT) SELECT * FROM events_entrysubject s JOIN events_entry e ON e.id = s.entry_id"
            " WHERE kind = 'taxpayer' AND subject_id = 1 AND entry_id < 10000 ORDER BY entry_id DESC LIMIT 50"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Sort" not in plan and "Seq Scan" not in plan, plan


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        f"{act} {table}"
        for table in ("events_entry", "events_entrysubject", "events_seal", "events_sealedentry")
        for act in ("DELETE FROM", "TRUNCATE")
    ]
    + [
        "UPDATE events_entry SET reason = 'x'",
        "UPDATE events_entrysubject SET subject_id = 1",
        "UPDATE events_seal SET size = 1",
        "UPDATE events_sealedentry SET position = 1",
    ],
)
def test_the_application_can_neither_change_nor_delete_what_is_in_the_log(statement: str) -> None:
    record()
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(statement)
