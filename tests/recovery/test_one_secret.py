"""Whoever has one secret gets nowhere: the mailbox alone, a session alone, the password alone."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from countersign.events.models import Entry
from countersign.logons import links
from countersign.logons.models import FailureCounter, Link, Logon, RecoveryCode
from countersign.logons.second_factors import factors_of
from countersign.logons.second_factors.recovery_codes import make_codes
from countersign.mail.models import OutboxMail
from countersign.notices.models import Case
from countersign.policy.errors import Refused
from countersign.recovery.models import FactorRemoval
from countersign.recovery.operations import ask_removal, remove_factors_in_time
from countersign.sign_in.operations import record_sign_in
from tests.recovery.test_recovery import NEW, OLD, ask, choose, logon, opened, token_of

LOST, OTHER_WAYS = "/log-in/second-step/lost/", "/log-in/second-step/lost/other-ways/"


def log_in(client: Client, password: str, username: str = "dana.whitfield") -> Any:
    return client.post("/log-in/", {"username": username, "password": password})


def codes_of(dana: Logon) -> list[str]:
    with transaction.atomic():
        return make_codes(dana, now=timezone.now())


class TestTheMailboxAlone:
    """A new password, and then: neither the second factor nor its removal, of which only that mailbox would be told."""

    def reset_by_the_thief(self) -> Client:
        (sent,) = ask()
        assert choose(opened(token_of(sent))).status_code == 303
        thief = Client()
        assert log_in(thief, NEW)["Location"] == "/log-in/second-step/"
        return thief

    def test_the_removal_of_factors_does_not_begin(self, db: None) -> None:
        dana = logon()
        codes_of(dana)
        thief = self.reset_by_the_thief()
        page = thief.get(LOST)
        assert page.status_code == 200
        assert b"more than e-mail" in page.content
        assert b"Remove my second factors" not in page.content
        assert thief.post(LOST).status_code == 200
        with pytest.raises(Refused):
            ask_removal(logon=dana, now=timezone.now())
        assert not FactorRemoval.objects.exists()
        assert thief.get(OTHER_WAYS).status_code == 200

    def test_a_removal_that_the_owner_began_does_not_go_on_for_the_thief(self, db: None) -> None:
        """The owner lost the phone and asked, by the right password; 71 hours later the thief chooses another one."""
        dana = logon()
        codes_of(dana)
        ask_removal(logon=dana, now=timezone.now() - timedelta(hours=71))
        self.reset_by_the_thief()
        assert remove_factors_in_time(now=timezone.now() + timedelta(hours=2)) == 0
        assert factors_of(dana).recovery_codes == 10
        assert FactorRemoval.objects.get().cancelled_at is not None
        assert Entry.objects.filter(name="FactorRemovalCancelled").exists()

    def test_a_passkey_of_the_owner_says_nothing_of_the_new_password(self, db: None) -> None:
        dana = logon()
        codes_of(dana)
        thief = self.reset_by_the_thief()
        record_sign_in(actor=dana, how="passkey", now=timezone.now())
        thief.post(LOST)
        assert not FactorRemoval.objects.exists()

    def test_once_the_owner_has_signed_in_with_it_waiting_helps_again(self, db: None) -> None:
        dana = logon()
        codes = codes_of(dana)
        owner = self.reset_by_the_thief()
        assert owner.post("/log-in/second-step/", {"way": "recovery_code", "code": codes[0]}).status_code == 303
        later = Client()
        log_in(later, NEW)
        assert b"Remove my second factors" in later.get(LOST).content
        later.post(LOST)
        assert FactorRemoval.objects.filter(FactorRemoval.OPEN, logon=dana).exists()

    def test_it_changes_no_address_and_reads_nothing(self, db: None) -> None:
        dana = logon()
        codes_of(dana)
        thief = self.reset_by_the_thief()
        for address in ("/", "/profile/", "/profile/email/", "/profile/security/second-factors/", "/notices/"):
            assert thief.get(address)["Location"].startswith("/log-in/")
        assert factors_of(dana).recovery_codes == 10


class TestASessionAlone:
    """Stolen within 15 minutes of the sign-in: it changes the address, and the old address ends that."""

    def moved(self) -> tuple[Logon, OutboxMail]:
        """The thief's own address is Dana's now; the mail that went to the old one."""
        dana, thief = logon(), Client()
        thief.force_login(dana)
        assert thief.post("/profile/email/", {"email": "thief@elsewhere.example"}).status_code == 303
        link = re.search(r"/confirm-email/[\w-]{43}/", OutboxMail.objects.get(to="thief@elsewhere.example").text)
        assert link
        thief.get(link[0])
        assert thief.post("/confirm-email/").status_code == 303
        return dana, OutboxMail.objects.get(to="dana@harbor.example", kind="email_changed")

    def stop(self, told: OutboxMail) -> Client:
        link = re.search(r"/this-was-not-me/[\w-]{43}/", told.text)
        assert link
        owner = Client()
        owner.get(link[0])
        page = owner.get("/this-was-not-me/").content.decode()
        assert "our staff have made sure who its owner is" in page
        answer = owner.post("/this-was-not-me/")
        assert answer["Location"] == "/this-was-not-me/stopped/?by=staff"
        stopped = owner.get(answer["Location"]).content.decode()
        assert "nobody can choose a new password by mail" in stopped
        assert "Forgot username or password?" not in stopped
        return owner

    def test_the_old_address_ends_sessions_and_recovery(self, db: None) -> None:
        """SPEC 3: "a link that *stops* (ends sessions and recovery, opens a case), never one that hands control back"."""
        dana, told = self.moved()
        (before,) = ask("thief@elsewhere.example")
        chosen = opened(token_of(before))
        self.stop(told)
        assert choose(chosen).status_code == 410, "a link that was open already"
        assert ask("thief@elsewhere.example") == [], "no further one"
        assert ask("dana@harbor.example") == [], "nor does control go back"
        assert log_in(Client(), OLD).status_code == 422
        case = Case.objects.get()
        assert (case.kind, case.logon, case.closed_at) == ("recovery_stopped", dana, None)

    def test_a_link_issued_while_it_was_being_stopped_opens_nothing(self, db: None) -> None:
        dana, told = self.moved()
        self.stop(told)
        token = links.issue(
            "reset",
            logon=dana,
            details={"address": "thief@elsewhere.example"},
            lifetime=timedelta(minutes=30),
            now=timezone.now(),
        )
        assert choose(opened(token)).status_code == 410

    def test_staff_close_the_case_and_recovery_goes_on(self, db: None) -> None:
        dana, told = self.moved()
        self.stop(told)
        Logon.objects.filter(pk=dana.pk).update(email="dana@new.example")
        Case.objects.update(closed_at=timezone.now())
        (sent,) = ask("dana@new.example")
        assert choose(opened(token_of(sent))).status_code == 303
        assert log_in(Client(), NEW)["Location"] == "/"

    def test_the_thief_who_stops_stops_himself(self, db: None) -> None:
        self.moved()
        self.stop(OutboxMail.objects.filter(to="thief@elsewhere.example", kind="email_changed").latest("pk"))
        assert ask("thief@elsewhere.example") == []

    def test_after_15_minutes_it_changes_nothing_that_opens_a_door(self, db: None) -> None:
        dana, thief = logon(), Client()
        RecoveryCode.objects.create(logon=dana, code_hash=b"x")
        thief.force_login(dana)
        session = thief.session
        session["signed_in_at"] = int(timezone.now().timestamp()) - 16 * 60
        session.save()
        for address in (
            "/profile/email/",
            "/profile/second-email/",
            "/profile/name/",
            "/profile/delete-my-profile/",
            "/profile/security/authenticator-app/",
            "/profile/security/passkey/",
            "/profile/security/recovery-codes/new/",
            "/profile/security/authenticator-app/remove/",
        ):
            for answer in (thief.get(address), thief.post(address, {"email": "thief@elsewhere.example"})):
                assert answer["Location"].startswith("/confirm-it-is-you/"), address
        assert thief.post("/profile/security/change-password/", {"password": NEW, "again": NEW}).status_code == 303
        assert not Link.objects.exists()
        dana.refresh_from_db()
        assert log_in(Client(), OLD)["Location"] == "/log-in/second-step/"


class TestNoSecretAtAll:
    def test_a_hundred_wrong_passwords_stop_them_until_recovery(self, db: None) -> None:
        """SPEC 3: "100 in a row stop passwords until recovery"; the page says how."""
        dana = logon()
        log_in(Client(), "wrong")
        FailureCounter.objects.filter(kind="password").update(failures=100)
        stopped = log_in(Client(), OLD)
        assert stopped.status_code == 429 and "Retry-After" not in stopped.headers
        assert b'href="/forgot-username-or-password/"' in stopped.content
        (sent,) = ask()
        assert choose(opened(token_of(sent))).status_code == 303
        assert log_in(Client(), NEW, dana.username)["Location"] == "/"


class TestThePasswordAlone:
    def test_it_begins_what_every_address_is_told_of_and_nothing_else(self, db: None) -> None:
        dana = logon(second_email="d2@harbor.example", second_email_confirmed=True)
        codes_of(dana)
        thief = Client()
        log_in(thief, OLD)
        thief.post(LOST)
        assert {one.to for one in OutboxMail.objects.filter(kind="factors_lost")} == {
            "dana@harbor.example",
            "d2@harbor.example",
        }
        assert factors_of(dana).recovery_codes == 10
        assert thief.get("/profile/").status_code == 302
