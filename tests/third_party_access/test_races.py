"""Operations against each other, in threads on a real PostgreSQL: each ends in success, Stale or Refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from countersign.access.models import Grant, TaxpayerAccess
from countersign.access.operations.customers import differences
from countersign.access.queries.decisions import check
from countersign.events.models import Entry
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.facts import Condition
from countersign.policy.rights import Rights
from countersign.submissions.models import Submission
from countersign.third_party_access.models import AccessRequest, MismatchCount, RequestFile, State
from countersign.third_party_access.operations import (
    approve_access,
    decline_access,
    request_access,
    revoke_access,
    withdraw_request,
)
from countersign.third_party_access.operations.request_many import ask_rows
from countersign.third_party_access.queries.grants import current_grants
from tests.third_party_access.test_request_files import BAKERY, UNKNOWN, kept, submit
from tests.third_party_access.world import World, build_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    yield build_world()


def at_once(*calls: Callable[[], object]) -> Sequence[str]:
    """Run all at the same moment; how each ended, in order."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], object]) -> str:
        try:
            barrier.wait(timeout=20)
            call()
            return "done"
        except (Stale, Refused, Invalid) as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def approve_as_seen(world: World, request: AccessRequest) -> Callable[[], object]:
    version = world.version(request)
    rights = {world.accounts["WTH-1"].pk: Rights.FILE_AND_PAY, world.accounts["SLS-1"].pk: Rights.VIEW_ONLY}
    return lambda: approve_access(
        actor=world.dana,
        taxpayer=world.bakery.pk,
        request=request.pk,
        rights=rights,
        ends_on=None,
        version=version,
        now=world.now,
    )


def revoke(world: World) -> object:
    return revoke_access(
        actor=world.olive, taxpayer=world.bakery.pk, third_party=world.lopez.pk, accounts=None, now=world.now
    )


def test_of_twenty_approvals_one_succeeds(world: World) -> None:
    request = world.request()
    approve = approve_as_seen(world, request)
    assert Counter(at_once(*[approve] * 15)) == {"done": 1, "Stale": 14}
    assert Counter(at_once(*[approve] * 5)) == {"Stale": 5}
    assert current_grants(world.lopez.pk, at=world.now).count() == 2
    assert Entry.objects.filter(name="ThirdPartyAccessApproved").count() == 1
    assert differences() == 0


def test_approve_against_withdraw_against_decline(world: World) -> None:
    for _ in range(6):
        request = world.request()
        ended = at_once(
            approve_as_seen(world, request),
            lambda pk=request.pk: withdraw_request(  # type: ignore[misc]
                actor=world.luis, third_party=world.lopez.pk, request=pk, now=world.now
            ),
            lambda pk=request.pk: decline_access(  # type: ignore[misc]
                actor=world.olive, taxpayer=world.bakery.pk, request=pk, now=world.now
            ),
        )
        assert Counter(ended) == {"done": 1, "Stale": 2}
        request.refresh_from_db()
        given = current_grants(world.lopez.pk, at=world.now).exists()
        assert given == (request.state == State.APPROVED)
        if given:
            revoke(world)


def test_whatever_comes_first_a_revocation_leaves_nothing(world: World) -> None:
    """Law 7: the approval saw the older access, so it is stale once that was revoked."""
    for _ in range(6):
        world.grant(Rights.VIEW_ONLY, "WTH-1", "SLS-1", begins_at=world.now)
        request = world.request()
        approve = approve_as_seen(world, request)
        ended = at_once(approve, lambda: revoke(world))
        assert ended in (["done", "done"], ["Stale", "done"])
        assert not current_grants(world.lopez.pk, at=world.now).exists()
        assert not check(world.luis.username, "view", "WTH-1").allowed
        request.refresh_from_db()
        if request.state == State.PENDING:
            withdraw_request(actor=world.luis, third_party=world.lopez.pk, request=request.pk, now=world.now)
    assert differences() == 0


