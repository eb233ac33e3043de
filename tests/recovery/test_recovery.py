"""Forgot username or password?: one neutral answer, one mail per address, links used once, the second factor stays."""

from __future__ import annotations

import re
import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from countersign.access.models import LogonStanding
from countersign.access.operations.standing import change_standing
from countersign.access.queries.own import is_active
from countersign.events.models import Entry
from countersign.logons import limiter, links
from countersign.logons.hash_cap import Busy
from countersign.logons.links import LinkVoid
from countersign.logons.models import FailureCounter, KnownDevice, Link, Logon, RecoveryCode
from countersign.logons.passwords import password_matches, set_password
from countersign.mail.models import OutboxMail
from countersign.notices.operations import stop_own
from countersign.policy.errors import Invalid
from countersign.policy.facts import Standing
from countersign.recovery.models import FactorRemoval, ForgottenAsk
from countersign.recovery.operations import (
    answer_ask,
    ask_for_links,
    ask_removal,
    cancel_removal,
    change_password,
    remove_factors_in_time,
    reset_password,
)
from countersign.sign_in.operations import record_sign_in

OLD = "harbor lanterns glow at dusk"
NEW = "seven quiet ferries leave at noon"
TOKEN = re.compile(r"/(?:forgot-username-or-password|second-factors-stay)/link/([A-Za-z0-9_-]{43})/")


def logon(username: str = "dana.whitfield", *, standing: Standing = Standing.ACTIVE, **given: Any) -> Logon:
    given = {"email": "dana@harbor.example", "email_confirmed": True, "first_name": "Dana", **given}
    made = Logon.objects.create(username=username, **given)
    with transaction.atomic():
        change_standing(logon=made, standing=standing, submission="", now=timezone.now() - timedelta(days=9))
        if standing is Standing.ACTIVE:
            set_password(made, OLD, now=timezone.now() - timedelta(days=8))
    return Logon.objects.get(pk=made.pk)


def ask(email: str = "dana@harbor.example") -> list[OutboxMail]:
    """Ask on the page, let the worker answer; the mails that this made, by address."""
    before = set(OutboxMail.objects.values_list("pk", flat=True))
    response = Client().post("/forgot-username-or-password/", {"email": email})
    assert (response.status_code, response["Location"]) == (303, "/forgot-username-or-password/sent/")
    for row in ForgottenAsk.objects.all():
        answer_ask(ask=row.pk, now=timezone.now())
    return list(OutboxMail.objects.exclude(pk__in=before))


def token_of(sent: OutboxMail) -> str:
    found = TOKEN.search(sent.text)
    assert found is not None
    return found[1]


def opened(token: str) -> Client:
    client = Client()
    response = client.get(f"/forgot-username-or-password/link/{token}/")
    assert (response.status_code, response["Location"]) == (302, "/forgot-username-or-password/new-password/")
    return client


def choose(client: Client, password: str = NEW, again: str | None = None) -> Any:
    fields = {"password": password, "again": password if again is None else again}
    return client.post("/forgot-username-or-password/new-password/", fields)


def test_one_mail_names_each_username_with_its_own_link(db: None) -> None:
    logon()
    logon("dana.second", email="other@harbor.example", second_email="Dana@Harbor.example", second_email_confirmed=True)
    (sent,) = ask("DANA@harbor.example")
    assert "dana.whitfield" in sent.text and "dana.second" in sent.text
    assert len(set(TOKEN.findall(sent.text))) == 2
    assert not ForgottenAsk.objects.exists()
    assert Link.objects.filter(kind="reset", used_at=None, void_at=None).count() == 2


@pytest.mark.parametrize(
    ("standing", "given"),
    [
        (Standing.DEACTIVATED, {}),
        (Standing.CLOSED, {}),
        (Standing.ACTIVE, {"email_confirmed": False}),
        (Standing.ACTIVE, {"email": "x@harbor.example", "second_email": "dana@harbor.example"}),
    ],
)
def test_whoever_may_not_come_in_is_told_as_little_as_a_stranger(db: None, standing: Standing, given: Any) -> None:
    logon(standing=standing, **given)
    assert ask() == []
    assert ask("nobody@else.example") == []


def test_the_answer_is_the_same_whoever_has_the_address(db: None) -> None:
    logon()
    answers = []
    for email in ("dana@harbor.example", "nobody@else.example"):
        response = Client().post("/forgot-username-or-password/", {"email": email})
        answers.append((response.status_code, response["Location"], response.content, sorted(response.headers)))
    assert answers[0] == answers[1]
    page = Client().get("/forgot-username-or-password/sent/").content.decode()
    assert "dana" not in page


