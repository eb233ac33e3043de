from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import BadRequest
from django.test import Client
from django.urls import reverse

from countersign.policy.errors import Refused, Stale
from countersign.policy.rights import Rights
from countersign.submissions.confirmation_numbers import normal_confirmation_number
from countersign.submissions.forms import place_in_address, place_in_list
from countersign.submissions.models import Status, Submission
from countersign.submissions.operations import close_submission, open_submission
from countersign.submissions.queries import submission_for, submissions_of, waiting_for
from countersign.third_party_access.operations import decline_access, revoke_access
from tests.third_party_access.world import World, build_world


@pytest.fixture
def world(db: None) -> World:
    return build_world()


def test_a_submission_is_closed_once(world: World) -> None:
    submission = open_submission(kind="kind", actor=world.dana, now=world.now)
    assert normal_confirmation_number(submission.confirmation_number) == submission.confirmation_number
    for status in (Status.PROCESSED, Status.REJECTED):
        closing = {"confirmation_number": submission.confirmation_number, "actor": world.dana, "now": world.now}
        if status is Status.PROCESSED:
            close_submission(status=status, **closing)
        else:
            with pytest.raises(Stale):
                close_submission(status=status, **closing)
    submission.refresh_from_db()
    assert submission.status == Status.PROCESSED


def test_both_sides_see_it_and_nobody_else(world: World) -> None:
    request = world.request()
    for logon, sees in (
        (world.luis, True),
        (world.lena, True),
        (world.dana, True),
        (world.tess, False),
        (world.pat, False),
        (world.stranger, False),
    ):
        page = submissions_of(logon, at=world.now)
        assert [row.submission.confirmation_number for row in page.rows] == [request.confirmation_number] * sees
        if sees:
            assert submission_for(logon, request.confirmation_number, at=world.now)
        else:
            with pytest.raises(Refused) as refused:
                submission_for(logon, request.confirmation_number, at=world.now)
            assert refused.value.hidden
    assert [row.about for row in submissions_of(world.luis, at=world.now).rows] == ["harbor bakery, inc."]
    assert [row.about for row in submissions_of(world.dana, at=world.now).rows] == ["Lopez CPA PC"]


def test_the_list_is_paged_by_key_without_gap_or_repeat(world: World) -> None:
    for number in range(11):
        open_submission(
            kind="kind", actor=world.luis, now=world.now - timedelta(minutes=number // 3), taxpayer=world.bakery.pk
        )
    seen: list[int] = []
    after = None
    while True:
        page = submissions_of(world.dana, at=world.now, after=after, size=4)
        seen += [row.submission.pk for row in page.rows]
        after = page.following
        if after is None:
            break
        assert place_in_list(place_in_address(after)) == after
    assert len(seen) == len(set(seen)) == 11
    newest = Submission.objects.order_by("-submitted_at", "-pk").values_list("pk", flat=True)
    assert seen == list(newest)


def test_a_number_is_found_in_any_writing(world: World) -> None:
    number = world.request().confirmation_number
    world.request(id_type="SSN", id_number="987-65-4321")
    written = f" {number[:4].lower()}-{number[4:]} "
    assert len(submissions_of(world.luis, at=world.now, number=written).rows) == 1
    assert submissions_of(world.luis, at=world.now, number="nothing").rows == []
    assert len(submissions_of(world.luis, at=world.now, status=Status.PENDING).rows) == 2
    assert submissions_of(world.luis, at=world.now, status=Status.REJECTED).rows == []


def test_home_shows_what_waits_until_it_is_decided_or_expired(world: World) -> None:
    request = world.request()
    (task,) = waiting_for(world.dana, at=world.now)
    assert "Lopez CPA PC asks for access" in str(task.text)
    assert task.href == reverse("third_party_access:decide", args=[world.bakery.pk, request.pk])
    assert waiting_for(world.luis, at=world.now) == []
    assert waiting_for(world.tess, at=world.now) == []
    assert waiting_for(world.dana, at=world.later(days=31)) == []
    decline_access(actor=world.dana, taxpayer=world.bakery.pk, request=request.pk, now=world.now)
    assert waiting_for(world.dana, at=world.now) == []


def test_the_pages(world: World) -> None:
    world.grant(Rights.VIEW_ONLY, "SLS-1")
    request = world.request()
    revocation = revoke_access(
        actor=world.dana, taxpayer=world.bakery.pk, third_party=world.lopez.pk, accounts=None, now=world.now
    )
    client = Client()
    client.force_login(world.luis)
    page = client.get(reverse("submissions:list")).content.decode()
    for number in (request.confirmation_number, revocation.confirmation_number):
        assert number in page
        detail = client.get(reverse("submissions:detail", args=[number])).content.decode()
        assert "Harbor" in detail or "harbor" in detail
    assert "Dana" not in detail  # the firm does not learn who of the client's people did it
    assert client.get(reverse("submissions:list") + "?status=rejected").status_code == 200
    whole = b"".join(client.get(reverse("submissions:csv"))).decode()
    assert request.confirmation_number in whole and revocation.confirmation_number in whole
    pending = b"".join(client.get(reverse("submissions:csv"), {"status": "pending"})).decode()
    assert request.confirmation_number in pending and revocation.confirmation_number not in pending
    assert client.get("/submissions/" + "x" * 3000 + "/").status_code == 404
    assert Client().get(reverse("submissions:list")).status_code == 302


@pytest.mark.parametrize("typed", ["x", "1", "-", "1-", "-1", "1-x", "9" * 30 + "-1", "1-" + "9" * 30, "²-1"])
def test_a_place_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(BadRequest):
        place_in_list(typed)


def test_a_place_is_exact() -> None:
    place = (datetime(2026, 12, 6, 1, 2, 3, 456789, UTC), 2**63 - 1)
    assert place_in_list(place_in_address(place)) == place