def test_twenty_revocations_meet_checks_and_approvals(world: World) -> None:
    world.grant(Rights.FILE_AND_PAY, "WTH-1")
    approve = approve_as_seen(world, world.request())
    calls: list[Callable[[], object]] = [lambda: revoke(world)] * 7
    calls += [lambda: check(world.luis.username, "file", "WTH-1")] * 4
    ended = at_once(*calls, *[approve] * 3)
    assert ended[:7].count("done") == 1
    assert ended[7:11] == ["done"] * 4
    assert not check(world.luis.username, "view", "WTH-1").allowed
    assert not Grant.objects.filter(ended_at__isnull=True).exists()


def test_a_freeze_or_a_cancelled_administrator_is_seen_by_an_approval(world: World) -> None:
    """Either the approval came first, or it is refused: never approved on a right that was gone."""
    access = TaxpayerAccess.objects.get(logon=world.dana, taxpayer=world.bakery)
    request = world.request()
    approve = approve_as_seen(world, request)

    def cancel() -> None:
        TaxpayerAccess.objects.filter(pk=access.pk).update(ended_at=world.now)

    ended = at_once(approve, cancel, lambda: world.freeze(world.lopez, Condition.FROZEN_AS_THIRD_PARTY))
    assert ended[0] in ("done", "Refused")
    assert current_grants(world.lopez.pk, at=world.now).exists() == (ended[0] == "done")


def test_a_double_submit_makes_one_request(world: World) -> None:
    token = uuid4()
    made: list[int] = []

    def submit() -> None:
        request = request_access(
            actor=world.luis, third_party=world.lopez.pk, asked=world.asked(), now=world.now, token=token
        )
        made.append(request.pk)

    ended = at_once(*[submit] * 8)
    assert set(ended) == {"done"}
    assert len(set(made)) == 1
    assert AccessRequest.objects.count() == Submission.objects.count() == Entry.objects.count() == 1


def test_a_double_submit_that_is_overtaken_between_its_two_looks_gets_the_receipt_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, module = uuid4(), import_module(request_access.__module__)
    looks = module.prepare_request

    def submit() -> int:
        asked = world.asked()
        return request_access(actor=world.luis, third_party=world.lopez.pk, asked=asked, now=world.now, token=token).pk

    def overtaken(**asked: Any) -> Any:
        monkeypatch.undo()
        first.append(submit())
        return looks(**asked)

    first: list[int] = []
    monkeypatch.setattr(module, "prepare_request", overtaken)
    assert [submit()] == first


def test_two_of_the_firm_ask_at_once_for_the_same(world: World) -> None:
    ended = at_once(*[lambda: world.request(), lambda: world.request(actor=world.lena)] * 4)
    assert Counter(ended) == {"done": 1, "Invalid": 7}
    assert AccessRequest.objects.count() == 1


def test_no_number_of_parallel_tries_gets_past_the_limit_of_the_day(world: World) -> None:
    ended = Counter(at_once(*[lambda: world.request(legal_name="Wrong")] * 14))
    assert ended == {"Invalid": 10, "Refused": 4}
    assert set(MismatchCount.objects.values_list("mismatches", flat=True)) == {10}


def test_two_files_that_ask_for_the_same_make_each_request_once(world: World) -> None:
    people = [f"SSN,900-00-{n:04d},Somebody {n},Sales and use: View Only,,," for n in range(40)]
    files = [kept(world, BAKERY, *people), kept(world, *reversed(people), BAKERY, actor="lena")]
    for file, actor in zip(files, ("luis", "lena"), strict=True):
        submit(world, file, skip_bad=True, actor=actor)
    ended = at_once(*[lambda key=file.pk: ask_rows(key) for file in files * 2])  # type: ignore[misc]
    assert set(ended) == {"done"}
    assert AccessRequest.objects.count() == 41
    done = [file.done for file in RequestFile.objects.all()]
    assert sum(done) == 41
    assert not RequestFile.objects.exclude(refused="").exists()


def test_no_number_of_parallel_files_gets_past_the_limit_of_the_day(world: World) -> None:
    lines = [UNKNOWN.format(n) for n in range(4)]
    ended = at_once(*[lambda: kept(world, *lines), lambda: kept(world, *lines, actor="lena")] * 3)
    assert set(ended) == {"done"}
    assert MismatchCount.objects.get(counted="third_party", key=world.lopez.pk).mismatches == 10
    told = [row[-1] for file in RequestFile.objects.all() for row in file.rows]
    assert Counter(told) == {"unknown": 10, "limit": 14}