def test_links_lead_to_the_configured_address_whatever_host_was_asked(db: None, settings: Any) -> None:
    logon()
    settings.ALLOWED_HOSTS = ["*"]
    Client().post("/forgot-username-or-password/", {"email": "dana@harbor.example"}, headers={"host": "evil.example"})
    row = ForgottenAsk.objects.get()
    answer_ask(ask=row.pk, now=timezone.now())
    sent = OutboxMail.objects.get()
    assert "evil" not in sent.text + sent.html
    assert set(re.findall(r"https?://[^/\s\"<]+", sent.text)) == {site_settings.BASE_URL}


@pytest.mark.parametrize(
    "typed", ["", "no address", "a@b.example\nBcc: x@y.example", "a@b.example, c@d.example", "a" * 300]
)
def test_what_is_no_address_is_refused_and_kept(db: None, typed: str) -> None:
    response = Client().post("/forgot-username-or-password/", {"email": typed})
    assert response.status_code == 422
    assert not ForgottenAsk.objects.exists()


def test_too_many_for_one_address_or_from_one_place_are_dropped_without_a_word(db: None) -> None:
    logon()
    assert sum(len(ask()) for _ in range(8)) == 5
    now = timezone.now()
    for number in range(150):
        ask_for_links(email=f"n{number}@x.example", language="en", source="192.0.2.7", now=now)
    assert ForgottenAsk.objects.count() == 100


def test_a_new_password_by_the_link(db: None) -> None:
    dana = logon()
    now = timezone.now()
    by_username = limiter.limit(limiter.PASSWORD, dana.username, "public")
    for _ in range(3):
        limiter.reserve(by_username, now=now)
    elsewhere = Client()
    elsewhere.force_login(dana)
    KnownDevice.objects.create(logon=dana, token_hash=b"1", description="")
    other_link = links.issue("confirm_email", lifetime=timedelta(days=1), now=now, logon=dana)
    (sent,) = ask()
    client = opened(token_of(sent))
    page = client.get("/forgot-username-or-password/new-password/")
    assert (
        page.status_code == 200 and b"dana.whitfield" in page.content and b"no-store" in page["Cache-Control"].encode()
    )
    assert token_of(sent) not in page.content.decode()
    assert Link.objects.filter(kind="reset", used_at=None).count() == 1, "opening it uses nothing up"
    assert choose(client)["Location"] == "/forgot-username-or-password/done/"
    dana.refresh_from_db()
    assert password_matches(dana, NEW) and not password_matches(dana, OLD)
    assert not KnownDevice.objects.filter(ended_at=None).exists()
    assert not FailureCounter.objects.filter(kind=limiter.PASSWORD).exists()
    with pytest.raises(LinkVoid):
        links.find("confirm_email", other_link, now=now)
    assert elsewhere.get("/profile/").status_code == 302, "signed out everywhere"
    entry = Entry.objects.get(name="PasswordReset")
    assert entry.channel == "mail"
    told = OutboxMail.objects.exclude(pk=sent.pk).get()
    assert told.kind == "new_password" and NEW not in told.text
    assert choose(client).status_code == 410, "used up"


def test_the_link_never_skips_the_second_factor(db: None) -> None:
    dana = logon()
    RecoveryCode.objects.create(logon=dana, code_hash=b"x")
    (sent,) = ask()
    choose(opened(token_of(sent)))
    client = Client()
    answer = client.post("/log-in/", {"username": dana.username, "password": NEW})
    assert answer["Location"] == "/log-in/second-step/"
    assert client.get("/profile/").status_code == 302


def test_an_old_password_is_refused_and_the_link_stays(db: None) -> None:
    dana = logon()
    (sent,) = ask()
    client = opened(token_of(sent))
    for typed in (OLD, "short", "dana.whitfield harbor 12"):
        assert choose(client, typed).status_code == 422
    assert choose(client, NEW, again=NEW + "!").status_code == 422
    assert choose(client).status_code == 303
    (sent,) = ask()
    client = opened(token_of(sent))
    for typed in (OLD, NEW):
        assert b"You used this password before" in choose(client, typed).content
    dana.refresh_from_db()
    assert password_matches(dana, NEW)


