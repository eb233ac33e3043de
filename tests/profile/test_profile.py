"""Manage My Profile: the reference's way to one's role, what one may change, whom one acts for."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from countersign.access.acting_for import SESSION_KEY
from countersign.access.models import TaxpayerAccess
from countersign.events.models import Entry
from countersign.logons.models import Logon
from countersign.taxpayers.models import Taxpayer
from tests.cast import username

ClientFor = Callable[[str], Client]


def text_of(response: HttpResponse) -> str:
    body = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


@pytest.fixture
def signed_in(cast_world: None, client_for: ClientFor) -> ClientFor:
    return lambda person: client_for(username(person))


def pk(key: str) -> int:
    return Taxpayer.objects.get(key=key).pk


@pytest.mark.parametrize(
    ("person", "role"),
    [
        ("omar", "Manage My Access (Master Administrator of Harbor Bakery LLC)"),
        ("dana", "Manage My Access (Master Administrator of Harbor Bakery LLC"),
        ("tom", "Manage My Access (Tax Administrator of "),
        ("joel", "Manage My Access (Tax Administrator, secondary logon of Maria Lopez)"),
        ("kim", "Manage My Access (Master Administrator, secondary logon of Maria Lopez)"),
    ],
)
def test_more_shows_the_role_in_the_manage_my_access_hyperlink(signed_in: ClientFor, person: str, role: str) -> None:
    assert role in text_of(signed_in(person).get("/profile/more/"))


def test_rights_are_those_of_the_rule(signed_in: ClientFor) -> None:
    page = text_of(signed_in("tom").get("/profile/manage-my-access/"))
    bakery = page[page.index("Harbor Bakery LLC Tax Administrator") :]
    assert "Tax Administrator" in bakery
    assert re.search(r"Sales and Use SUT-10000101 View Only", bakery)
    assert re.search(r"Withholding WTH-10000101 File and Pay", bakery)
    assert re.search(r"Meals MLS-10000101 No Access", bakery)
    frozen = text_of(signed_in("rosa").get("/profile/manage-my-access/"))
    assert "Master Administrator" in frozen
    assert re.search(r"Withholding WTH-10000108 View Only", frozen)
    assert "You have All Access" not in frozen and "The agency has frozen access to this taxpayer." in frozen
    paused = text_of(signed_in("june").get("/profile/manage-my-access/"))
    assert "no fiduciary is confirmed yet" in paused


def test_a_secondary_logon_sees_its_parent_and_its_own_groups(signed_in: ClientFor) -> None:
    page = text_of(signed_in("sam").get("/profile/manage-my-access/"))
    for words in ("Maria Lopez", "Default, Firm, Retail clients", "Withholding", "File and Pay"):
        assert words in page
    assert "Restaurants" not in page
    more = text_of(signed_in("sam").get("/profile/more/"))
    assert "Request to Manage" not in more


def test_third_party_access_is_offered_to_master_administrators(signed_in: ClientFor) -> None:
    page = signed_in("omar").get("/profile/more/").content.decode()
    for end in ("request/", "who-acts-for-me/", "clients/"):
        assert f"/taxpayers/{pk('HARBOR-BAKERY')}/third-party-access/{end}" in page
    assert (
        f"/taxpayers/{pk('HARBOR-BAKERY')}/third-party-access/"
        not in signed_in("tom").get("/profile/more/").content.decode()
    )


def test_phone_and_language_are_changed_and_on_record(signed_in: ClientFor, settings: Any) -> None:
    client = signed_in("dana")
    response = client.post("/profile/", {"phone": "(555) 555-0199", "language": "es"})
    assert response.status_code == 303
    dana = Logon.objects.get(username=username("dana"))
    assert (dana.phone, dana.language) == ("(555) 555-0199", "es")
    entry = Entry.objects.get(name="ProfileChanged")
    assert (entry.actor_logon_id, entry.body) == (dana.pk, {"fields": ["phone", "language"]})
    assert b'<html lang="es">' in client.get(response["Location"]).content
    client.post("/profile/", {"phone": "(555) 555-0199", "language": "es"})
    assert Entry.objects.filter(name="ProfileChanged").count() == 1


@pytest.mark.parametrize("phone", ["abc", "12", "1" * 41, "\u202e5555555", "555-0199; DROP", "=555+0199", "٥٥٥٥٥٥٥"])
def test_a_phone_number_that_nobody_can_dial_is_refused(signed_in: ClientFor, phone: str) -> None:
    client = signed_in("dana")
    before = Logon.objects.get(username=username("dana")).phone
    response = client.post("/profile/", {"phone": phone, "language": "en"})
    assert response.status_code == 422
    assert Logon.objects.get(username=username("dana")).phone == before


def test_nothing_else_is_changed_by_what_a_form_sends(signed_in: ClientFor) -> None:
    client = signed_in("dana")
    sent = {"phone": "", "language": "en", "username": "other.name", "email": "x@y.example", "email_confirmed": "0"}
    assert client.post("/profile/", sent).status_code == 303
    dana = Logon.objects.get(username=username("dana"))
    assert (dana.email, dana.email_confirmed) == ("dana@harborbakery.example", True)
    assert client.post("/profile/", {"phone": "", "language": "fr"}).status_code == 422


def test_the_bar_says_whom_one_acts_for_and_switches(signed_in: ClientFor) -> None:
    client = signed_in("hugo")
    page = text_of(client.get("/profile/"))
    assert "Acting for Lantern Inn LLC · Master Administrator" in page
    assert "Switch" in page
    response = client.post("/acting-for/", {"taxpayer": pk("PELL-STREET-BOOKS")})
    assert response.status_code == 303
    assert "Acting for Pell Street Books LLC" in text_of(client.get("/profile/"))
    assert "Master Administrator of Pell Street Books LLC" in text_of(client.get("/profile/more/"))


def test_one_with_a_single_taxpayer_has_nothing_to_switch(signed_in: ClientFor) -> None:
    page = text_of(signed_in("omar").get("/profile/"))
    assert "Acting for Harbor Bakery LLC" in page
    assert "Switch" not in page


def test_one_never_acts_for_what_is_not_ones_own(signed_in: ClientFor) -> None:
    client = signed_in("hugo")
    foreign = client.post("/acting-for/", {"taxpayer": pk("HARBOR-BAKERY")})
    missing = client.post("/acting-for/", {"taxpayer": 10**15})
    assert foreign.status_code == missing.status_code == 422
    assert SESSION_KEY not in client.session


def test_what_one_lost_is_not_acted_for_any_more(signed_in: ClientFor) -> None:
    client = signed_in("hugo")
    client.post("/acting-for/", {"taxpayer": pk("PELL-STREET-BOOKS")})
    TaxpayerAccess.objects.filter(
        logon__username=username("hugo"), taxpayer__key="PELL-STREET-BOOKS", ended_at__isnull=True
    ).update(ended_at=timezone.now())
    assert "Acting for Lantern Inn LLC" in text_of(client.get("/profile/"))


def test_a_session_that_remembers_nonsense_acts_for_the_first(signed_in: ClientFor) -> None:
    client = signed_in("omar")
    session = client.session
    session[SESSION_KEY] = {"not": "a key"}
    session.save()
    assert "Acting for Harbor Bakery LLC" in text_of(client.get("/profile/"))


def test_the_bar_of_a_secondary_logon_names_its_parent(signed_in: ClientFor) -> None:
    assert "Acting for Customers of Maria Lopez · Tax Administrator" in text_of(signed_in("ruth").get("/profile/"))


def test_security_lists_only_ones_own_sign_ins(cast_world: None, sign_in: Callable[..., Any]) -> None:
    from tests.cast import PASSWORD

    Client().post("/log-in/", {"username": username("dana"), "password": "wrong"})
    client = Client()
    sign_in(client, username("dana"), PASSWORD)
    sign_in(Client(), username("tom"), PASSWORD)
    page = text_of(client.get("/profile/security/"))
    assert page.count("with password") == 1
    assert page.count("wrong password") == 1
    assert "after 30 minutes without activity" in page


def test_long_histories_are_paged(signed_in: ClientFor) -> None:
    from countersign.logons.sessions import SessionEnd
    from countersign.sign_in.operations import sign_out

    dana = Logon.objects.get(username=username("dana"))
    for hours in range(60):
        sign_out(actor=dana, why=SessionEnd.ASKED, now=timezone.now() - timedelta(hours=60 - hours))
    client = signed_in("dana")
    seen, address = 0, "/profile/security/"
    for _ in range(3):
        page = client.get(address).content.decode()
        seen += page.count("by Log Out")
        following = re.findall(r'href="(/profile/security/\?before=\d+)"', page)
        address = following[0] if following else ""
    assert (seen, address) == (60, "")
    for odd in ("-1", "x", "9" * 40, "²"):
        assert client.get("/profile/security/", {"before": odd}).status_code == 200
