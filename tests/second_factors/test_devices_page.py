"""Known devices: what one sees of them, what that means, and that one forgets them (SPEC 3, Session)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from countersign.events.models import Entry
from countersign.logons.models import KnownDevice, Logon
from countersign.mail.models import OutboxMail
from countersign.policy.errors import Refused, Stale
from countersign.policy.reasons import Reason
from countersign.security.operations import end_device, end_other_devices
from tests.sign_in.conftest import PASSWORD

PAGE = "/profile/security/devices/"
OTHERS = f"{PAGE}forget-others/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1"

LogIn = Callable[..., Client]


@pytest.fixture
def log_in(make_logon: Callable[..., Logon], dana: Logon) -> LogIn:
    """``log_in("safari's words")``: a browser in which Dana, or somebody else, has signed in."""
    make_logon("somebody.else")

    def signed_in(agent: str = "", username: str = "dana.whitfield") -> Client:
        client = Client(headers={"user-agent": agent})
        assert client.post("/log-in/", {"username": username, "password": PASSWORD}).status_code == 303
        return client

    return signed_in


def device_of(logon: Logon, *, number: int = 0, **fields: Any) -> KnownDevice:
    seen = timezone.now() - timedelta(days=number)
    fields = {"description": f"Browser {number}", "known_since": seen, "last_seen_at": seen, **fields}
    return KnownDevice.objects.create(logon=logon, token_hash=f"{logon.pk}-{number}".encode().ljust(32), **fields)


def address(device: KnownDevice) -> str:
    return f"{PAGE}{device.pk}/forget/"


def test_the_list_marks_this_one_and_says_what_being_known_means(log_in: LogIn) -> None:
    log_in(SAFARI)
    here = log_in(FIREFOX)
    log_in("Chrome/130.0", "somebody.else")
    page = " ".join(here.get(PAGE).content.decode().split())
    assert "Firefox · Windows" in page
    assert "iPhone" in page
    assert "Chrome" not in page
    assert page.count("This browser") == 1
    assert page.index("This browser") > page.index("Firefox · Windows") > 0
    assert "Known since" in page
    assert "Last signed in" in page
    assert "A known device lets nobody in" in page


def test_security_and_the_sessions_lead_to_it(log_in: LogIn) -> None:
    client = log_in()
    for before in ("/profile/security/", "/profile/security/sessions/", "/profile/security/second-factors/"):
        assert f'href="{PAGE}"' in client.get(before).content.decode(), before
    assert 'href="/profile/security/sessions/"' in client.get(PAGE).content.decode()


def test_only_what_is_still_known_is_listed(dana: Logon, log_in: LogIn, settings: Any) -> None:
    client = log_in()
    device_of(dana, number=1, description="Ended one", ended_at=timezone.now())
    device_of(dana, number=2, description="Dead one", failures=settings.KNOWN_DEVICE_FAILURES)
    device_of(dana, number=settings.KNOWN_DEVICE_DAYS + 1, description="Old one")
    page = client.get(PAGE).content.decode()
    assert "Ended one" not in page
    assert "Dead one" not in page
    assert "Old one" not in page
    assert "Forget all other devices" not in page
    assert client.get(OTHERS)["Location"] == PAGE


def test_all_of_many_are_found_and_queries_stay_the_same(dana: Logon, log_in: LogIn) -> None:
    client = log_in()

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get(PAGE)
        return len(seen)

    device_of(dana, number=1)
    few = queries()
    for number in range(2, 60):
        device_of(dana, number=number)
    assert queries() == few
    shown = "".join(client.get(f"{PAGE}?page={page}").content.decode() for page in (1, 2, 3))
    assert all(f">Browser {number}<" in shown or f"Browser {number} " in shown for number in (1, 30, 59))
    for typed in ("0", "-1", "x", "9" * 30, "٣", "4"):
        assert client.get(PAGE, {"page": typed}).status_code == 200, typed


def test_one_is_forgotten_after_saying_what_follows(log_in: LogIn) -> None:
    here, there = log_in(), log_in(FIREFOX)
    other = KnownDevice.objects.get(description="Firefox · Windows")
    asked = here.get(address(other)).content.decode()
    assert "Forget the device “Firefox · Windows”?" in asked
    assert "stays signed in" in asked
    assert KnownDevice.objects.filter(ended_at=None).count() == 2
    assert here.post(address(other))["Location"] == f"{PAGE}?ended=one"
    assert "Firefox" not in here.get(f"{PAGE}?ended=one").content.decode()
    assert Entry.objects.get(name="KnownDevicesEnded").body == {"count": 1, "device": other.pk}
    assert "Devices forgotten" in here.get("/profile/security/").content.decode()
    # It is known no more, and nothing else: who is signed in there stays so, and the next sign-in is told of.
    assert there.get(PAGE).status_code == 200
    assert "This browser" not in there.get(PAGE).content.decode()
    told = OutboxMail.objects.filter(kind="new_device").count()
    there.post("/log-in/", {"username": "dana.whitfield", "password": PASSWORD})
    assert OutboxMail.objects.filter(kind="new_device").count() == told + 1
    assert "This browser" in there.get(PAGE).content.decode()


def test_this_one_too(log_in: LogIn) -> None:
    here = log_in()
    own = KnownDevice.objects.get()
    assert "You stay signed in" in here.get(address(own)).content.decode()
    here.post(address(own))
    page = here.get(PAGE).content.decode()
    assert "No device is known" in page


def test_all_others_are_forgotten_and_this_one_stays(log_in: LogIn) -> None:
    here = log_in(FIREFOX)
    log_in(SAFARI)
    log_in("Chrome/130.0")
    log_in("Chrome/130.0", "somebody.else")
    asked = here.get(OTHERS).content.decode()
    assert "2 devices will be known no more" in asked
    assert here.post(OTHERS)["Location"] == f"{PAGE}?ended=others"
    assert "This browser" in here.get(PAGE).content.decode()
    assert KnownDevice.objects.filter(ended_at=None).count() == 2
    assert Entry.objects.get(name="KnownDevicesEnded").body == {"count": 2, "device": None}
    assert here.post(OTHERS)["Location"] == f"{PAGE}?ended=none"
    assert Entry.objects.filter(name="KnownDevicesEnded").count() == 1


def test_from_a_browser_that_is_not_known_all_are_forgotten(dana: Logon, client_for: Callable[[str], Client]) -> None:
    device_of(dana)
    client = client_for(dana.username)
    assert "Forget all devices" in client.get(PAGE).content.decode()
    assert "1 device will be known no more" in client.get(OTHERS).content.decode()
    client.post(OTHERS)
    assert not KnownDevice.objects.filter(ended_at=None).exists()


def test_anothers_device_does_not_exist(log_in: LogIn) -> None:
    here = log_in()
    log_in(FIREFOX, "somebody.else")
    strangers = KnownDevice.objects.get(description="Firefox · Windows")
    for place in (address(strangers), f"{PAGE}9999999999/forget/"):
        assert here.get(place).status_code == 404
        assert here.post(place).status_code == 404
    strangers.refresh_from_db()
    assert strangers.ended_at is None
    with pytest.raises(Refused) as refused:
        end_device(actor=Logon.objects.get(username="dana.whitfield"), device=strangers.pk, now=timezone.now())
    assert refused.value.hidden
    assert not Entry.objects.filter(name="KnownDevicesEnded").exists()


def test_one_that_had_ended_already(dana: Logon, log_in: LogIn) -> None:
    client, device = log_in(), device_of(dana, ended_at=timezone.now())
    for response in (client.get(address(device)), client.post(address(device))):
        assert response.status_code == 409
        assert "This device is not known any more" in response.content.decode()
    with pytest.raises(Stale) as stale:
        end_device(actor=dana, device=device.pk, now=timezone.now())
    assert stale.value.current["what"] == Reason.DEVICE_ENDED
    assert not Entry.objects.filter(name="KnownDevicesEnded").exists()


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_one_forgets_it(make_logon: Callable[..., Logon]) -> None:
    dana = make_logon()
    one, *_others = [device_of(dana, number=number) for number in range(5)]
    done: list[str] = []

    def forget(number: int) -> None:
        try:
            if number % 2:
                end_device(actor=dana, device=one.pk, now=timezone.now())
                done.append("one")
            elif end_other_devices(actor=dana, keep=one.pk, now=timezone.now()):
                done.append("others")
        except Stale:
            done.append("stale")
        finally:
            connection.close()

    threads = [threading.Thread(target=forget, args=[number]) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["one", "others", *["stale"] * 19]
    assert sorted(entry.body["count"] for entry in Entry.objects.filter(name="KnownDevicesEnded")) == [1, 4]