def test_older_expired_foreign_and_borrowed_links_open_a_page_that_helps(db: None) -> None:
    dana = logon()
    (first,) = ask()
    (second,) = ask()
    for token in (token_of(first), "A" * 43, "nonsense", "x" * 500):
        response = opened(token).get("/forgot-username-or-password/new-password/")
        assert response.status_code == 410
        assert b"Send a new e-mail" in response.content
    assert Client().get("/forgot-username-or-password/new-password/").status_code == 410, "another browser"
    assert choose(Client()).status_code == 410
    Link.objects.filter(kind="reset").update(expires_at=timezone.now())
    assert choose(opened(token_of(second))).status_code == 410
    (third,) = ask()
    Logon.objects.filter(pk=dana.pk).update(email="new@harbor.example")
    assert choose(opened(token_of(third))).status_code == 410, "the address is not this logon's any more"
    assert links.issue("enroll", lifetime=timedelta(days=1), now=timezone.now(), logon=dana)
    dana.refresh_from_db()
    assert password_matches(dana, OLD)


def test_a_logon_that_was_closed_meanwhile_gets_no_password(db: None) -> None:
    dana = logon()
    (sent,) = ask()
    client = opened(token_of(sent))
    with transaction.atomic():
        change_standing(logon=dana, standing=Standing.DEACTIVATED, submission="", now=timezone.now())
    assert choose(client).status_code == 410


def test_whoever_planted_the_session_does_not_hold_the_link(db: None) -> None:
    logon()
    (sent,) = ask()
    victim, thief = Client(), Client()
    victim.get("/log-in/")
    session = victim.session
    session["planted"] = True
    session.save()
    thief.cookies[site_settings.SESSION_COOKIE_NAME] = str(session.session_key)
    victim.cookies[site_settings.SESSION_COOKIE_NAME] = str(session.session_key)
    victim.get(f"/forgot-username-or-password/link/{token_of(sent)}/")
    assert victim.get("/forgot-username-or-password/new-password/").status_code == 200
    assert thief.get("/forgot-username-or-password/new-password/").status_code == 410


def test_an_invited_logon_chooses_its_first_password_and_is_active(db: None) -> None:
    made = logon("new.person", standing=Standing.INVITED, email_confirmed=False)
    (sent,) = ask()
    assert choose(opened(token_of(sent))).status_code == 303
    made.refresh_from_db()
    assert made.email_confirmed and is_active(made.pk, at=timezone.now())
    assert LogonStanding.objects.filter(logon=made, ended_at=None).count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("standing", [Standing.ACTIVE, Standing.INVITED])
def test_of_twenty_uses_of_one_link_one_succeeds(standing: Standing) -> None:
    dana = logon(standing=standing)
    (sent,) = ask()
    token, now, ended = token_of(sent), timezone.now(), Counter[str]()
    barrier = threading.Barrier(20)

    def run(number: int) -> None:
        try:
            barrier.wait(timeout=20)
            reset_password(token=token, password=f"{NEW} {number}", now=now)
            ended["done"] += 1
        except (LinkVoid, Busy):
            ended["refused"] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == {"done": 1, "refused": 19}
    assert Entry.objects.filter(name="PasswordReset").count() == 1
    assert LogonStanding.objects.filter(logon=dana, ended_at=None).count() == 1


def test_change_password_while_signed_in_ends_the_other_sessions(db: None) -> None:
    dana = logon()
    here, there = Client(), Client()
    for client in (here, there):
        assert client.post("/log-in/", {"username": dana.username, "password": OLD}).status_code == 303
    assert here.get("/profile/security/change-password/").status_code == 200
    fields = {"password": OLD, "again": OLD}
    assert here.post("/profile/security/change-password/", fields).status_code == 422
    fields = {"password": NEW, "again": NEW}
    assert here.post("/profile/security/change-password/", fields)["Location"] == "/profile/security/"
    assert here.get("/profile/security/").status_code == 200
    assert there.get("/profile/security/").status_code == 302
    assert Entry.objects.filter(name="PasswordChanged").count() == 1


def test_changing_asks_for_a_fresh_sign_in_and_keeps_no_password_meanwhile(db: None, settings: Any) -> None:
    dana = logon()
    client = Client()
    client.post("/log-in/", {"username": dana.username, "password": OLD})
    settings.FRESH_SIGN_IN_SECONDS = -1
    answer = client.post("/profile/security/change-password/", {"password": NEW, "again": NEW})
    assert answer["Location"] == "/profile/security/change-password/"
    assert "/confirm-it-is-you/" in client.get(answer["Location"])["Location"]
    assert "waiting_form" not in client.session


