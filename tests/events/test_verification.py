"""The first bad entry by name, whatever was tampered with."""

from __future__ import annotations

from datetime import timedelta

import pytest

from countersign.events.models import Seal
from countersign.events.sealing import seal_pending
from countersign.events.verification import Finding, verify
from tests.events.world import NOW, Tamperer, record

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def three_seals(tamperer: Tamperer) -> list[list[int]]:
    """Entries of three seals of five."""
    sealed = []
    for _ in range(3):
        sealed.append(record(5, taxpayers=(1,)))
        seal_pending(LATER)
    return sealed


@pytest.mark.django_db(transaction=True)
def test_a_log_that_nobody_touched_is_good() -> None:
    assert verify().ok and verify().seals == 0
    record(7)
    assert [seal.size for seal in seal_pending(LATER, batch=3)] == [3, 3, 1]
    assert seal_pending(LATER) == []
    found = verify()
    assert (found.ok, found.seals, found.entries, found.pending) == (True, 3, 7, 0)
    record(2)
    assert (verify().ok, verify().pending) == (True, 2)


@pytest.mark.parametrize(
    "change",
    [
        'UPDATE events_entry SET body = \'{"door": 9, "code": "front"}\' WHERE id = %s',
        "UPDATE events_entry SET recorded_at = recorded_at + interval '1 microsecond' WHERE id = %s",
        "UPDATE events_entry SET actor_logon_id = NULL WHERE id = %s",
        "UPDATE events_entry SET channel = 'staff' WHERE id = %s",
        "UPDATE events_entry SET name = 'DoorClosed' WHERE id = %s",
        "UPDATE events_entry SET submission = 'X' WHERE id = %s",
        "UPDATE events_entry SET reason = 'x' WHERE id = %s",
        "UPDATE events_entrysubject SET subject_id = 2 WHERE kind = 'taxpayer' AND entry_id = %s",
        "UPDATE events_entrysubject SET kind = 'logon' WHERE kind = 'taxpayer' AND entry_id = %s",
        "DELETE FROM events_entrysubject WHERE kind = 'taxpayer' AND entry_id = %s",
        "INSERT INTO events_entrysubject (kind, subject_id, entry_id) VALUES ('taxpayer', 99, %s)",
        "UPDATE events_sealedentry SET leaf_hash = sha256('x') WHERE entry_id = %s",
    ],
)
def test_a_changed_entry_is_named(change: str, three_seals: list[list[int]], tamperer: Tamperer) -> None:
    later, first = three_seals[2][0], three_seals[1][2]
    assert tamperer.do("UPDATE events_entry SET reason = 'also' WHERE id = %s", later) == 1
    assert tamperer.do(change, first) == 1
    assert verify().finding == Finding("entry_changed", seal=2, entry=first)


def test_a_deleted_entry_is_named(three_seals: list[list[int]], tamperer: Tamperer) -> None:
    tamperer.do("DELETE FROM events_entry WHERE id = %s", three_seals[0][4])
    found = verify()
    assert found.finding == Finding("entry_missing", seal=1, entry=three_seals[0][4])
    assert str(three_seals[0][4]) in str(found.finding)


def test_an_entry_deleted_with_its_traces_is_found_by_its_seal(
    three_seals: list[list[int]], tamperer: Tamperer
) -> None:
    last = three_seals[1][4]
    for table, column in (
        ("events_entry", "id"),
        ("events_entrysubject", "entry_id"),
        ("events_sealedentry", "entry_id"),
    ):
        tamperer.do(f"DELETE FROM {table} WHERE {column} = %s", last)
    assert verify().finding == Finding("seal_changed", seal=2)


def test_swapped_entries_are_named(three_seals: list[list[int]], tamperer: Tamperer) -> None:
    one, other = three_seals[1][1], three_seals[1][3]
    tamperer.do("UPDATE events_sealedentry SET position = 99 WHERE entry_id = %s", one)
    tamperer.do("UPDATE events_sealedentry SET position = 1 WHERE entry_id = %s", other)
    tamperer.do("UPDATE events_sealedentry SET position = 3 WHERE entry_id = %s", one)
    assert verify().finding == Finding("order_changed", seal=2, entry=three_seals[1][2])


@pytest.mark.parametrize(("number", "missing"), [(1, 1), (2, 2), (3, 3)])
def test_a_deleted_seal_is_named(number: int, missing: int, three_seals: list[list[int]], tamperer: Tamperer) -> None:
    tamperer.do("DELETE FROM events_seal WHERE number = %s", number)
    assert verify().finding == Finding("seal_missing", seal=missing)


@pytest.mark.parametrize(
    "change",
    [
        "sealed_at = sealed_at + interval '1 second'",
        "size = 4",
        "root = sha256('x')",
        "head = sha256('x')",
    ],
)
def test_a_changed_seal_is_named(change: str, three_seals: list[list[int]], tamperer: Tamperer) -> None:
    tamperer.do(f"UPDATE events_seal SET {change} WHERE number = 2")
    assert verify().finding == Finding("seal_changed", seal=2)


def test_a_seal_made_anew_over_other_entries_breaks_the_chain(three_seals: list[list[int]], tamperer: Tamperer) -> None:
    published = verify().head
    second = Seal.objects.get(number=2)
    for table in ("events_seal WHERE number = 2", "events_sealedentry WHERE seal_id = 2"):
        tamperer.do(f"DELETE FROM {table}")
    tamperer.do("UPDATE events_seal SET number = 2, previous_head = %s WHERE number = 3", second.previous_head)
    tamperer.do("UPDATE events_sealedentry SET seal_id = 2 WHERE seal_id = 3")
    assert verify().finding == Finding("seal_changed", seal=2)
    assert not verify(published_head=published).ok


def test_what_was_cut_off_at_the_end_is_found_by_the_published_head(
    three_seals: list[list[int]], tamperer: Tamperer
) -> None:
    published = verify().head
    assert verify(published_head=published.upper()).ok
    tamperer.do("DELETE FROM events_seal WHERE number = 3")
    tamperer.do("DELETE FROM events_sealedentry WHERE seal_id = 3")
    assert verify().finding == Finding("unsealed", entry=three_seals[2][0])
    tamperer.do("DELETE FROM events_entry WHERE id = ANY(%s)", three_seals[2])
    assert verify().ok, "from the inside this cannot be seen"
    assert verify(published_head=published).finding == Finding("head_unknown")


def test_an_entry_put_into_the_past_is_named(three_seals: list[list[int]], tamperer: Tamperer) -> None:
    insert = (
        "INSERT INTO events_entry (id, recorded_at, channel, name, submission, reason, body)"
        " VALUES (%s, %s, 'online', 'DoorOpened', '', '', '{}')"
    )
    tamperer.do(insert, -5, NOW - timedelta(days=3))
    assert verify().finding == Finding("unsealed", entry=-5)


def test_an_entry_hidden_from_the_sealer_is_named(three_seals: list[list[int]], tamperer: Tamperer) -> None:
    (key,) = record()
    assert verify().ok
    tamperer.do("DELETE FROM events_unsealedentry")
    assert verify().finding == Finding("unsealed", entry=key)


def test_an_entry_deleted_before_it_was_sealed_is_named(three_seals: list[list[int]], tamperer: Tamperer) -> None:
    (key,) = record()
    tamperer.do("DELETE FROM events_entry WHERE id = %s", key)
    assert seal_pending(LATER) == []
    assert verify().finding == Finding("entry_lost", entry=key)
