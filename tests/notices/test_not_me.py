"""*This wasn't me*: a page that anybody may open, a button that works once, and what it stops."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from countersign.logons import links
from countersign.logons.links import LinkVoid
from countersign.logons.models import Logon
from countersign.logons.passwords import set_password
from countersign.mail.models import OutboxMail
from countersign.notices.models import RECOVERY_STOPPED, Case, MailChoice, Notice
from countersign.notices.operations import choose_mail, send_digests, stop_by_link
from countersign.notices.queries import recovery_stopped
from countersign.notices.telling import Stops, tell
from countersign.policy.errors import Invalid
from countersign.profile.notice_kinds import NAME_CHANGED
from countersign.profile.operations import ask_email_change, confirm_email_change
from countersign.recovery.operations import reset_password
from countersign.sign_in.operations import sign_in
from tests.third_party_access.test_races import at_once
from tests.third_party_access.world import World, build_world

PASSWORD = "ferry lantern orchard nine"


@pytest.fixture
def world(db: None) -> World:
    return build_world()


def last_link(to: str, path: str) -> str:
    text = OutboxMail.objects.filter(to=to, text__contains=path).latest("pk").text
    found = re.search(rf"{path}([A-Za-z0-9_-]{{43}})/", text)
    assert found
    return found[1]


def told(logon: Logon, now: datetime) -> str:
    with transaction.atomic():
        tell(logon, kind=NAME_CHANGED, now=now, stops=Stops.SIGN_IN)
    return last_link(logon.email, "/this-was-not-me/")


def enter(logon: Logon) -> Logon:
    return sign_in(username=logon.username, password=PASSWORD, source="s", now=timezone.now())


@pytest.mark.django_db
def test_opening_the_link_stops_nothing_and_the_button_works_once(world: World) -> None:
    token, client = told(world.dana, world.now), Client()
    first = client.get(f"/this-was-not-me/{token}/")
    assert (first.status_code, first["Location"]) == (302, "/this-was-not-me/")
    assert client.get("/this-was-not-me/").status_code == 200
    assert not Case.objects.exists()
    assert client.post("/this-was-not-me/").status_code == 303
    assert client.post("/this-was-not-me/").status_code == 410
    case = Case.objects.get()
    assert (case.logon, case.about) == (world.dana, NAME_CHANGED)
    assert Client().get(f"/this-was-not-me/{token}/", follow=True).status_code == 410


@pytest.mark.django_db
def test_another_browser_gets_nothing_without_the_link(world: World) -> None:
    told(world.dana, world.now)
    assert Client().get("/this-was-not-me/").status_code == 410
    assert Client().post("/this-was-not-me/").status_code == 410


@pytest.mark.django_db
def test_it_lasts_ten_days(world: World) -> None:
    token = told(world.dana, world.now)
    with pytest.raises(LinkVoid):
        stop_by_link(token=token, now=world.later(days=10, seconds=1))
    stop_by_link(token=token, now=world.later(days=9, hours=23))


@pytest.mark.django_db
def test_signing_in_is_stopped_until_a_new_password_is_chosen(world: World) -> None:
    with transaction.atomic():
        set_password(world.dana, PASSWORD, now=world.now)
    assert enter(world.dana) == world.dana
    stop_by_link(token=told(world.dana, world.now), now=world.now)
    with pytest.raises(Invalid):
        enter(world.dana)
    with transaction.atomic():
        set_password(world.dana, PASSWORD + " more", now=world.now)
    assert sign_in(username=world.dana.username, password=PASSWORD + " more", source="s", now=timezone.now())


@pytest.mark.django_db
def test_a_password_change_does_not_take_the_link_away(world: World) -> None:
    token = told(world.dana, world.now)
    links.void(None, logon=world.dana, now=world.now)
    stop_by_link(token=token, now=world.now)


@pytest.mark.django_db
def test_of_a_change_of_address_only_the_change_is_stopped(world: World) -> None:
    ask_email_change(actor=world.dana, which="first", email="thief@mail.example", now=world.now)
    change = last_link("thief@mail.example", "/confirm-email/")
    stop_by_link(token=last_link("dana@mail.example", "/this-was-not-me/"), now=world.now)
    with pytest.raises(LinkVoid):
        confirm_email_change(token=change, now=world.now)
    assert Logon.objects.get(pk=world.dana.pk).sign_in_stopped_at is None


@pytest.mark.django_db
@pytest.mark.parametrize("first_told", ["the change was asked for", "a new name"])
def test_a_mail_from_before_the_address_changed_stops_recovery_too(world: World, first_told: str) -> None:
    """SPEC 3: "the old one is told for 10 days with a link that stops (ends sessions and recovery)".

    Whoever opens the older mail first, or has lost the newer one, stops no less: recovery would go to the thief.
    """
    token = told(world.dana, world.now) if first_told == "a new name" else ""
    ask_email_change(actor=world.dana, which="first", email="thief@mail.example", now=world.now)
    token = token or last_link("dana@mail.example", "/this-was-not-me/")
    confirm_email_change(token=last_link("thief@mail.example", "/confirm-email/"), now=world.later(minutes=5))
    page = Client()
    page.get(f"/this-was-not-me/{token}/")
    shown = page.get("/this-was-not-me/").content.decode()
    stop_by_link(token=token, now=world.later(minutes=6))
    assert Case.objects.get().kind == RECOVERY_STOPPED
    assert Logon.objects.filter(recovery_stopped(), pk=world.dana.pk, sign_in_stopped_at__isnull=False).exists()
    assert "staff" in shown


@pytest.mark.django_db
def test_security_mail_ignores_the_digest_and_other_mail_waits_for_it(world: World) -> None:
    choose_mail(actor=world.dana, choice=MailChoice.DAILY)
    told(world.dana, world.now)
    with transaction.atomic():
        tell(world.dana, kind="portfolio_received", now=world.now, details={"person": "Luis Person"})
    assert not OutboxMail.objects.filter(kind="portfolio_received").exists()
    assert send_digests() == 1
    assert send_digests() == 0
    assert "You have received secondary logons" in OutboxMail.objects.get(kind="digest").text


@pytest.mark.django_db
def test_the_list_speaks_the_readers_language_and_is_ones_own(world: World) -> None:
    told(world.dana, world.now)
    client, other = Client(), Client()
    client.force_login(world.dana)
    other.force_login(world.olive)
    assert "The name of your logon was changed" in client.get("/notices/").content.decode()
    assert "The name of your logon was changed" not in other.get("/notices/").content.decode()
    assert client.post("/notices/").status_code == 303
    assert not Notice.objects.filter(read_at=None).exists()


@pytest.mark.django_db
def test_from_the_security_tab(world: World) -> None:
    client = Client()
    client.force_login(world.dana)
    assert client.get("/profile/security/this-was-not-me/").status_code == 200
    assert client.post("/profile/security/this-was-not-me/").status_code == 303
    assert Case.objects.get().about == "security_activity"
    assert client.get("/profile/").status_code == 302


@pytest.fixture
def committed(transactional_db: None) -> Iterator[World]:
    yield build_world()


def once(call: partial[object]) -> object:
    def run() -> None:
        try:
            call()
        except LinkVoid:
            raise Invalid({}) from None

    return run


@pytest.mark.django_db(transaction=True)
def test_of_twenty_uses_of_one_link_one_succeeds(committed: World) -> None:
    token = told(committed.dana, committed.now)
    call = once(partial(stop_by_link, token=token, now=committed.now))
    assert Counter(at_once(*[call] * 20)) == {"done": 1, "Invalid": 19}  # type: ignore[list-item]
    assert Case.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_twenty_confirmations_of_one_address_one_succeeds(committed: World) -> None:
    ask_email_change(actor=committed.dana, which="second", email="two@mail.example", now=committed.now)
    token = last_link("two@mail.example", "/confirm-email/")
    call = once(partial(confirm_email_change, token=token, now=committed.now + timedelta(minutes=1)))
    assert Counter(at_once(*[call] * 20)) == {"done": 1, "Invalid": 19}  # type: ignore[list-item]
    assert Logon.objects.get(pk=committed.dana.pk).second_email == "two@mail.example"


@pytest.mark.django_db(transaction=True)
def test_stopping_against_what_a_thief_is_about_to_do_waits_in_no_circle(committed: World) -> None:
    """The owner's *This wasn't me* at the very moment of a new address, or of a new password by a mailed link."""
    dana = committed.dana
    for number in range(6):
        now = timezone.now()
        new = f"thief{number}@mail.example"
        ask_email_change(actor=dana, which="second", email=new, now=now)
        confirm = partial(confirm_email_change, token=last_link(new, "/confirm-email/"), now=now)
        reset = links.issue(
            "reset", logon=dana, details={"address": dana.email.lower()}, now=now, lifetime=timedelta(minutes=30)
        )
        choose = partial(reset_password, token=reset, password=f"seven quiet ferries {number}", now=now)
        stop = partial(stop_by_link, token=told(dana, now), now=now)
        ended = at_once(once(confirm), once(choose), once(stop))  # type: ignore[arg-type]
        assert ended[2] == "done"
        Case.objects.update(closed_at=now)
