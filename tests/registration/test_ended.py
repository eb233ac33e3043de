"""SPEC and its defaults: an unfinished registration ends after 24 hours, at whichever step somebody stopped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from countersign.access.models import TaxpayerAccess
from countersign.logons.models import Logon
from countersign.registration.models import Registration
from countersign.registration.operations.begin import forget_registrations
from countersign.taxpayers.models import Proof
from tests.registration.test_way_in import PASSWORD, PROOF, confirmed, digits_in, link_in, newest_mail, post
from tests.registration.world import World

FINISH = {"password": PASSWORD, "password_again": PASSWORD, "terms": "on"}
NAMED = {"first_name": "Ada", "last_name": "Moss", "username": "ada.moss"}


def begun(client: Client) -> None:
    post(client, "/register/", door="business")


def proved(client: Client) -> None:
    begun(client)
    post(client, "/register/prove/", **PROOF)


def mailed(client: Client) -> None:
    proved(client)
    post(client, "/register/email/", email="ada@mail.example")


def named(client: Client) -> None:
    confirmed(client)
    post(client, "/register/logon/", **NAMED)


STEPS = [
    (begun, "/register/prove/", lambda: PROOF),
    (proved, "/register/email/", lambda: {"email": "ada@mail.example"}),
    (mailed, "/register/email/", lambda: {"step": "digits", "digits": digits_in(newest_mail())}),
    (confirmed, "/register/logon/", lambda: NAMED),
    (named, "/register/finish/", lambda: FINISH),
]


def over() -> None:
    Registration.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize(("as_far_as", "address", "sent"), STEPS)
def test_whoever_stopped_there_begins_again(
    world: World, client: Client, as_far_as: Callable[[Client], None], address: str, sent: Callable[[], dict[str, str]]
) -> None:
    as_far_as(client)
    over()
    fields, page = sent(), client.get(address)
    assert page.status_code == 200
    assert b'href="/register/"' in page.content, "says where to begin"
    assert b"Marsh Lane Pottery" not in page.content, "and tells nothing that was proved"
    assert client.post(address, fields).status_code == 409
    assert not Logon.objects.filter(username="ada.moss").exists()
    assert not TaxpayerAccess.objects.exists()
    assert not Proof.objects.filter(used_at__isnull=False).exists(), "the proof is not lost"
    assert forget_registrations(now=timezone.now()) == 1
    assert client.get(address).status_code == 200


def test_its_link_is_void_with_it(world: World, client: Client) -> None:
    mailed(client)
    address = link_in(newest_mail())
    registration = Registration.objects.get()
    client.get(address)
    over()
    assert client.get("/register/confirm/").status_code == 410
    assert client.post("/register/confirm/").status_code == 410
    registration.refresh_from_db()
    assert registration.email_confirmed_at is None


def test_a_day_is_24_hours_from_its_beginning_and_nothing_prolongs_it(world: World, client: Client) -> None:
    named(client)
    registration = Registration.objects.get()
    assert registration.expires_at - registration.begun_at == timedelta(hours=24)
    assert timezone.now() - registration.begun_at < timedelta(minutes=5)
