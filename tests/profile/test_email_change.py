"""A change of e-mail address: confirmed at the new one, told to the old one."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from countersign.events.models import Entry
from countersign.logons import links
from countersign.logons.links import LinkVoid
from countersign.logons.models import Logon
from countersign.mail.models import OutboxMail
from countersign.policy.errors import Invalid
from countersign.profile.operations import ask_email_change, confirm_email_change, remove_second_email
from tests.third_party_access.world import World, build_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return build_world()


@pytest.fixture
def client(world: World) -> Client:
    client = Client()
    client.force_login(world.dana)
    return client


def token_to(address: str) -> str:
    found = re.search(r"/confirm-email/([\w-]{43})/", OutboxMail.objects.filter(to=address).latest("pk").text)
    assert found
    return found[1]


def test_nothing_changes_until_the_link_is_used_and_the_old_address_is_told(world: World, client: Client) -> None:
    assert client.post("/profile/email/", {"email": "new@mail.example"}).status_code == 303
    assert Logon.objects.get(pk=world.dana.pk).email == "dana@mail.example"
    token = token_to("new@mail.example")
    reader = Client()
    assert reader.get(f"/confirm-email/{token}/", follow=True).status_code == 200
    assert Logon.objects.get(pk=world.dana.pk).email == "dana@mail.example"
    assert reader.post("/confirm-email/").status_code == 303
    logon = Logon.objects.get(pk=world.dana.pk)
    assert (logon.email, logon.email_confirmed) == ("new@mail.example", True)
    to_old = OutboxMail.objects.filter(to="dana@mail.example", kind="email_changed").get()
    assert "/this-was-not-me/" in to_old.text
    assert "new@mail.example" not in to_old.text
    assert Entry.objects.filter(name="EmailChanged").exists()
    assert reader.post("/confirm-email/").status_code == 410


def test_another_logon_and_another_browser_are_refused(world: World) -> None:
    ask_email_change(actor=world.dana, which="first", email="new@mail.example", now=timezone.now())
    token = token_to("new@mail.example")
    other = Client()
    other.force_login(world.olive)
    assert other.get(f"/confirm-email/{token}/", follow=True).status_code == 410
    assert other.post("/confirm-email/").status_code == 410
    assert Client().post("/confirm-email/").status_code == 410
    assert Logon.objects.get(pk=world.dana.pk).email == "dana@mail.example"


def test_only_the_newest_link_works_and_only_for_a_day(world: World) -> None:
    ask_email_change(actor=world.dana, which="first", email="one@mail.example", now=world.now)
    ask_email_change(actor=world.dana, which="first", email="two@mail.example", now=world.now)
    with pytest.raises(LinkVoid):
        confirm_email_change(token=token_to("one@mail.example"), now=world.now)
    with pytest.raises(LinkVoid):
        confirm_email_change(token=token_to("two@mail.example"), now=world.now + timedelta(hours=25))
    confirm_email_change(token=token_to("two@mail.example"), now=world.now)


def test_a_change_voids_the_links_that_went_to_the_old_address(world: World) -> None:
    recovery = links.issue("recovery", logon=world.dana, lifetime=timedelta(minutes=30), now=world.now)
    ask_email_change(actor=world.dana, which="first", email="new@mail.example", now=world.now)
    confirm_email_change(token=token_to("new@mail.example"), now=world.now)
    with pytest.raises(LinkVoid):
        links.find("recovery", recovery, now=world.now)


def test_the_second_address_is_told_of_everything_and_can_be_removed(world: World) -> None:
    ask_email_change(actor=world.dana, which="second", email="two@mail.example", now=world.now)
    confirm_email_change(token=token_to("two@mail.example"), now=world.now)
    dana = Logon.objects.get(pk=world.dana.pk)
    assert dana.second_email_confirmed
    assert remove_second_email(actor=dana, now=world.now)
    assert not remove_second_email(actor=dana, now=world.now)
    assert OutboxMail.objects.filter(to="two@mail.example", kind="email_changed").count() == 2


@pytest.mark.parametrize(
    "typed", ["a@b", "a@mail.example\nBcc: x@y.example", "a@mail.example, b@mail.example", "Dana <a@mail.example>", ""]
)
def test_one_plain_address_and_no_header_of_a_mail(client: Client, typed: str) -> None:
    assert client.post("/profile/email/", {"email": typed}).status_code == 422
    assert not OutboxMail.objects.exists()


def test_ones_own_address_is_no_change(world: World) -> None:
    with pytest.raises(Invalid):
        ask_email_change(actor=world.dana, which="second", email="DANA@mail.example", now=world.now)


def test_a_stale_sign_in_is_asked_again(world: World, client: Client) -> None:
    session = client.session
    session["signed_in_at"] = int(timezone.now().timestamp()) - 3600
    session.save()
    for address in ("/profile/email/", "/profile/second-email/", "/profile/name/", "/profile/delete-my-profile/"):
        assert client.get(address)["Location"].startswith("/confirm-it-is-you/")


def test_the_name_can_be_changed(world: World, client: Client) -> None:
    assert client.post("/profile/name/", {"first_name": "Dana", "last_name": "Reyes"}).status_code == 303
    assert Logon.objects.get(pk=world.dana.pk).full_name == "Dana Reyes"
    assert OutboxMail.objects.filter(kind="name_changed").exists()
