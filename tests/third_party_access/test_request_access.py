from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import override_settings

from countersign.events.models import Entry
from countersign.policy.errors import Invalid, Refused
from countersign.policy.facts import Condition
from countersign.policy.reasons import Reason
from countersign.policy.rights import Rights
from countersign.submissions.models import Status, Submission
from countersign.third_party_access.models import AccessRequest, MismatchCount, State
from countersign.third_party_access.operations import expire_requests, request_access, withdraw_request
from tests.third_party_access.world import LOPEZ_FEIN, PERSON_SSN, World


def test_a_request_waits_for_the_client(world: World) -> None:
    request = world.request()
    assert request.state == State.PENDING
    assert request.client == world.bakery
    submission = Submission.objects.get(confirmation_number=request.confirmation_number)
    assert submission.status == Status.PENDING
    assert submission.waits_for_id == world.bakery.pk
    assert submission.subject == request.pk
    entry = Entry.objects.get(submission=request.confirmation_number)
    assert entry.name == "ThirdPartyAccessRequested"
    assert entry.actor_logon_id == world.luis.pk
    assert {subject.subject_id for subject in entry.subjects.filter(kind="taxpayer")} == {
        world.bakery.pk,
        world.lopez.pk,
    }


@pytest.mark.parametrize("name", ["Harbor Bakery LLC", "HARBOR BAKERY", "Harbor  bakery, Inc.", "harbor-bakery"])
def test_the_legal_name_is_compared_forgivingly(world: World, name: str) -> None:
    assert world.request(legal_name=name).client == world.bakery


@pytest.mark.parametrize("changes", [{"legal_name": "Harbour Bakers"}, {"id_number": "99-9999999"}])
def test_a_mismatch_of_a_business_is_told(world: World, changes: dict[str, str]) -> None:
    with pytest.raises(Invalid) as told:
        world.request(**changes)
    assert set(told.value.problems) == {"id_number"}
    assert not AccessRequest.objects.exists()
    assert {(count.counted, count.mismatches) for count in MismatchCount.objects.all()} == {
        ("logon", 1),
        ("third_party", 1),
    }


@override_settings(REQUEST_MISMATCHES_PER_DAY=3)
def test_above_the_limit_of_the_day_nothing_is_told_any_more(world: World) -> None:
    for _ in range(3):
        with pytest.raises(Invalid):
            world.request(legal_name="Wrong")
    for name in ("Wrong", "Harbor Bakery LLC"):
        with pytest.raises(Refused) as refused:
            world.request(legal_name=name)
        assert refused.value.reason == Reason.TOO_MANY_MISMATCHES
    with pytest.raises(Refused):
        world.request(actor=world.lena)  # the third party's own count is full as well
    assert world.request(now=world.later(days=1), begins_on=world.today + timedelta(days=1)).client == world.bakery


def test_a_mismatch_of_an_individual_looks_like_a_match(world: World) -> None:
    matched = world.request(id_type="SSN", id_number=PERSON_SSN, legal_name="pat q doe")
    unknown = world.request(id_type="SSN", id_number="987-65-4321", legal_name="Nobody At All")
    assert matched.client == world.person
    assert unknown.client is None
    for request in (matched, unknown):
        assert request.state == State.PENDING
        assert Submission.objects.get(confirmation_number=request.confirmation_number).status == Status.PENDING
        with pytest.raises(Invalid) as told:  # a second one is refused alike
            world.request(
                id_type="SSN",
                id_number=PERSON_SSN if request is matched else "987654321",
                legal_name="another name",
            )
        assert set(told.value.problems) == {"rights"}
    assert not MismatchCount.objects.exists()
    assert expire_requests(now=world.later(days=31)) == 2
    assert set(AccessRequest.objects.values_list("state", flat=True)) == {State.EXPIRED}


def test_only_the_third_partys_master_administrator_asks(world: World) -> None:
    with pytest.raises(Refused) as refused:
        world.request(actor=world.stranger)
    assert refused.value.hidden
    assistant = world.logon("assistant", lopez="TA")
    with pytest.raises(Refused) as refused:
        world.request(actor=assistant)
    assert refused.value.reason == Reason.NOT_MASTER_ADMINISTRATOR
    provisional = world.logon("provisional")
    world.access(provisional, world.lopez, "MA", provisional=True)
    with pytest.raises(Refused) as refused:
        world.request(actor=provisional)
    assert refused.value.reason == Reason.PROVISIONAL


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (Condition.FROZEN_AS_THIRD_PARTY, Reason.THIRD_PARTY_FROZEN),
        (Condition.DECEASED, Reason.THIRD_PARTY_CLOSED),
        (Condition.DISSOLVED, Reason.THIRD_PARTY_CLOSED),
    ],
)
def test_a_frozen_or_closed_third_party_cannot_ask(world: World, condition: Condition, reason: Reason) -> None:
    world.freeze(world.lopez, condition)
    with pytest.raises(Refused) as refused:
        world.request()
    assert refused.value.reason == reason


def test_a_frozen_client_is_asked_all_the_same(world: World) -> None:
    world.freeze(world.bakery, Condition.FROZEN_AS_TAXPAYER)
    assert world.request().state == State.PENDING


def test_nobody_asks_itself(world: World) -> None:
    with pytest.raises(Invalid) as told:
        world.request(id_number=LOPEZ_FEIN, legal_name="Lopez CPA")
    assert set(told.value.problems) == {"id_number"}


def test_bad_input_is_told_field_by_field(world: World) -> None:
    yesterday = world.today - timedelta(days=1)
    for changes, field in (
        ({"id_type": "NONE"}, "id_type"),
        ({"id_number": "12"}, "id_number"),
        ({"legal_name": " "}, "legal_name"),
        ({"rights": {}}, "rights"),
        ({"rights": {2**60: Rights.VIEW_ONLY}}, "rights"),
        ({"begins_on": yesterday}, "begins_on"),
        ({"begins_on": world.today.replace(year=9999)}, "begins_on"),
        ({"ends_on": yesterday}, "ends_on"),
        ({"ends_on": world.today.replace(year=9999, month=12, day=31)}, "ends_on"),
        ({"message": "x" * 1001}, "message"),
    ):
        with pytest.raises(Invalid) as told:
            world.request(**changes)
        assert field in told.value.problems
    assert not Entry.objects.exists()


def test_one_pending_request_per_firm_client_and_account_type(world: World) -> None:
    first = world.request(rights={world.sales.pk: Rights.VIEW_ONLY})
    with pytest.raises(Invalid) as told:
        world.request(actor=world.lena)
    assert first.confirmation_number in told.value.problems["rights"]
    world.request(rights={world.withholding.pk: Rights.VIEW_ONLY})
    withdraw_request(actor=world.luis, third_party=world.lopez.pk, request=first.pk, now=world.now)
    world.request(rights={world.sales.pk: Rights.ALL_ACCESS})


def test_an_expired_request_is_not_in_the_way_of_a_new_one(world: World) -> None:
    first = world.request()
    later = world.later(days=30)
    second = world.request(now=later, begins_on=world.today + timedelta(days=31))
    first.refresh_from_db()
    assert (first.state, second.state) == (State.EXPIRED, State.PENDING)


def test_the_same_page_submitted_twice_makes_one_request(world: World) -> None:
    token = uuid4()
    made = {
        request_access(actor=world.luis, third_party=world.lopez.pk, asked=world.asked(), now=world.now, token=token).pk
        for _ in range(2)
    }
    assert len(made) == 1
