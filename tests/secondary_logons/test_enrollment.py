"""Enrollment: the link of the mail, the password, and what counts from then on."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from countersign.access.models import LogonStanding, SecondaryLogon, TaxpayerAccess
from countersign.access.queries.decisions import check
from countersign.events.models import Entry
from countersign.logons.links import LinkVoid
from countersign.logons.models import Link, Logon
from countersign.logons.passwords import password_matches
from countersign.mail.models import OutboxMail
from countersign.policy.errors import Invalid
from countersign.secondary_logons.operations import (
    add_secondary,
    cancel_access,
    deactivate_access,
    enroll,
    invited_by,
    send_again,
)
from tests.cast import account_number
from tests.secondary_logons.conftest import Firm

PASSWORD = "violet stairs hum quietly"


def token_of(to: str = "noor@lopezcpa.example") -> str:
    """The token in the newest mail."""
    text = OutboxMail.objects.filter(to=to).order_by("-pk").first().text  # type: ignore[union-attr]
    found = re.search(r"/enroll/([A-Za-z0-9_-]{43})/", text)
    assert found
    return found[1]


def test_the_person_completes_the_logon_and_then_the_access_on_record_counts(firm: Firm) -> None:
    add_secondary(**firm.new())
    assert not check("noor.lopezcpa", "view", account_number("HARBOR-BAKERY", "WTH")).allowed
    client = Client()
    answer = client.get(f"/enroll/{token_of()}/")
    assert answer.status_code == 302 and answer.headers["Location"] == "/enroll/"
    page = client.get("/enroll/")
    assert b"noor.lopezcpa" in page.content and b"Maria Lopez" in page.content
    assert client.post("/enroll/", {"password": PASSWORD, "again": "another"}).status_code == 422
    assert client.post("/enroll/", {"password": "short", "again": "short"}).status_code == 422
    done = client.post("/enroll/", {"password": PASSWORD, "again": PASSWORD})
    assert (done.status_code, done.headers["Location"]) == (303, "/enroll/done/")
    assert b"Log In" in client.get("/enroll/done/").content
    noor = Logon.objects.get(username="noor.lopezcpa")
    assert noor.email_confirmed and password_matches(noor, PASSWORD)
    assert check("noor.lopezcpa", "view", account_number("HARBOR-BAKERY", "WTH")).allowed
    assert SecondaryLogon.objects.get(logon=noor, ended_at__isnull=True).accepted
    assert Entry.objects.get(name="SecondaryLogonEnrolled").actor_logon_id == noor.pk
    assert OutboxMail.objects.filter(to="maria@lopezcpa.example").count() == 1
    # Once only.
    client.get(f"/enroll/{token_of()}/")
    assert client.get("/enroll/").status_code == 410


def test_the_clean_page_works_in_that_browser_only(firm: Firm) -> None:
    add_secondary(**firm.new())
    Client().get(f"/enroll/{token_of()}/")
    assert Client().get("/enroll/").status_code == 410


def test_a_newer_invitation_replaces_the_older(firm: Firm) -> None:
    add_secondary(**firm.new())
    first = token_of()
    noor = Logon.objects.get(username="noor.lopezcpa")
    send_again(actor=firm.parent, portfolio=firm.portfolio, logon=noor.pk, now=timezone.now())
    with pytest.raises(LinkVoid):
        invited_by(first, now=timezone.now())
    assert invited_by(token_of(), now=timezone.now()) == (noor, firm.parent)


def test_it_expires_after_14_days(firm: Firm) -> None:
    add_secondary(**firm.new())
    assert invited_by(token_of(), now=timezone.now() + timedelta(days=13))
    with pytest.raises(LinkVoid):
        invited_by(token_of(), now=timezone.now() + timedelta(days=14, minutes=1))


def test_a_withdrawn_invitation_opens_nothing(firm: Firm) -> None:
    add_secondary(**firm.new())
    noor, token = Logon.objects.get(username="noor.lopezcpa"), token_of()
    cancel_access(actor=firm.parent, portfolio=firm.portfolio, logon=noor.pk, now=timezone.now())
    with pytest.raises(LinkVoid):
        enroll(token=token, password=PASSWORD, now=timezone.now())


def test_an_invitation_dies_with_its_givers_right_to_give(firm: Firm) -> None:
    add_secondary(**firm.new())
    TaxpayerAccess.objects.filter(logon=firm.parent).update(ended_at=timezone.now(), ended_by="TEST")
    with pytest.raises(LinkVoid):
        enroll(token=token_of(), password=PASSWORD, now=timezone.now())
    assert LogonStanding.objects.get(logon__username="noor.lopezcpa").status == "invited"
    assert Link.objects.get(logon__username="noor.lopezcpa").used_at is None


def test_granted_anew_needs_a_password_never_used_before(firm: Firm) -> None:
    """Law 9."""
    add_secondary(**firm.new())
    enroll(token=token_of(), password=PASSWORD, now=timezone.now())
    noor = Logon.objects.get(username="noor.lopezcpa")
    deactivate_access(actor=firm.parent, portfolio=firm.portfolio, logon=noor.pk, now=timezone.now())
    cancel_access(actor=firm.parent, portfolio=firm.portfolio, logon=noor.pk, now=timezone.now())
    add_secondary(**firm.new())
    with pytest.raises(Invalid):
        enroll(token=token_of(), password=PASSWORD, now=timezone.now())
    enroll(token=token_of(), password="another " + PASSWORD, now=timezone.now())
    assert check("noor.lopezcpa", "view", account_number("HARBOR-BAKERY", "WTH")).allowed
