"""The pages from the door to the first page inside, as a browser without JavaScript goes through them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from countersign.access.models import TaxpayerAccess
from countersign.access.queries.decisions import check
from countersign.events.models import Entry
from countersign.letters.models import Letter
from countersign.logons.models import Link, Logon
from countersign.mail.models import OutboxMail
from countersign.registration.models import Registration, RequestForAccess
from countersign.taxpayers.models import Proof, Taxpayer
from tests.registration.world import FEIN, FIGURE, LETTER, World

PASSWORD = "slow kettles sing at noon"
PROOF = {
    "id_type": "FEIN",
    "id_number": FEIN,
    "legal_name": "Marsh Lane Pottery",
    "kind": "letter_id",
    "value": LETTER,
}


def post(client: Client, path: str, expected: int = 303, **fields: str) -> Any:
    response = client.post(path, fields)
    assert response.status_code == expected, response.content.decode()[:3000]
    return response


def newest_mail() -> str:
    return OutboxMail.objects.order_by("-pk")[0].text


def link_in(text: str) -> str:
    found = re.search(r"http://[^/]+(/register/confirm/[A-Za-z0-9_-]{43}/)", text)
    assert found is not None
    return found[1]


def digits_in(text: str) -> str:
    found = re.search(r"\b(\d{6})\b", text)
    assert found is not None
    return found[1]


def confirmed(client: Client, *, proof: dict[str, str] = PROOF, door: str = "business") -> None:
    assert post(client, "/register/", door=door)["Location"] == "/register/prove/"
    assert post(client, "/register/prove/", **proof)["Location"] == "/register/email/"
    post(client, "/register/email/", email="ada@mail.example")
    response = client.get(link_in(newest_mail()))
    assert response["Location"] == "/register/confirm/"
    assert client.get("/register/confirm/").status_code == 200
    assert post(client, "/register/confirm/")["Location"] == "/register/logon/"


def finished(client: Client, username: str = "Ada.Moss", **more: str) -> str:
    named = post(client, "/register/logon/", first_name="Ada", last_name="Moss", username=username)
    assert named["Location"] == "/register/finish/"
    done = post(client, "/register/finish/", password=PASSWORD, password_again=PASSWORD, terms="on", **more)
    return str(done["Location"])


def test_for_a_business_with_a_mailed_letter_id_one_is_in_at_once(world: World) -> None:
    client = Client()
    confirmed(client)
    target = finished(client)
    page = client.get(target)
    assert page.status_code == 200
    assert "You are registered" in page.content.decode()
    logon = Logon.objects.get(username="ada.moss")
    assert logon.email_confirmed and logon.email == "ada@mail.example"
    access = TaxpayerAccess.objects.get(logon=logon)
    assert (access.access_type, access.provisional, access.accepted) == ("MA", False, True)
    assert check("ada.moss", "maintain", "WTH-1").allowed
    assert Proof.objects.get(kind="letter_id").used_at is not None
    names = list(Entry.objects.order_by("pk").values_list("name", flat=True))
    assert names[:2] == ["LogonRegistered", "BecameMasterAdministrator"]
    assert not Letter.objects.exists()
    assert client.get("/").status_code == 200
    assert client.get("/register/finish/").status_code == 200, "nothing is under way any more"


def test_by_anything_else_one_is_provisional_and_a_letter_goes_out(world: World) -> None:
    client = Client()
    confirmed(client, proof={**PROOF, "kind": "return_figure", "value": FIGURE})
    page = client.get(finished(client)).content.decode()
    assert "Enter the Letter ID" in page
    assert "Step 3 of 3" not in page, "registering has four steps of its own, and no choose, review, done"
    access = TaxpayerAccess.objects.get(logon__username="ada.moss")
    assert access.provisional
    assert check("ada.moss", "file", "WTH-1").allowed
    assert not check("ada.moss", "maintain", "WTH-1").allowed
    letter = Letter.objects.get()
    code = re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", letter.body)
    assert code is not None
    assert code[0].replace("-", "") not in "".join(OutboxMail.objects.values_list("text", flat=True))
    waiting = client.get(f"/taxpayers/{world.pottery.pk}/letter-id/").content.decode()
    assert "Without it you become full Master Administrator on" in waiting
    done = post(client, f"/taxpayers/{world.pottery.pk}/letter-id/", code=code[0].lower())
    assert "You are Master Administrator" in client.get(done["Location"]).content.decode()
    assert check("ada.moss", "maintain", "WTH-1").allowed
    assert TaxpayerAccess.objects.filter(logon__username="ada.moss", ended_at__isnull=True).count() == 1


def test_where_a_full_one_exists_it_decides(world: World, client_for: Any) -> None:
    world.logon("olive", access="MA")
    client = Client()
    confirmed(client)
    finished(client, what="ask")
    assert not TaxpayerAccess.objects.filter(logon__username="ada.moss").exists()
    request = RequestForAccess.objects.get()
    assert OutboxMail.objects.filter(to="olive@mail.example", kind="access_asked_for").exists()
    master = client_for("olive-logon")
    assert "Ada Moss asks to act for" in master.get("/").content.decode()
    path = f"/taxpayers/{world.pottery.pk}/requests-for-access/{request.pk}/decide/"
    assert master.get(path).status_code == 200
    fields = {"access_type": "TA", **{f"rights_{account.pk}": "0" for account in world.accounts}}
    assert post(master, path, 422, step="review", **fields)
    fields[f"rights_{world.accounts[0].pk}"] = "2"
    assert "Review what you give" in post(master, path, 200, step="review", **fields).content.decode()
    done = post(master, path, step="submit", **fields)
    assert done["Location"] == f"/submissions/{request.confirmation_number}/done/"
    assert post(master, path, step="submit", **fields)["Location"] == done["Location"], "a repeat shows the first"
    assert check("ada.moss", "file", "WTH-1").allowed
    assert not check("ada.moss", "view", "SUT-1").allowed


def test_with_a_letter_id_one_may_dispute_instead(world: World) -> None:
    world.logon("olive", access="MA")
    client = Client()
    confirmed(client)
    target = finished(client, what="dispute")
    assert "Your dispute is opened" in client.get(target).content.decode()
    assert not RequestForAccess.objects.exists()
    assert not TaxpayerAccess.objects.filter(logon__username="ada.moss").exists()


def test_a_representative_without_accounts_needs_no_proof_and_gets_no_access(world: World) -> None:
    client = Client()
    post(client, "/register/", door="third_party")
    post(client, "/register/representative/", name="Moss Tax Help")
    post(client, "/register/email/", email="ada@mail.example")
    done = post(client, "/register/email/", step="digits", digits=digits_in(newest_mail()))
    assert done["Location"] == "/register/logon/"
    page = client.get(finished(client)).content.decode()
    made = Taxpayer.objects.get(kind="representative")
    assert made.legal_name == "Moss Tax Help"
    assert made.key in page
    assert not check("ada.moss", "view", "WTH-1").allowed


def test_progress_survives_a_reload_and_steps_cannot_be_skipped(world: World) -> None:
    client = Client()
    post(client, "/register/", door="business")
    for path in ("/register/email/", "/register/logon/", "/register/finish/"):
        assert client.get(path)["Location"] == "/register/prove/"
    post(client, "/register/prove/", **PROOF)
    assert client.get("/register/logon/")["Location"] == "/register/email/"
    post(client, "/register/email/", email="ada@mail.example")
    assert "ada@mail.example" in client.get("/register/email/").content.decode()
    assert client.get("/register/finish/")["Location"] == "/register/email/"


def test_the_link_works_in_the_browser_that_began_and_nothing_is_used_by_looking(world: World) -> None:
    client, other = Client(), Client()
    post(client, "/register/", door="business")
    post(client, "/register/prove/", **PROOF)
    post(client, "/register/email/", email="ada@mail.example")
    path = link_in(newest_mail())
    assert other.get(path)["Location"] == "/register/confirm/"
    void = other.get("/register/confirm/")
    assert void.status_code == 410
    assert "six digits" in void.content.decode()
    assert other.post("/register/confirm/").status_code == 410
    for _ in range(3):
        client.get(path)
        client.get("/register/confirm/")
    assert Link.objects.get().used_at is None
    assert post(client, "/register/confirm/")["Location"] == "/register/logon/"
    assert post(client, "/register/confirm/")["Location"] == "/register/logon/", "pressed twice"


def test_an_older_link_is_void_and_a_made_up_one(world: World) -> None:
    client = Client()
    post(client, "/register/", door="business")
    post(client, "/register/prove/", **PROOF)
    post(client, "/register/email/", email="ada@mail.example")
    older = link_in(newest_mail())
    post(client, "/register/email/", email="ada@mail.example")
    client.get(older)
    assert client.get("/register/confirm/").status_code == 410
    client.get("/register/confirm/" + "A" * 43 + "/")
    assert client.post("/register/confirm/").status_code == 410
    client.get(link_in(newest_mail()))
    assert client.get("/register/confirm/").status_code == 200


def test_six_digits_are_tried_five_times(world: World) -> None:
    client = Client()
    post(client, "/register/", door="business")
    post(client, "/register/prove/", **PROOF)
    post(client, "/register/email/", email="ada@mail.example")
    right = digits_in(newest_mail())
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(5):
        post(client, "/register/email/", 422, step="digits", digits=wrong)
    post(client, "/register/email/", 429, step="digits", digits=right)
    assert Registration.objects.get().email_confirmed_at is None


def test_mails_of_one_registration_are_limited(world: World) -> None:
    client = Client()
    post(client, "/register/", door="business")
    post(client, "/register/prove/", **PROOF)
    for _ in range(5):
        post(client, "/register/email/", email="ada@mail.example")
    post(client, "/register/email/", 422, email="eve@mail.example")
    assert OutboxMail.objects.count() == 5


def test_nobody_floods_an_address_with_many_registrations(world: World) -> None:
    statuses = []
    for _ in range(3):
        client = Client()
        post(client, "/register/", door="third_party")
        post(client, "/register/representative/", name="Moss Tax Help")
        statuses += [client.post("/register/email/", {"email": "Victim@mail.example"}).status_code for _ in range(4)]
    assert statuses == [303] * 10 + [429] * 2
    assert OutboxMail.objects.count() == 10


@pytest.mark.parametrize(
    ("password", "again", "terms"),
    [("short", "short", "on"), (PASSWORD, "something else entirely", "on"), (PASSWORD, PASSWORD, "")],
)
def test_password_and_terms_are_told_at_their_fields(world: World, password: str, again: str, terms: str) -> None:
    client = Client()
    confirmed(client)
    post(client, "/register/logon/", first_name="Ada", last_name="Moss", username="ada.moss")
    post(client, "/register/finish/", 422, password=password, password_again=again, terms=terms)
    assert not Logon.objects.filter(username="ada.moss").exists()


def test_a_username_that_is_taken_or_reads_alike_is_refused(world: World) -> None:
    world.logon("ada.moss")
    client = Client()
    confirmed(client)
    for username in ("ADA.MOSS-LOGON", "ada.rnoss-1ogon", "short", "not allowed!"):
        post(client, "/register/logon/", 422, first_name="Ada", last_name="Moss", username=username)


def test_a_second_factor_is_set_up_before_the_first_page_where_one_is_required(world: World, settings: Any) -> None:
    settings.SECOND_FACTOR = dict.fromkeys(("own", "secondary", "staff"), "required")
    client = Client()
    confirmed(client)
    target = finished(client)
    assert target == "/manage-my-profile/security/second-factors/" or "factor" in target
    assert client.get("/").status_code == 302


def test_the_session_key_changes_with_each_proof(world: World) -> None:
    client = Client()
    post(client, "/register/", door="business")
    before = client.cookies["countersign"].value
    post(client, "/register/prove/", **PROOF)
    assert client.cookies["countersign"].value != before


def test_somebody_with_a_logon_adds_a_taxpayer_to_it(world: World, client_for: Any) -> None:
    world.logon("grace")
    client = client_for("grace-logon")
    post(client, "/register/", door="business")
    assert post(client, "/register/prove/", **PROOF)["Location"] == "/register/finish/"
    assert "Review what you get" in client.get("/register/finish/").content.decode()
    post(client, "/register/finish/")
    assert check("grace-logon", "maintain", "WTH-1").allowed