def test_an_imported_password_is_changed_before_anything_else(db: None, settings: Any) -> None:
    settings.CHANGE_IMPORTED_PASSWORDS = True
    dana = logon()
    Logon.objects.filter(pk=dana.pk).update(must_change_password=True)
    client = Client()
    client.post("/log-in/", {"username": dana.username, "password": OLD})
    for path in ("/", "/profile/", "/profile/security/second-factors/", "/notices/"):
        assert client.get(path)["Location"] == "/profile/security/change-password/", path
    page = client.get("/profile/security/change-password/")
    assert b"another system" in page.content
    assert client.post("/profile/security/change-password/", {"password": OLD, "again": OLD}).status_code == 422
    assert client.post("/profile/security/change-password/", {"password": NEW, "again": NEW})["Location"] == "/"
    assert client.get("/").status_code == 200


def half(client: Client, dana: Logon) -> None:
    RecoveryCode.objects.create(logon=dana, code_hash=b"x")
    answer = client.post("/log-in/", {"username": dana.username, "password": OLD})
    assert answer["Location"] == "/log-in/second-step/"


def test_all_factors_lost_waits_tells_every_address_and_then_removes(db: None) -> None:
    dana = logon(second_email="d2@harbor.example", second_email_confirmed=True)
    client = Client()
    half(client, dana)
    assert client.get("/log-in/second-step/lost/").status_code == 200
    assert client.post("/log-in/second-step/lost/").status_code == 200
    assert client.post("/log-in/second-step/lost/").status_code == 200, "asked again it goes on"
    assert sorted(OutboxMail.objects.values_list("to", flat=True)) == ["d2@harbor.example", "dana@harbor.example"]
    removal = FactorRemoval.objects.get()
    assert remove_factors_in_time(now=removal.due_at - timedelta(seconds=1)) == 0
    assert RecoveryCode.objects.filter(removed_at=None).exists()
    assert remove_factors_in_time(now=removal.due_at) == 1
    assert remove_factors_in_time(now=removal.due_at) == 0
    assert not RecoveryCode.objects.filter(removed_at=None).exists()
    assert Entry.objects.filter(name="FactorsRemoved").count() == 1
    assert password_matches(Logon.objects.get(pk=dana.pk), OLD)


def test_a_factor_that_signs_in_and_a_report_cancel_the_removal(db: None) -> None:
    dana, now = logon(), timezone.now()
    RecoveryCode.objects.create(logon=dana, code_hash=b"x")
    first = ask_removal(logon=dana, now=now)
    record_sign_in(actor=dana, how="password", now=now)
    assert FactorRemoval.objects.filter(FactorRemoval.OPEN, pk=first.pk).exists()
    record_sign_in(actor=dana, how="password+recovery_code", now=now)
    assert not FactorRemoval.objects.filter(FactorRemoval.OPEN).exists()
    second = ask_removal(logon=dana, now=now)
    stop_own(actor=dana, about="new_device", now=now)
    assert not FactorRemoval.objects.filter(FactorRemoval.OPEN).exists()
    assert remove_factors_in_time(now=second.due_at) == 0
    assert RecoveryCode.objects.filter(removed_at=None).exists()


def test_the_mailed_link_cancels_once_and_survives_a_new_password(db: None) -> None:
    dana = logon()
    RecoveryCode.objects.create(logon=dana, code_hash=b"x")
    now = timezone.now()
    ask_removal(logon=dana, now=now)
    mailed = OutboxMail.objects.get()
    change_password(actor=dana, password=NEW, keep=None, now=now)
    client = Client()
    assert client.get(f"/second-factors-stay/link/{token_of(mailed)}/")["Location"] == "/second-factors-stay/"
    assert dana.username in client.get("/second-factors-stay/").content.decode(), "whose factors they are"
    void = Client().post("/second-factors-stay/")
    assert void.status_code == 410
    assert "Send a new e-mail" not in void.content.decode(), "a new mail would not bring this link back"
    assert client.post("/second-factors-stay/")["Location"] == "/second-factors-stay/done/"
    with pytest.raises(LinkVoid):
        cancel_removal(token=token_of(mailed), now=now)
    assert remove_factors_in_time(now=now + timedelta(hours=73)) == 0
    assert RecoveryCode.objects.filter(removed_at=None).exists()


def test_who_did_not_give_the_password_cannot_have_factors_removed(db: None) -> None:
    dana = logon()
    RecoveryCode.objects.create(logon=dana, code_hash=b"x")
    assert Client().post("/log-in/second-step/lost/").status_code in (302, 303)
    assert not FactorRemoval.objects.exists()


def test_the_operation_refuses_what_the_page_refuses(db: None) -> None:
    logon()
    (sent,) = ask()
    with pytest.raises(Invalid):
        reset_password(token=token_of(sent), password="short", now=timezone.now())
    with pytest.raises(LinkVoid):
        reset_password(token="A" * 43, password=NEW, now=timezone.now())
