"""Proofs: what matches, what does not, how often one may try, and that nothing is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from countersign.access.operations.standing import begin_condition
from countersign.events.models import Entry, EntrySubject
from countersign.importing.cells import amount
from countersign.logons.limiter import Locked
from countersign.logons.models import FailureCounter
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.facts import Condition
from countersign.policy.reasons import Reason
from countersign.registration.models import Registration
from countersign.registration.operations.begin import forget_registrations
from countersign.registration.operations.prove import NO_MATCH, prove
from countersign.taxpayers.models import Proof, Taxpayer
from countersign.taxpayers.proofs import normal_proof, shared_labels
from tests.registration.world import FIGURE, SSN, World

HOME, ELSEWHERE = "198.51.100.7", "203.0.113.9"
WRONG = (
    {"legal_name": "Somebody Else"},
    {"id_number": "99-9999999"},
    {"value": "L7300000002"},
    {"id_number": "99-9999999", "legal_name": "x", "value": "L1"},
    {"kind": "payment", "value": FIGURE},
)


def try_it(world: World, source: str = HOME, **changes: str) -> Registration:
    return prove(registration=world.registration(), claim=world.claim(**changes), source=source, now=world.now)


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("letter_id", "L7300000001"),
        ("letter_id", "l 7300-000-001"),
        ("return_figure", "48,000"),
        ("return_figure", "$48000.00"),
        ("payment", "311.250"),
    ],
)
def test_each_proof_matches_however_people_write_it(world: World, kind: str, typed: str) -> None:
    found = try_it(world, kind=kind, value=typed)
    assert found.taxpayer == world.pottery
    assert found.proved_by == kind
    assert Proof.objects.get(pk=found.proof).used_at is None, "used up only at the end"


@pytest.mark.parametrize("typed", ["1234.50", "0", "-0", "000.10", "-12.5", "123456789012345.123456"])
def test_amounts_are_written_as_imports_write_them(typed: str) -> None:
    assert normal_proof("return_figure", typed) == amount("value", typed, negative=True)


@pytest.mark.parametrize("typed", ["", "abc", "1,2,3", "٣", "1e9", "-5", "1" * 80, "NaN", "1.1.1"])
def test_what_is_no_amount_is_told_at_its_field(world: World, typed: str) -> None:
    with pytest.raises(Invalid) as invalid:
        try_it(world, kind="payment", value=typed)
    assert set(invalid.value.problems) == {"value"}
    assert not FailureCounter.objects.filter(kind__startswith="proof").exists()


@pytest.mark.parametrize("changes", WRONG)
def test_no_answer_says_which_part_was_wrong_or_whether_the_taxpayer_exists(
    world: World, changes: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as invalid:
        try_it(world, **changes)
    assert invalid.value.problems == {"": str(NO_MATCH)}


def test_equal_work_for_a_taxpayer_that_does_not_exist(world: World) -> None:
    counts = []
    for changes in WRONG[:3]:
        registration = world.registration()
        with (
            CaptureQueriesContext(
                connection,
            ) as queries,
            pytest.raises(Invalid),
        ):
            prove(registration=registration, claim=world.claim(**changes), source=HOME, now=world.now)
        counts.append(len([one for one in queries if not one["sql"].startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))]))
    assert len(set(counts)) == 1


def test_a_failure_stands_in_the_history_of_a_taxpayer_that_exists_and_nowhere_else(world: World) -> None:
    for changes in WRONG[:3]:
        with pytest.raises(Invalid):
            try_it(world, **changes)
    entries = Entry.objects.filter(name="ProofRefused")
    assert entries.count() == 2
    assert set(EntrySubject.objects.filter(entry__in=entries).values_list("subject_id", flat=True)) == {
        world.pottery.pk
    }


def test_used_expired_and_others_proofs_do_not_count(world: World) -> None:
    Proof.objects.filter(kind="letter_id").update(used_at=world.now)
    with pytest.raises(Invalid):
        try_it(world)
    Proof.objects.filter(kind="payment").update(expires_on=timezone.localdate(world.now) - timedelta(days=1))
    with pytest.raises(Invalid):
        try_it(world, kind="payment", value="311.25")
    Proof.objects.filter(kind="return_figure").update(taxpayer=world.person)
    with pytest.raises(Invalid):
        try_it(world, kind="return_figure", value=FIGURE)


@pytest.mark.parametrize("number", ["12-3450001", "99-9999999"])
def test_five_failures_a_day_for_one_taxpayer_from_one_source(world: World, number: str) -> None:
    for _ in range(5):
        with pytest.raises(Invalid):
            try_it(world, id_number=number, kind="payment", value="1.00")
    with pytest.raises(Locked) as locked:
        try_it(world, id_number=number, kind="payment", value="311.25")
    assert locked.value.until is not None
    with pytest.raises(Locked):
        try_it(world, id_number=number, kind="return_figure", value=FIGURE)


def test_a_stranger_cannot_block_the_owner(world: World) -> None:
    for _ in range(5):
        with pytest.raises(Invalid):
            try_it(world, kind="payment", value="1.00")
    assert try_it(world).proved, "a mailed Letter ID has its own counter"
    assert try_it(world, source=ELSEWHERE, kind="payment", value="311.25").proved


def test_twenty_failures_a_day_from_one_source(world: World) -> None:
    for number in range(20):
        with pytest.raises(Invalid):
            try_it(world, id_number=f"88-{number:07d}", kind="payment", value="1.00")
    with pytest.raises(Locked):
        try_it(world, kind="payment", value="311.25")
    assert try_it(world, source=ELSEWHERE, kind="payment", value="311.25").proved


def test_the_limits_are_over_on_the_next_day(world: World) -> None:
    for _ in range(5):
        with pytest.raises(Invalid):
            try_it(world, kind="payment", value="1.00")
    world.now = world.later(hours=25)
    assert try_it(world, kind="payment", value="311.25").proved


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (Condition.FROZEN_AS_TAXPAYER, Reason.TAXPAYER_FROZEN),
        (Condition.DISSOLVED, Reason.TAXPAYER_PAUSED),
        (Condition.DECEASED, Reason.TAXPAYER_PAUSED),
    ],
)
def test_nobody_comes_in_where_the_agency_holds(world: World, condition: Condition, reason: Reason) -> None:
    begin_condition(taxpayer=world.pottery, condition=condition, submission="", now=world.now)
    with pytest.raises(Refused) as refused:
        try_it(world)
    assert refused.value.reason == reason
    with pytest.raises(Invalid):
        try_it(world, value="L1")


def test_an_unfinished_registration_ends_after_24_hours(world: World) -> None:
    registration = world.registration()
    with pytest.raises(Stale):
        prove(registration=registration, claim=world.claim(), source=HOME, now=world.later(hours=24))
    assert forget_registrations(now=world.later(hours=23)) == 0
    assert forget_registrations(now=world.later(hours=25)) == 1


def test_labels_are_told_only_where_many_have_them(world: World) -> None:
    assert list(shared_labels("payment", now=world.now)) == []
    for number in range(12):
        taxpayer = Taxpayer.objects.create(
            key=f"T{number}",
            kind="business",
            legal_name="T",
            name_folded="t",
            id_type="AGENCY",
            id_number_hash=b"%d" % number,
        )
        Proof.objects.create(taxpayer=taxpayer, kind="payment", label="The payment of May", value_hash=b"x")
        if number < 9:
            Proof.objects.create(taxpayer=taxpayer, kind="payment", label="The payment of June", value_hash=b"x")
    assert list(shared_labels("payment", now=world.now)) == ["The payment of May"]


def test_nothing_of_what_was_typed_is_kept(world: World) -> None:
    registration = world.proved()
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM registration_registration t WHERE id = %s", [registration.pk])
        (row,) = cursor.fetchone()
    assert SSN not in row and "7300000001" not in row and "3450001" not in row
