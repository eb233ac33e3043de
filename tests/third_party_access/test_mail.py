"""Who is told of what. Subscribers are registered as in the running site."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client

from countersign.access.models import TaxpayerAccess
from countersign.logons.models import Logon
from countersign.mail.models import OutboxMail
from countersign.notices.models import MailChoice, Notice
from countersign.notices.operations import choose_mail, send_digests
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


def give(world: World) -> str:
    request = world.request()
    approve_access(
        actor=world.dana,
        taxpayer=world.bakery.pk,
        request=request.pk,
        rights={world.accounts["WTH-1"].pk: Rights.VIEW_ONLY},
        ends_on=None,
        version=world.version(request),
        now=world.now,
    )
    return request.confirmation_number


def test_each_is_told_in_the_portal_too_once(world: World) -> None:
    number = give(world)
    revoke_access(
        actor=world.dana,
        taxpayer=world.bakery.pk,
        third_party=world.lopez.pk,
        accounts=[world.accounts["WTH-1"].pk],
        now=world.now,
    )

    def told_of(logon: Logon) -> list[str]:
        return list(Notice.objects.filter(logon=logon).order_by("pk").values_list("kind", flat=True))

    assert told_of(world.olive) == ["request_received", "request_partly_approved", "access_revoked"]
    assert told_of(world.luis) == ["request_partly_approved", "access_revoked"]
    assert told_of(world.dana) == ["request_received", "access_given_by_you", "access_revoked"]
    assert Notice.objects.get(logon=world.olive, kind="request_received").submission == number
    client = Client()
    client.force_login(world.luis)
    page = client.get("/notices/").content.decode()
    assert "Harbor Bakery" in page
    assert "Dana" not in page


def test_who_gave_access_can_say_that_it_was_not_them(world: World) -> None:
    give(world)
    mail = OutboxMail.objects.get(kind="access_given_by_you")
    assert mail.to == "dana@mail.example"
    found = re.search(r"/this-was-not-me/([\w-]{43})/", mail.text)
    assert found
    client = Client()
    client.get(found[0])
    page = client.get("/this-was-not-me/").content.decode()
    assert "Access was given with your logon" in page
    assert not OutboxMail.objects.filter(to__in=FIRM, text__contains="this-was-not-me").exists()


def test_widening_is_giving_and_narrowing_is_not(world: World) -> None:
    world.grant(Rights.FILE_AND_PAY, "WTH-1", "SLS-1")
    for rights, given in ((Rights.VIEW_ONLY, 0), (Rights.ALL_ACCESS, 1)):
        held = holdings(world.lopez.pk, world.bakery.pk, at=world.now)
        change_rights(
            actor=world.dana,
            taxpayer=world.bakery.pk,
            third_party=world.lopez.pk,
            rights={one.grant.pk: rights for one in held},
            version=version_of_holdings(held),
            now=world.now,
        )
        assert OutboxMail.objects.filter(kind="access_given_by_you").count() == given


def test_one_mail_a_day_by_choice(world: World, told: Told) -> None:
    choose_mail(actor=world.olive, choice=MailChoice.DAILY.value)
    choose_mail(actor=world.dana, choice=MailChoice.DAILY.value)
    give(world)
    mails = told()
    assert "olive@mail.example" not in mails
    # What was given with one's own logon is told at once, whatever was chosen.
    assert [mail.kind for mail in mails["dana@mail.example"]] == ["access_given_by_you"]
    assert send_digests() == 2
    (digest,) = told()["olive@mail.example"]
    assert "asks for access to" in digest.text


def test_a_firm_is_kept_no_name_of_a_client_that_it_does_not_act_for(world: World) -> None:
    request = world.request(id_type="SSN", id_number=PERSON_SSN, legal_name="Pat Q Doe")
    withdraw_request(actor=world.luis, third_party=world.lopez.pk, request=request.pk, now=world.now)
    (details,) = {str(one.details) for one in Notice.objects.filter(logon=world.luis)}
    assert "client'" not in details.replace("'side': 'client'", "")
    assert "Pat Q Doe" in details


def test_who_left_is_told_nothing(world: World, told: Told) -> None:
    TaxpayerAccess.objects.filter(logon=world.olive).update(ended_at=world.now)
    Logon.objects.filter(pk=world.dana.pk).update(email="")
    world.request()
    assert told() == {}
