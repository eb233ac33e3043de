from __future__ import annotations

from datetime import date, timedelta

import pytest

from countersign.access.models import Grant
from countersign.access.queries.decisions import check
from countersign.events.models import Entry
from countersign.logons.models import Logon
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.facts import Condition
from countersign.policy.reasons import Reason
from countersign.policy.rights import Rights
from countersign.submissions.models import Status, Submission
from countersign.taxpayers.models import Account
from countersign.third_party_access.models import AccessRequest, State
from countersign.third_party_access.operations import (
    approve_access,
    decline_access,
    expire_requests,
    remind_of_requests,
    withdraw_request,
)
from countersign.third_party_access.queries.grants import current_grants
from countersign.third_party_access.queries.periods import end_of, start_of
from tests.third_party_access.world import World


def approve(
    world: World,
    request: AccessRequest,
    *,
    actor: Logon | None = None,
    rights: dict[str, Rights] | None = None,
    ends_on: date | None = None,
    version: str | None = None,
    days: float = 0,
) -> AccessRequest:
    given = rights if rights is not None else {"WTH-1": Rights.FILE_AND_PAY, "SLS-1": Rights.VIEW_ONLY}
    now = world.later(days=days)
    return approve_access(
        actor=actor or world.dana,
        taxpayer=world.bakery.pk,
        request=request.pk,
        rights={world.accounts[name].pk: level for name, level in given.items()},
        ends_on=ends_on,
        version=version if version is not None else world.version(request, now=now),
        now=now,
    )


def test_the_client_approves_and_the_firm_sees_it_at_once(world: World) -> None:
    request = approve(world, world.request())
    assert request.state == State.APPROVED
    assert Submission.objects.get(confirmation_number=request.confirmation_number).status == Status.PROCESSED
    assert check(world.luis.username, "file", "WTH-1").allowed
    assert check(world.lena.username, "view", "SLS-1").allowed
    assert not check(world.luis.username, "file", "SLS-1").allowed
    assert not check(world.luis.username, "view", "WTH-2").allowed  # closed accounts are not given
    entry = Entry.objects.get(name="ThirdPartyAccessApproved")
    assert entry.actor_logon_id == world.dana.pk
    assert set(Grant.objects.values_list("begun_by", flat=True)) == {request.confirmation_number}


def test_the_client_gives_less(world: World) -> None:
    request = approve(world, world.request(), rights={"WTH-1": Rights.VIEW_ONLY, "SLS-1": Rights.NO_ACCESS})
    assert request.state == State.PARTLY_APPROVED
    assert [(grant.account_id, grant.rights) for grant in Grant.objects.all()] == [(world.accounts["WTH-1"].pk, 1)]


def test_the_client_sets_an_end(world: World) -> None:
    last_day = world.today + timedelta(days=10)
    assert approve(world, world.request(), ends_on=last_day).state == State.PARTLY_APPROVED
    assert {grant.ends_at for grant in Grant.objects.all()} == {end_of(last_day)}
    noon = end_of(last_day) - timedelta(hours=12)
    assert check(world.luis.username, "view", "WTH-1", at=noon).allowed
    assert not check(world.luis.username, "view", "WTH-1", at=end_of(last_day)).allowed


def test_never_more_than_was_asked(world: World) -> None:
    request = world.request(ends_on=world.today + timedelta(days=5))
    for rights, ends_on, field in (
        ({"WTH-1": Rights.ALL_ACCESS}, request.ends_on, "rights"),
        ({"WTH-2": Rights.VIEW_ONLY}, request.ends_on, "rights"),
        ({"SLS-9": Rights.VIEW_ONLY}, request.ends_on, "rights"),
        ({}, request.ends_on, "rights"),
        ({"WTH-1": Rights.VIEW_ONLY}, None, "ends_on"),
        ({"WTH-1": Rights.VIEW_ONLY}, world.today + timedelta(days=6), "ends_on"),
        ({"WTH-1": Rights.VIEW_ONLY}, world.today - timedelta(days=1), "ends_on"),
    ):
        with pytest.raises(Invalid) as told:
            approve(world, request, rights=rights, ends_on=ends_on)
        assert set(told.value.problems) == {field}
    assert not Grant.objects.exists()


def test_a_third_party_never_approves_its_own_request(world: World) -> None:
    both = world.logon("both", bakery="MA", lopez="MA")
    for submitter in (both, world.luis):
        request = world.request(actor=submitter)
        with pytest.raises(Refused) as refused:
            approve(world, request, actor=both)
        assert refused.value.reason == Reason.OWN_REQUEST
        assert (
            decline_access(actor=both, taxpayer=world.bakery.pk, request=request.pk, now=world.now).state
            == State.DECLINED
        )
    provisional = world.logon("half", bakery="MA")
    world.access(provisional, world.lopez, "MA", provisional=True)
    with pytest.raises(Refused):
        approve(world, world.request(), actor=provisional)


def test_only_master_administrators_of_the_client_decide(world: World) -> None:
    request = world.request()
    for actor, hidden in ((world.tess, False), (world.luis, True), (world.stranger, True), (world.pat, True)):
        for operation in (
            lambda actor: approve(world, request, actor=actor, version=""),
            lambda actor: decline_access(actor=actor, taxpayer=world.bakery.pk, request=request.pk, now=world.now),
        ):
            with pytest.raises(Refused) as refused:
                operation(actor)
            assert refused.value.hidden is hidden
    with pytest.raises(Refused) as refused:  # another taxpayer's request, under one's own taxpayer
        decline_access(actor=world.pat, taxpayer=world.person.pk, request=request.pk, now=world.now)
    assert refused.value.hidden
    with pytest.raises(Refused):
        decline_access(actor=world.dana, taxpayer=world.bakery.pk, request=2**60, now=world.now)


