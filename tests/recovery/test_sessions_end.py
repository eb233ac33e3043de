"""SPEC 3: sessions are "ended everywhere at once by password reset, factor change, cancel, deactivate, delete"."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pyotp
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client
from django.utils import timezone

from countersign.leaving.operations import Choices, delete_profile
from countersign.leaving.queries import consequences_of_deleting
from countersign.logons import links
from countersign.logons.models import KnownDevice, Logon, OpenSession
from countersign.logons.second_factors import recovery_codes, totp
from countersign.notices.operations import stop_own
from countersign.recovery.operations import ask_removal, change_password, remove_factors_in_time, reset_password
from countersign.secondary_logons.operations import cancel_access, deactivate_access, reactivate_access
from countersign.security.operations import add_authenticator, remove_authenticator, renew_recovery_codes
from tests.cast import PASSWORD
from tests.secondary_logons.conftest import Firm, firm

__all__ = ["firm"]
STEP = "/log-in/second-step/"


class Person:
    """Somebody who is signed in in one browser, half signed in in another, and known in both."""

    def __init__(self, logon: Logon) -> None:
        self.logon, self.password, self.number = logon, PASSWORD, 0

    def half(self) -> Client:
        client = Client()
        answer = client.post("/log-in/", {"username": self.logon.username, "password": self.password})
        assert answer["Location"] == STEP
        return client

    def enter(self) -> tuple[Client, Client]:
        with transaction.atomic():
            code = recovery_codes.make_codes(self.logon, now=timezone.now())[0]
        whole = self.half()
        assert whole.post(STEP, {"way": "recovery_code", "code": code})["Location"] == "/"
        assert whole.get("/profile/").status_code == 200
        half = self.half()
        assert half.get(STEP).status_code == 200
        return whole, half

    def another_password(self) -> str:
        self.number += 1
        self.password = f"seven quiet ferries leave at {self.number}"
        return self.password

    def reset(self) -> None:
        address = {"address": self.logon.email.lower()}
        token = links.issue(
            "reset", logon=self.logon, details=address, lifetime=timedelta(minutes=5), now=timezone.now()
        )
        reset_password(token=token, password=self.another_password(), now=timezone.now())

    def change(self) -> None:
        change_password(actor=self.logon, password=self.another_password(), keep=None, now=timezone.now())

    def add_app(self) -> None:
        secret, now = totp.new_secret(), timezone.now()
        add_authenticator(actor=self.logon, secret=secret, code=pyotp.TOTP(secret).at(now), keep=None, now=now)

    def lose_all_factors(self) -> None:
        now = timezone.now()
        ask_removal(logon=self.logon, now=now - timedelta(hours=80))
        assert remove_factors_in_time(now=now) == 1

    def report(self) -> None:
        stop_own(actor=self.logon, about="new_device", now=timezone.now())

    def delete(self) -> None:
        now = timezone.now()
        version = consequences_of_deleting(self.logon, at=now).version
        typed = self.logon.username
        delete_profile(actor=self.logon, typed_username=typed, version=version, choices=Choices(), now=now)


def gone(whole: Client, half: Client, logon: Logon, why: str) -> None:
    assert whole.get("/profile/")["Location"].startswith("/log-in/"), why
    assert half.get(STEP)["Location"].startswith("/log-in/"), why
    assert half.post(STEP, {"way": "recovery_code", "code": "a"})["Location"].startswith("/log-in/"), why
    assert not OpenSession.objects.filter(logon=logon).exists(), why
    assert not KnownDevice.objects.filter(logon=logon, ended_at=None).exists(), why
    keys = [one.session_key for one in Session.objects.all() if str(logon.pk) == one.get_decoded().get("_auth_user_id")]
    assert not keys, why


def test_whole_and_half_sessions_and_known_devices_end_at_once_by_each_cause(firm: Firm) -> None:
    joel, sam = Person(firm.person("joel")), Person(firm.person("sam"))
    base = {"actor": firm.parent, "portfolio": firm.portfolio, "logon": joel.logon.pk}

    def by(ending: Callable[..., object]) -> Callable[[], object]:
        return lambda: ending(**base, now=timezone.now())

    causes: list[tuple[str, Person, Callable[[], object]]] = [
        ("reset", joel, joel.reset),
        ("change", joel, joel.change),
        ("app added", joel, joel.add_app),
        ("codes made", joel, lambda: renew_codes(joel.logon)),
        ("app removed", joel, lambda: remove_app(joel.logon)),
        ("all lost", joel, joel.lose_all_factors),
        ("deactivated", joel, by(deactivate_access)),
        ("reported", joel, joel.report),
        ("cancelled", joel, by(cancel_access)),
        ("deleted", sam, sam.delete),
    ]
    for why, person, cause in causes:
        whole, half = person.enter()
        cause()
        gone(whole, half, person.logon, why)
        if why == "deactivated":
            by(reactivate_access)()
        if why == "reported":
            joel.reset()


def renew_codes(logon: Logon) -> None:
    renew_recovery_codes(actor=logon, keep=None, now=timezone.now())


def remove_app(logon: Logon) -> None:
    remove_authenticator(actor=logon, keep=None, now=timezone.now())
