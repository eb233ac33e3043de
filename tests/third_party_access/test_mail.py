"""Who is told of what. Subscribers are registered as in the running site."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from countersign.access.models import TaxpayerAccess
from countersign.logons.models import Logon
from countersign.mail.models import OutboxMail
from countersign.policy.rights import Rights
from countersign.third_party_access.operations import (
    approve_access,
    change_rights,
    decline_access,
    drop_client,
    expire_requests,
    remind_of_requests,
    revoke_access,
    set_end,
    withdraw_request,
)
from countersign.third_party_access.queries.grants import holdings, version_of_holdings
from tests.third_party_access.world import PERSON_SSN, World

CLIENT = {"dana@mail.example", "olive@mail.example"}
FIRM = {"luis@mail.example", "lena@mail.example"}


@pytest.fixture
def told(world: World) -> Iterator[Callable[[], dict[str, list[OutboxMail]]]]:
    """The mails since the last call, by address."""
    seen: set[int] = set()

    def since() -> dict[str, list[OutboxMail]]:
        found: dict[str, list[OutboxMail]] = {}
        for mail in OutboxMail.objects.exclude(pk__in=seen).order_by("pk"):
            seen.add(mail.pk)
            found.setdefault(mail.to, []).append(mail)
        return found

    yield since


Told = Callable[[], dict[str, list[OutboxMail]]]


def test_the_clients_administrators_are_asked(world: World, told: Told) -> None:
    Logon.objects.filter(pk=world.olive.pk).update(language="es")
    request = world.request()
    mails = told()
    assert set(mails) == CLIENT
    (mail,) = mails["dana@mail.example"]
    assert "Lopez CPA PC" in mail.subject
    assert f"/taxpayers/{world.bakery.pk}/third-party-access/requests/{request.pk}/decide/" in mail.text
    assert mails["olive@mail.example"][0].language == "es"
    for no_tax_fact in ("Withholding", "WTH-1", "3456789", "File and Pay"):
        assert no_tax_fact not in mail.text


def test_an_unmatched_request_tells_nobody_and_expires_like_a_matched_one(world: World, told: Told) -> None:
    world.request(id_type="SSN", id_number="987-65-4321", legal_name="Pat Q Doe")
    assert told() == {}
    world.request(id_type="SSN", id_number=PERSON_SSN, legal_name="Pat Q Doe")
    assert set(told()) == {"pat@mail.example"}
    for step in (remind_of_requests, expire_requests):
        step(now=world.later(days=24 if step is remind_of_requests else 31))
        mails = told()
        assert set(mails) == {"pat@mail.example"} | FIRM
        one, other = mails["luis@mail.example"]
        assert one.subject == other.subject
        assert "Pat Q Doe" in one.subject


def test_both_sides_are_told_of_every_outcome(world: World, told: Told) -> None:
    def approve() -> None:
        request = world.request()
        told()
        approve_access(
            actor=world.dana,
            taxpayer=world.bakery.pk,
            request=request.pk,
            rights={world.accounts["WTH-1"].pk: Rights.VIEW_ONLY},
            ends_on=None,
            version=world.version(request),
            now=world.now,
        )

    def decline() -> None:
        request = world.request()
        told()
        decline_access(actor=world.dana, taxpayer=world.bakery.pk, request=request.pk, now=world.now)

    def withdraw() -> None:
        request = world.request()
        told()
        withdraw_request(actor=world.luis, third_party=world.lopez.pk, request=request.pk, now=world.now)

    def sides() -> dict[str, object]:
        return {"actor": world.dana, "taxpayer": world.bakery.pk, "third_party": world.lopez.pk, "now": world.now}

    def held() -> str:
        return version_of_holdings(holdings(world.lopez.pk, world.bakery.pk, at=world.now))

    def change() -> None:
        world.grant(Rights.FILE_AND_PAY, "WTH-1", "SLS-1")
        now_held = holdings(world.lopez.pk, world.bakery.pk, at=world.now)
        new = {now_held[0].grant.pk: Rights.VIEW_ONLY, now_held[1].grant.pk: Rights.ALL_ACCESS}
        change_rights(**sides(), rights=new, version=held())  # type: ignore[arg-type]

    def end() -> None:
        account = world.accounts["WTH-1"].pk
        last_day = world.today + timedelta(days=3)
        set_end(**sides(), accounts=[account], last_day=last_day, version=held())  # type: ignore[arg-type]

    def revoke() -> None:
        revoke_access(**sides(), accounts=[world.accounts["WTH-1"].pk])  # type: ignore[arg-type]

    def drop() -> None:
        drop_client(actor=world.luis, third_party=world.lopez.pk, client=world.bakery.pk, accounts=None, now=world.now)

    for operation in (approve, decline, withdraw, change, end, revoke, drop):
        told()
        operation()
        mails = told()
        assert set(mails) == CLIENT | FIRM, operation.__name__
        assert all(len(each) == 1 for each in mails.values()), operation.__name__
        for address, (mail,) in mails.items():
            assert "%(" not in mail.subject + mail.text
            if address in FIRM:
                assert "Dana" not in mail.text  # the firm does not learn who of the client's people did it


def test_who_left_is_told_nothing(world: World, told: Told) -> None:
    TaxpayerAccess.objects.filter(logon=world.olive).update(ended_at=world.now)
    Logon.objects.filter(pk=world.dana.pk).update(email="")
    world.request()
    assert told() == {}