@pytest.mark.parametrize(
    ("of", "condition", "reason"),
    [
        ("bakery", Condition.FROZEN_AS_TAXPAYER, Reason.TAXPAYER_FROZEN),
        ("bakery", Condition.DISSOLVED, Reason.TAXPAYER_PAUSED),
        ("lopez", Condition.FROZEN_AS_THIRD_PARTY, Reason.THIRD_PARTY_FROZEN),
        ("lopez", Condition.DISSOLVED, Reason.THIRD_PARTY_CLOSED),
    ],
)
def test_a_freeze_stops_approving_and_never_declining(
    world: World, of: str, condition: Condition, reason: Reason
) -> None:
    request = world.request()
    world.freeze(getattr(world, of), condition)
    with pytest.raises(Refused) as refused:
        approve(world, request)
    assert refused.value.reason == reason
    declined = decline_access(actor=world.dana, taxpayer=world.bakery.pk, request=request.pk, now=world.now)
    assert declined.state == State.DECLINED
    assert Submission.objects.get(confirmation_number=declined.confirmation_number).status == Status.REJECTED
    assert Entry.objects.filter(name="ThirdPartyAccessDeclined").count() == 1


def test_one_signs_exactly_the_version_seen(world: World) -> None:
    request = world.request()
    seen = world.version(request)
    world.grant(Rights.VIEW_ONLY, "SLS-1")
    with pytest.raises(Stale) as stale:
        approve(world, request, version=seen)
    assert stale.value.current["what"] == Reason.REQUEST_CHANGED
    seen = world.version(request)
    Account.objects.filter(number="SLS-1").update(closed_on=world.today)
    with pytest.raises(Stale):
        approve(world, request, version=seen, rights={"WTH-1": Rights.VIEW_ONLY})


def test_what_was_answered_withdrawn_or_expired_is_stale(world: World) -> None:
    request = world.request()
    seen = world.version(request)
    approve(world, request)
    for again in (
        lambda: approve(world, request, version=seen),
        lambda: decline_access(actor=world.dana, taxpayer=world.bakery.pk, request=request.pk, now=world.now),
        lambda: withdraw_request(actor=world.luis, third_party=world.lopez.pk, request=request.pk, now=world.now),
    ):
        with pytest.raises(Stale) as stale:
            again()
        assert stale.value.current["what"] == Reason.REQUEST_DECIDED
        assert str(stale.value.current["status"]) == "Approved", "in words, not the code of the state"
    assert Entry.objects.exclude(name="ThirdPartyAccessRequested").count() == 1


def test_an_expired_request_is_not_approved_though_the_worker_has_not_come_by(world: World) -> None:
    request = world.request()
    with pytest.raises(Stale) as stale:
        approve(world, request, days=30)
    assert stale.value.current["what"] == Reason.REQUEST_EXPIRED
    assert approve(world, request, days=29.9).state == State.APPROVED


def test_a_request_for_a_past_period_has_expired_with_it(world: World) -> None:
    request = world.request(ends_on=world.today + timedelta(days=1))
    with pytest.raises(Stale):
        approve(world, request, days=2.1)


def test_withdrawn_by_the_firm_and_by_nobody_else(world: World) -> None:
    request = world.request()
    for actor, firm in ((world.dana, world.bakery), (world.stranger, world.lopez), (world.dana, world.lopez)):
        with pytest.raises(Refused) as refused:
            withdraw_request(actor=actor, third_party=firm.pk, request=request.pk, now=world.now)
        assert refused.value.hidden
    withdrawn = withdraw_request(actor=world.lena, third_party=world.lopez.pk, request=request.pk, now=world.now)
    assert withdrawn.state == State.WITHDRAWN
    assert Submission.objects.get().status == Status.WITHDRAWN
    with pytest.raises(Stale) as stale:
        approve(world, request, version="")
    assert stale.value.current["what"] == Reason.REQUEST_WITHDRAWN


def test_access_that_begins_later_leaves_what_is_held_until_then(world: World) -> None:
    world.grant(Rights.VIEW_ONLY, "WTH-1")
    begins_on = world.today + timedelta(days=5)
    approve(world, world.request(begins_on=begins_on), rights={"WTH-1": Rights.FILE_AND_PAY})
    begins_at = start_of(begins_on)
    before, after = begins_at - timedelta(hours=1), begins_at + timedelta(hours=1)
    assert check(world.luis.username, "view", "WTH-1", at=before).rights == Rights.VIEW_ONLY
    assert check(world.luis.username, "view", "WTH-1", at=after).rights == Rights.FILE_AND_PAY
    assert current_grants(world.lopez.pk, at=world.now).count() == 2


def test_requests_expire_with_one_reminder_before(world: World) -> None:
    request = world.request()
    assert remind_of_requests(now=world.later(days=22)) == 0
    assert remind_of_requests(now=world.later(days=23.5)) == 1
    assert remind_of_requests(now=world.later(days=24)) == 0
    assert expire_requests(now=world.later(days=29)) == 0
    assert expire_requests(now=world.later(days=30)) == 1
    assert expire_requests(now=world.later(days=30)) == 0
    request.refresh_from_db()
    assert request.state == State.EXPIRED
    assert list(Entry.objects.order_by("pk").values_list("name", flat=True)) == [
        "ThirdPartyAccessRequested",
        "RequestReminded",
        "RequestExpired",
    ]


def test_a_short_request_is_not_reminded_of(world: World) -> None:
    world.request(ends_on=world.today + timedelta(days=3))
    assert remind_of_requests(now=world.now) == 0
