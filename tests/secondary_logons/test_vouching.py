"""SPEC 3, all factors lost: "for a secondary logon, its parent vouches". What is asked, answered, told and refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from countersign.access.models import GroupMember, Refinement
from countersign.config.subscriptions import remove_lost_factors
from countersign.events.models import Entry
from countersign.logons.models import KnownDevice, Logon, Passkey, RecoveryCode
from countersign.logons.second_factors import factors_of
from countersign.logons.second_factors.half import KEY as HALF
from countersign.logons.second_factors.recovery_codes import make_codes
from countersign.mail.models import OutboxMail
from countersign.notices.models import Notice
from countersign.notices.operations import stop_own
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.reasons import Reason
from countersign.recovery.models import FactorRemoval
from countersign.recovery.operations import ask_removal
from countersign.secondary_logons.operations import add_secondary, cancel_access, deactivate_access, enroll
from countersign.secondary_logons.operations.vouching import (
    ask_parent,
    decline_to_vouch,
    end_ask_of,
    expire_asks,
    vouch,
)
from countersign.submissions.models import Status, Submission
from countersign.submissions.queries import waiting_for
from tests.cast import PASSWORD, username
from tests.secondary_logons.conftest import Firm

ANSWERS: tuple[Callable[..., Any], ...] = (vouch, decline_to_vouch)
ASK = "/log-in/second-step/lost/parent-logon/"


def has_factor(logon: Logon) -> Logon:
    Passkey.objects.create(logon=logon, credential_id=f"{logon.pk}".encode(), credential_data=b"-")
    return logon


class Lost:
    """Joel, all of whose second factors are lost, and Maria, who has one."""

    def __init__(self, firm: Firm) -> None:
        self.firm = firm
        self.joel, self.maria = has_factor(firm.person("joel")), has_factor(firm.parent)
        make_codes(self.joel, now=timezone.now())

    def ask(self, **instead: Any) -> Submission:
        given: dict[str, Any] = {"logon": self.joel, "now": timezone.now()}
        return ask_parent(**given | instead)

    def answer(self, of: Submission | None = None, **instead: Any) -> dict[str, Any]:
        number = (of or Submission.objects.get(kind="lost_factors_of_secondary_logon")).confirmation_number
        return {
            "actor": self.maria,
            "portfolio": self.firm.portfolio,
            "logon": self.joel.pk,
            "asked": number,
            "now": timezone.now(),
        } | instead


@pytest.fixture
def lost(firm: Firm) -> Lost:
    return Lost(firm)


def nothing_ended(lost: Lost) -> bool:
    return factors_of(lost.joel) == (1, False, 10) and not Entry.objects.filter(name="LostFactorsVouched").exists()


def test_asking_tells_every_address_and_the_parent(lost: Lost) -> None:
    Logon.objects.filter(pk=lost.joel.pk).update(second_email="joel@home.example", second_email_confirmed=True)
    lost.joel.refresh_from_db()
    ask = lost.ask()
    assert ask.status == Status.PENDING
    told = OutboxMail.objects.filter(kind="lost_factors_asked")
    assert {mail.to for mail in told} == {lost.joel.email, "joel@home.example"}
    assert all("/this-was-not-me/" in mail.text for mail in told)
    parent = OutboxMail.objects.get(kind="lost_factors_please_vouch")
    assert parent.to == lost.maria.email
    assert "Joel Mbeki" in parent.subject
    assert f"/secondary-logons/{lost.joel.pk}/lost-factors/" in parent.text
    entry = Entry.objects.get(name="ParentAskedToVouch")
    assert entry.body == {"logon": lost.joel.pk, "portfolio": lost.firm.portfolio}
    assert entry.submission == ask.confirmation_number
    assert nothing_ended(lost)


def test_asked_again_it_goes_on_and_nobody_is_told_twice(lost: Lost) -> None:
    first = lost.ask()
    assert lost.ask().pk == first.pk
    assert Notice.objects.filter(kind="lost_factors_please_vouch").count() == 1


def test_the_parent_vouches(lost: Lost) -> None:
    joel, now = lost.joel, timezone.now()
    groups = set(GroupMember.objects.filter(logon=joel, ended_at=None).values_list("group_id", flat=True))
    refined = Refinement.objects.filter(logon=joel, ended_at=None).count()
    KnownDevice.objects.create(logon=joel, token_hash=b"j" * 32)
    removal = ask_removal(logon=joel, now=now)
    asked = lost.ask()
    done = vouch(**lost.answer())
    assert not factors_of(joel).any
    assert not KnownDevice.objects.filter(logon=joel, ended_at=None).exists()
    joel.refresh_from_db()
    assert joel.sessions_begin_at is not None
    assert joel.check_password(PASSWORD)
    assert set(GroupMember.objects.filter(logon=joel, ended_at=None).values_list("group_id", flat=True)) == groups
    assert Refinement.objects.filter(logon=joel, ended_at=None).count() == refined
    asked.refresh_from_db()
    assert (asked.status, asked.closed_by) == (Status.PROCESSED, lost.maria)
    assert (done.status, done.submitted_by, done.subject) == (Status.PROCESSED, lost.maria, joel.pk)
    removal.refresh_from_db()
    assert removal.done_at is not None
    entry = Entry.objects.get(name="LostFactorsVouched")
    assert (entry.actor_logon_id, entry.submission) == (lost.maria.pk, done.confirmation_number)
    assert entry.body["logon"] == joel.pk
    # Both are told, and each can say that it was not them.
    for kind, to in (("lost_factors_vouched", joel.email), ("lost_factors_you_vouched", lost.maria.email)):
        mail = OutboxMail.objects.get(kind=kind)
        assert mail.to == to
        assert "Maria Lopez confirmed" in " ".join(mail.text.split())
        assert "/this-was-not-me/" in mail.text
    assert not waiting_for(lost.maria, at=timezone.now())


def test_a_secondary_master_vouches_within_its_reach_and_its_parent_is_told(lost: Lost) -> None:
    kim, restaurants = has_factor(lost.firm.person("kim")), lost.firm.groups["Restaurants"]
    add_secondary(**lost.firm.new(groups=[restaurants]))
    token = re.search(r"/enroll/([\w-]{43})/", OutboxMail.objects.get(to="noor@lopezcpa.example").text)
    assert token
    enroll(token=token[1], password="violet stairs hum at night", now=timezone.now())
    noor = has_factor(Logon.objects.get(username="noor.lopezcpa"))
    asked = ask_parent(logon=noor, now=timezone.now())
    assert len(waiting_for(kim, at=timezone.now())) == 1
    vouch(**lost.answer(asked, actor=kim, logon=noor.pk))
    assert not factors_of(noor).any
    told = OutboxMail.objects.filter(kind="lost_factors_you_vouched")
    assert {mail.to for mail in told} == {kim.email, lost.maria.email}
    assert {mail.to for mail in told if "/this-was-not-me/" in mail.text} == {kim.email}


def test_a_repeated_submit_shows_its_first(lost: Lost) -> None:
    from uuid import uuid4

    lost.ask()
    answer = lost.answer(token=uuid4())
    assert vouch(**answer).pk == vouch(**answer).pk
    assert Entry.objects.filter(name="LostFactorsVouched").count() == 1


class TestRefused:
    def test_without_a_second_factor_of_ones_own(self, lost: Lost) -> None:
        lost.ask()
        Passkey.objects.filter(logon=lost.maria).update(removed_at=timezone.now())
        with pytest.raises(Refused) as refused:
            vouch(**lost.answer())
        assert refused.value.reason == Reason.SECOND_FACTOR_NEEDED
        assert nothing_ended(lost)

    def test_for_oneself(self, firm: Firm) -> None:
        kim = has_factor(firm.person("kim"))
        asked = ask_parent(logon=kim, now=timezone.now())
        base: dict[str, Any] = {"portfolio": firm.portfolio, "logon": kim.pk, "asked": asked.confirmation_number}
        for answer in ANSWERS:
            with pytest.raises(Refused) as refused:
                answer(actor=kim, now=timezone.now(), **base)
            assert refused.value.reason == Reason.BEYOND_OWN_REACH
        assert factors_of(kim).any
        assert not waiting_for(kim, at=timezone.now())
        vouch(actor=has_factor(firm.parent), now=timezone.now(), **base)
        assert not factors_of(kim).any

    def test_beyond_the_reach_of_a_secondary_master(self, firm: Firm) -> None:
        kim, ruth = has_factor(firm.person("kim")), has_factor(firm.person("ruth"))
        asked = ask_parent(logon=ruth, now=timezone.now())
        base = {"portfolio": firm.portfolio, "logon": ruth.pk, "asked": asked.confirmation_number}
        for answer in ANSWERS:
            with pytest.raises(Refused) as refused:
                answer(actor=kim, now=timezone.now(), **base)
            assert refused.value.reason == Reason.BEYOND_OWN_REACH
        assert not waiting_for(kim, at=timezone.now())
        assert factors_of(ruth).any

    @pytest.mark.parametrize("who", ["victor", "dana", "ruth", "joel", "hana"])
    def test_by_those_who_do_not_manage_it(self, lost: Lost, who: str) -> None:
        actor = lost.firm.person(who) if who == "joel" else has_factor(lost.firm.person(who))
        lost.ask()
        for answer in ANSWERS:
            with pytest.raises(Refused) as refused:
                answer(**lost.answer(actor=actor))
            assert refused.value.hidden
        assert nothing_ended(lost)

    def test_of_a_reported_logon(self, lost: Lost) -> None:
        asked = lost.ask()
        stop_own(actor=lost.joel, about="", now=timezone.now())
        asked.refresh_from_db()
        assert asked.status == Status.WITHDRAWN
        with pytest.raises(Refused) as refused:
            vouch(**lost.answer())
        assert refused.value.reason == Reason.LOGON_REPORTED
        with pytest.raises(Refused):
            lost.ask()
        assert nothing_ended(lost)

    def test_of_a_deactivated_logon(self, lost: Lost) -> None:
        lost.ask()
        deactivate_access(actor=lost.maria, portfolio=lost.firm.portfolio, logon=lost.joel.pk, now=timezone.now())
        assert not waiting_for(lost.maria, at=timezone.now())
        with pytest.raises(Refused) as refused:
            vouch(**lost.answer())
        assert refused.value.reason == Reason.LOGON_NOT_ACTIVE
        assert nothing_ended(lost)

    def test_of_a_cancelled_logon(self, lost: Lost) -> None:
        lost.ask()
        cancel_access(actor=lost.maria, portfolio=lost.firm.portfolio, logon=lost.joel.pk, now=timezone.now())
        with pytest.raises(Refused) as refused:
            vouch(**lost.answer())
        assert refused.value.hidden
        assert Submission.objects.get(kind="lost_factors_of_secondary_logon").status == Status.WITHDRAWN

    def test_asking_without_a_factor_or_a_parent(self, lost: Lost) -> None:
        ruth = lost.firm.person("ruth")
        with pytest.raises(Refused):
            ask_parent(logon=ruth, now=timezone.now())
        with pytest.raises(Invalid):
            ask_parent(logon=lost.maria, now=timezone.now())
        assert not Submission.objects.filter(kind="lost_factors_of_secondary_logon").exists()

    def test_asking_too_often(self, lost: Lost) -> None:
        for _ in range(3):
            lost.ask()
            end_ask_of(logon=lost.joel.pk, now=timezone.now())
        with pytest.raises(Invalid):
            lost.ask()
        assert Notice.objects.filter(kind="lost_factors_please_vouch").count() == 3
        lost.ask(now=timezone.now() + timedelta(days=1, minutes=1))


class TestStale:
    def test_answered_already(self, lost: Lost) -> None:
        asked = lost.ask()
        decline_to_vouch(**lost.answer())
        for answer in ANSWERS:
            with pytest.raises(Stale) as stale:
                answer(**lost.answer(asked))
            assert stale.value.current["what"] == Reason.REQUEST_DECIDED
        assert nothing_ended(lost)

    def test_taken_back(self, lost: Lost) -> None:
        asked = lost.ask()
        assert end_ask_of(logon=lost.joel.pk, now=timezone.now())
        assert not end_ask_of(logon=lost.joel.pk, now=timezone.now())
        with pytest.raises(Stale) as stale:
            vouch(**lost.answer(asked))
        assert stale.value.current["what"] == Reason.REQUEST_WITHDRAWN
        assert Entry.objects.filter(name="LostFactorsAskEnded").count() == 1

    def test_past_its_time(self, lost: Lost) -> None:
        asked = lost.ask()
        later = timezone.now() + timedelta(hours=72, seconds=1)
        with pytest.raises(Stale) as stale:
            vouch(**lost.answer(now=later))
        assert stale.value.current["what"] == Reason.REQUEST_EXPIRED
        assert not waiting_for(lost.maria, at=later)
        assert expire_asks(now=later) == 1
        asked.refresh_from_db()
        assert (asked.status, asked.closed_by) == (Status.REJECTED, None)
        assert nothing_ended(lost)
        remove_lost_factors()

    def test_of_an_older_one_that_was_asked(self, lost: Lost) -> None:
        first = lost.ask()
        end_ask_of(logon=lost.joel.pk, now=timezone.now())
        second = lost.ask()
        with pytest.raises(Stale):
            vouch(**lost.answer(first))
        for rubbish in ("", "x", "0" * 20):
            with pytest.raises(Stale):
                vouch(**lost.answer(second, asked=rubbish))
        vouch(**lost.answer(second))


def test_declining_changes_nothing_and_the_person_is_told(lost: Lost) -> None:
    Passkey.objects.filter(logon=lost.maria).update(removed_at=timezone.now())
    asked = lost.ask()
    decline_to_vouch(**lost.answer())
    asked.refresh_from_db()
    assert (asked.status, asked.closed_by) == (Status.REJECTED, lost.maria)
    assert nothing_ended(lost)
    assert Entry.objects.get(name="LostFactorsNotVouched").actor_logon_id == lost.maria.pk
    mail = OutboxMail.objects.get(kind="lost_factors_not_vouched")
    assert mail.to == lost.joel.email
    assert "Nothing was changed" in " ".join(mail.text.split())


def test_other_ways_end_what_was_asked(lost: Lost, client: Client) -> None:
    asked = lost.ask()
    FactorRemoval.objects.create(logon=lost.joel, asked_at=timezone.now(), due_at=timezone.now())
    remove_lost_factors()
    asked.refresh_from_db()
    assert asked.status == Status.WITHDRAWN
    assert not factors_of(lost.joel).any


def test_what_the_parent_answered_is_no_activity_of_its_own(lost: Lost, client_for: Callable[[str], Client]) -> None:
    lost.ask()
    vouch(**lost.answer())
    own = client_for(lost.maria.username).get("/profile/security/").content.decode()
    theirs = client_for(lost.joel.username).get("/profile/security/").content.decode()
    assert "confirmed by the parent logon" not in own
    assert "confirmed by the parent logon, and removed" in theirs


def test_home_asks_no_more_when_more_people_ask(firm: Firm, client_for: Callable[[str], Client]) -> None:
    client = client_for(firm.parent.username)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert waiting_for(firm.parent, at=timezone.now()) is not None
        return len(seen)

    client.get("/")
    nobody = queries()
    ask_parent(logon=has_factor(firm.person("joel")), now=timezone.now())
    assert [task.text for task in waiting_for(firm.parent, at=timezone.now())] == [
        "Joel Mbeki asks you to confirm that all second factors are lost"
    ]
    one = queries()
    for key in ("ruth", "sam", "ana"):
        ask_parent(logon=has_factor(firm.person(key)), now=timezone.now())
    assert len(waiting_for(firm.parent, at=timezone.now())) == 4
    assert queries() == one
    assert nobody < one


class TestPages:
    def half(self, who: str = "joel") -> Client:
        client = Client()
        assert client.post("/log-in/", {"username": username(who), "password": PASSWORD}).status_code == 303
        return client

    def address(self, lost: Lost) -> str:
        return f"/portfolios/{lost.firm.portfolio}/secondary-logons/{lost.joel.pk}/lost-factors/"

    def test_only_a_secondary_logon_is_shown_the_way(self, lost: Lost) -> None:
        assert ASK in self.half().get("/log-in/second-step/lost/").content.decode()
        assert ASK in self.half().get("/log-in/second-step/lost/other-ways/").content.decode()
        assert ASK not in self.half("maria").get("/log-in/second-step/lost/").content.decode()
        asked = self.half("maria").post(ASK, {"step": "ask"})
        assert asked.status_code == 422
        assert "There is no parent logon" in asked.content.decode()

    def test_it_is_asked_and_taken_back(self, lost: Lost) -> None:
        client = self.half()
        assert "Ask your parent logon" in client.get(ASK).content.decode()
        assert client.post(ASK, {"step": "rubbish"}).status_code == 422
        assert client.post(ASK, {"step": "ask"})["Location"] == ASK
        page = client.get(ASK).content.decode()
        assert "Your parent logon has been asked" in page
        assert "Maria" not in page
        client.post(ASK, {"step": "take_back"})
        assert "Ask your parent logon" in client.get(ASK).content.decode()

    def test_a_recovery_code_that_is_found_ends_it(self, lost: Lost) -> None:
        asked = lost.ask()
        RecoveryCode.objects.filter(logon=lost.joel).delete()
        code, *_rest = make_codes(lost.joel, now=timezone.now())
        client = self.half()
        done = client.post("/log-in/second-step/?way=recovery_code", {"way": "recovery_code", "code": code})
        assert done.status_code == 303
        asked.refresh_from_db()
        assert asked.status == Status.WITHDRAWN

    def test_the_parent_confirms(self, lost: Lost, client_for: Callable[[str], Client]) -> None:
        asked, client, half = lost.ask(), client_for(lost.maria.username), self.half()
        assert "asks you to confirm" in client.get("/").content.decode()
        logon = client.get(f"/portfolios/{lost.firm.portfolio}/secondary-logons/{lost.joel.pk}/").content.decode()
        assert self.address(lost) in logon
        page = client.get(self.address(lost)).content.decode()
        assert "Joel Mbeki" in page
        assert username("joel") in page
        unsure = client.post(self.address(lost), {"asked": asked.confirmation_number, "step": "vouch"})
        assert unsure.status_code == 422
        assert "Speak to the person first" in unsure.content.decode()
        sent = {"asked": asked.confirmation_number, "sure": "on", "step": "vouch"}
        done = client.post(self.address(lost), sent)
        assert done.status_code == 303
        assert "sets up new second factors" in client.get(done["Location"]).content.decode()
        session = half.session
        session[HALF] = session[HALF] | {"at": session[HALF]["at"] - 2}  # whole seconds are compared
        session.save()
        assert half.get(ASK).status_code == 302
        assert client.get(self.address(lost)).status_code == 409
        assert client.post(self.address(lost), sent).status_code == 409
        # From now on the password alone leads to what has to be set up first, or in.
        assert self.half().get("/").status_code == 200

    def test_it_asks_for_a_fresh_sign_in_and_keeps_the_form(
        self, lost: Lost, client_for: Callable[[str], Client], settings: Any
    ) -> None:
        asked, client = lost.ask(), client_for(lost.maria.username)
        settings.FRESH_SIGN_IN_SECONDS = -1
        sent = {"asked": asked.confirmation_number, "sure": "on", "step": "vouch"}
        assert client.post(self.address(lost), sent)["Location"].startswith("/confirm-it-is-you/")
        assert nothing_ended(lost)
        declined = client.post(self.address(lost), {"asked": asked.confirmation_number, "step": "decline"})
        assert "declined=1" in declined["Location"]
        assert "Declined. The second factors stay" in client.get(declined["Location"]).content.decode()

    def test_without_a_second_factor_it_says_where_to_get_one(
        self, lost: Lost, client_for: Callable[[str], Client]
    ) -> None:
        asked, client = lost.ask(), client_for(lost.maria.username)
        Passkey.objects.filter(logon=lost.maria).update(removed_at=timezone.now())
        page = client.get(self.address(lost)).content.decode()
        assert "you need a second factor of your own" in page
        assert "/profile/security/second-factors/" in page
        sent = {"asked": asked.confirmation_number, "sure": "on", "step": "vouch"}
        assert client.post(self.address(lost), sent).status_code == 403
        assert nothing_ended(lost)

    def test_a_password_chosen_by_mail_is_told(self, lost: Lost, client_for: Callable[[str], Client]) -> None:
        from countersign import events
        from countersign.recovery.events import PasswordReset

        lost.ask()
        client = client_for(lost.maria.username)
        assert "chosen anew by a mailed link" not in client.get(self.address(lost)).content.decode()
        with events_in_transaction():
            events.record(
                PasswordReset(enrolled=False),
                actor=lost.joel,
                channel=events.Channel.MAIL,
                at=timezone.now(),
                logons=[lost.joel.pk],
            )
        assert "chosen anew by a mailed link" in client.get(self.address(lost)).content.decode()

    def test_to_others_it_does_not_exist(self, lost: Lost, client_for: Callable[[str], Client]) -> None:
        lost.ask()
        for who in ("victor", "dana", "ruth"):
            client = client_for(username(who))
            assert client.get(self.address(lost)).status_code == 404
            assert client.post(self.address(lost), {"step": "vouch", "sure": "on"}).status_code == 404
        # To a secondary Master Administrator beyond its reach it says so.
        ruth = has_factor(lost.firm.person("ruth"))
        ask_parent(logon=ruth, now=timezone.now())
        address = f"/portfolios/{lost.firm.portfolio}/secondary-logons/{ruth.pk}/lost-factors/"
        page = client_for(username("kim")).get(address)
        assert page.status_code == 200
        assert "within its own reach" in page.content.decode()
        assert "Confirm</button>" not in page.content.decode()


def events_in_transaction() -> Any:
    from django.db import transaction

    return transaction.atomic()
