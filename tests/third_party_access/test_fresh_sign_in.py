"""SPEC 3, Session: "Deciding on access asks for a sign-in no older than 15 minutes." Reducing it never does."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from countersign.logons.fresh import KEY
from countersign.logons.sessions import SIGNED_IN_AT
from countersign.policy.rights import Rights
from countersign.third_party_access.models import AccessRequest, State
from tests.sign_in.conftest import PASSWORD
from tests.third_party_access.test_pages import ask, fields_of, go_on, signed_in, submit_request, text_of
from tests.third_party_access.world import BAKERY_FEIN, World


def grow_old(client: Client, minutes: int = 16) -> None:
    session = client.session
    for name in [one for one in list(session.keys()) if one.endswith("_at") and isinstance(session[one], int)]:
        if name != "active_at":
            session[name] = int((timezone.now() - timedelta(minutes=minutes)).timestamp())
    assert SIGNED_IN_AT in session
    session.save()


def to_confirm(response: HttpResponse) -> bool:
    return response.status_code in (302, 303) and response["Location"].startswith("/confirm-it-is-you/?next=")


def confirm(client: Client, response: HttpResponse, password: str = PASSWORD) -> HttpResponse:
    assert to_confirm(response)
    page = client.get(response["Location"])
    assert "Confirm that it is you" in text_of(page)
    (target,) = parse_qs(urlsplit(response["Location"]).query)["next"]
    return client.post("/confirm-it-is-you/", {"password": password, "next": target})


def send_again(client: Client, page: HttpResponse) -> HttpResponse:
    """Select *Continue where you were*."""
    found = re.search(r'<form method="post" action="(/taxpayers/[^"]*)"', page.content.decode())
    assert found
    return client.post(found[1], fields_of(page))


@pytest.fixture
def firm(world: World) -> Client:
    return _with_password(world.luis)


@pytest.fixture
def bakery(world: World) -> Client:
    return _with_password(world.dana)


def _with_password(logon: object) -> Client:
    logon.password = make_password(PASSWORD)  # type: ignore[attr-defined]
    logon.save()  # type: ignore[attr-defined]
    return signed_in(logon)  # type: ignore[arg-type]


def test_approving_asks_again_and_loses_nothing(world: World, firm: Client, bakery: Client) -> None:
    request = submit_request(world, firm)
    address = reverse("third_party_access:decide", args=[world.bakery.pk, request.pk])
    page = bakery.get(address)
    assert page.status_code == 200
    grow_old(bakery)
    first = go_on(bakery, address, page, "review", **{f"rights_{world.accounts['SLS-1'].pk}": "0"})
    assert to_confirm(first)
    assert confirm(bakery, first, "wrong").status_code == 422
    assert AccessRequest.objects.get().state == State.PENDING
    confirmed = confirm(bakery, first)
    assert "nothing was submitted yet" in text_of(confirmed)
    review = send_again(bakery, confirmed)
    assert review.status_code == 200
    assert fields_of(review)[f"rights_{world.accounts['SLS-1'].pk}"] == "0"
    assert go_on(bakery, address, review, "submit").status_code == 303
    assert AccessRequest.objects.get().state == State.PARTLY_APPROVED


def test_submitting_a_review_that_grew_old_asks_again(world: World, firm: Client, bakery: Client) -> None:
    request = submit_request(world, firm)
    address = reverse("third_party_access:decide", args=[world.bakery.pk, request.pk])
    review = go_on(bakery, address, bakery.get(address), "review")
    grow_old(bakery)
    first = go_on(bakery, address, review, "submit")
    assert to_confirm(first)
    assert AccessRequest.objects.get().state == State.PENDING
    assert send_again(bakery, confirm(bakery, first)).status_code == 303
    assert AccessRequest.objects.get().state == State.APPROVED


def test_requesting_asks_again_and_keeps_no_id_number_in_the_clear(world: World, firm: Client) -> None:
    grow_old(firm)
    first = ask(world, firm)
    assert to_confirm(first)
    assert BAKERY_FEIN not in first["Location"]
    assert BAKERY_FEIN not in str(firm.session[KEY])
    assert BAKERY_FEIN not in Session.objects.get(session_key=firm.session.session_key).get_decoded()[KEY]
    assert send_again(firm, confirm(firm, first)).status_code == 200
    assert KEY not in firm.session


def test_widening_asks_again_and_narrowing_does_not(world: World, bakery: Client) -> None:
    world.grant(Rights.FILE_AND_PAY, "WTH-1")
    grow_old(bakery)
    address = reverse("third_party_access:change", args=[world.bakery.pk, world.lopez.pk])
    page = bakery.get(address)
    (name,) = [name for name in fields_of(page) if name.startswith("rights_")]
    assert to_confirm(go_on(bakery, address, page, "review", **{name: "3"}))
    assert to_confirm(go_on(bakery, address, page, "submit", **{name: "3"}))
    assert go_on(bakery, address, page, "review", **{name: "1"}).status_code == 200
    assert go_on(bakery, address, page, "submit", **{name: "1"}).status_code == 303


def test_a_later_end_asks_again_and_a_sooner_one_does_not(world: World, bakery: Client) -> None:
    world.grant(Rights.FILE_AND_PAY, "WTH-1")
    address = reverse("third_party_access:end", args=[world.bakery.pk, world.lopez.pk])
    sooner = (world.today + timedelta(days=3)).isoformat()
    grow_old(bakery)
    review = go_on(bakery, address, bakery.get(address), "review", last_day=sooner)
    assert go_on(bakery, address, review, "submit").status_code == 303
    assert to_confirm(go_on(bakery, address, bakery.get(address), "review", last_day=""))


def test_what_reduces_never_asks(world: World, firm: Client, bakery: Client) -> None:
    request = submit_request(world, firm)
    world.grant(Rights.FILE_AND_PAY, "WTH-1")
    grow_old(firm)
    grow_old(bakery)
    revoke = reverse("third_party_access:revoke", args=[world.bakery.pk, world.lopez.pk])
    review = go_on(bakery, revoke, bakery.get(revoke), "review", which="all")
    assert go_on(bakery, revoke, review, "submit").status_code == 303
    decide = reverse("third_party_access:decide", args=[world.bakery.pk, request.pk])
    declining = go_on(bakery, decide, bakery.get(decide), "decline")
    assert go_on(bakery, decide, declining, "decline_now").status_code == 303
    withdraw = reverse("third_party_access:withdraw", args=[world.lopez.pk, request.pk])
    assert firm.get(withdraw).status_code == 200


def test_confirming_leads_only_to_our_own_pages(world: World, bakery: Client) -> None:
    grow_old(bakery)
    for target in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "/log-out/"):
        response = bakery.post("/confirm-it-is-you/", {"password": PASSWORD, "next": target})
        assert (response.status_code, response["Location"]) == (303, "/")
        grow_old(bakery)


def test_five_wrong_passwords_lock_here_too(world: World, bakery: Client) -> None:
    grow_old(bakery)
    statuses = [bakery.post("/confirm-it-is-you/", {"password": "wrong"}).status_code for _ in range(5)]
    assert statuses == [422, 422, 422, 422, 429]
    assert bakery.post("/confirm-it-is-you/", {"password": PASSWORD}).status_code == 429
    assert bakery.get("/profile/").status_code == 200
