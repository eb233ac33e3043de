"""The pages, driven as a browser without JavaScript would: each form is sent back as it was shown."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from countersign.access.queries.decisions import check
from countersign.logons.models import Logon
from countersign.policy.facts import Condition
from countersign.policy.rights import Rights
from countersign.submissions.models import Submission
from countersign.taxpayers.models import Account
from countersign.third_party_access.models import AccessRequest, State
from countersign.third_party_access.operations import withdraw_request
from tests.third_party_access.world import BAKERY_FEIN, PERSON_SSN, World


class _Fields(HTMLParser):
    """Name → value of the fields of the page's last form, as a browser would send them. Dialogs are not looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str | list[str]] = {}
        self._select = self._area = ""
        self._dialog = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        self._dialog = self._dialog or tag == "dialog"
        if self._dialog:
            return
        if tag == "form":
            self.fields = {}
        elif tag == "input" and name:
            if given.get("type") in ("radio", "checkbox"):
                if "checked" in given:
                    self.fields.setdefault(name, []).append(given.get("value", "on"))  # type: ignore[union-attr]
            else:
                self.fields[name] = given.get("value", "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in given or self._select not in self.fields):
            self.fields[self._select] = given.get("value", "")
        elif tag == "textarea":
            self._area = name
            self.fields[name] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "dialog":
            self._dialog = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] = str(self.fields[self._area]) + data


def fields_of(response: HttpResponse) -> dict[str, str | list[str]]:
    parser = _Fields()
    parser.feed(response.content.decode())
    return parser.fields


def text_of(response: HttpResponse) -> str:
    body = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def signed_in(logon: Logon) -> Client:
    client = Client()
    client.force_login(logon)
    return client


def go_on(client: Client, address: str, page: HttpResponse, step: str, **changes: object) -> HttpResponse:
    return client.post(address, {**fields_of(page), **changes, "step": step})


@pytest.fixture
def firm(world: World) -> Client:
    return signed_in(world.luis)


@pytest.fixture
def bakery(world: World) -> Client:
    return signed_in(world.dana)


def ask(world: World, firm: Client, **changes: object) -> HttpResponse:
    address = reverse("third_party_access:request", args=[world.lopez.pk])
    typed = {
        "id_type": "FEIN",
        "id_number": BAKERY_FEIN,
        "legal_name": "harbor bakery",
        f"rights_{world.withholding.pk}": "2",
        f"rights_{world.sales.pk}": "1",
        **changes,
    }
    return go_on(firm, address, firm.get(address), "review", **typed)


def submit_request(world: World, firm: Client, **changes: object) -> AccessRequest:
    address = reverse("third_party_access:request", args=[world.lopez.pk])
    review = ask(world, firm, **changes)
    assert review.status_code == 200, text_of(review)
    done = go_on(firm, address, review, "submit")
    assert done.status_code == 303
    number = done["Location"].split("/")[2]
    assert firm.get(done["Location"]).status_code == 200
    return AccessRequest.objects.get(confirmation_number=number)


def test_the_whole_main_job(world: World, firm: Client, bakery: Client) -> None:
    request = submit_request(world, firm)
    address = reverse("third_party_access:decide", args=[world.bakery.pk, request.pk])
    choose = bakery.get(address)
    assert "Lopez CPA PC asks for access" in text_of(choose)
    assert "Luis Person" in text_of(choose)
    review = go_on(bakery, address, choose, "review", **{f"rights_{world.accounts['SLS-1'].pk}": "0"})
    assert review.status_code == 200, text_of(review)
    done = go_on(bakery, address, review, "submit")
    assert done.status_code == 303
    assert "Access approved in part for Lopez CPA PC" in text_of(bakery.get(done["Location"]))
    assert check(world.luis.username, "file", "WTH-1").allowed
    assert not check(world.luis.username, "view", "SLS-1").allowed
    clients = firm.get(reverse("third_party_access:clients", args=[world.lopez.pk]))
    assert "Harbor Bakery LLC" in text_of(clients)
    again = go_on(bakery, address, review, "submit")  # a double click
    assert again["Location"] == done["Location"]

    address = reverse("third_party_access:revoke", args=[world.bakery.pk, world.lopez.pk])
    review = go_on(bakery, address, bakery.get(address), "review", which="all")
    assert "This cannot be undone" in text_of(review)
    done = go_on(bakery, address, review, "submit")
    assert done.status_code == 303
    assert "Access revoked" in text_of(bakery.get(done["Location"]))
    assert not check(world.luis.username, "view", "WTH-1").allowed
    assert go_on(bakery, address, review, "submit")["Location"] == done["Location"]
    assert bakery.get(address).status_code == 409
    assert "No Access" in text_of(firm.get(done["Location"].removesuffix("done/")))


def test_going_back_to_change_loses_nothing(world: World, firm: Client) -> None:
    address = reverse("third_party_access:request", args=[world.lopez.pk])
    review = ask(world, firm, message="Two\nlines & <tags>", id_type="SSN", id_number=PERSON_SSN)
    page = go_on(firm, address, review, "change")
    assert page.status_code == 200
    kept = fields_of(page)
    assert kept["id_number"] == PERSON_SSN
    assert kept[f"rights_{world.withholding.pk}"] == "2"
    assert str(kept["message"]).strip().split() == ["Two", "lines", "&", "<tags>"]
    assert not AccessRequest.objects.exists()


def test_a_mismatch_of_a_business_is_told_at_the_field(world: World, firm: Client) -> None:
    page = ask(world, firm, legal_name="Somebody Else")
    assert page.status_code == 422
    assert "We find no business with this number and this name" in text_of(page)
    assert fields_of(page)["legal_name"] == "Somebody Else"


def test_an_individual_gets_one_answer(world: World, firm: Client) -> None:
    """The same status, the same page but for what was typed, the same place in the list of what waits."""
    pages = []
    for number, name in ((PERSON_SSN, "Pat Q Doe"), ("987-65-4321", "Pat Q Doe")):
        request = submit_request(world, firm, id_type="SSN", id_number=number, legal_name=name)
        withdrawing = reverse("third_party_access:withdraw", args=[world.lopez.pk, request.pk])
        shown = [
            firm.get(reverse("submissions:done", args=[request.confirmation_number])),
            firm.get(reverse("submissions:detail", args=[request.confirmation_number])),
            firm.get(reverse("submissions:list") + f"?q={request.confirmation_number}"),
            firm.get(reverse("third_party_access:clients", args=[world.lopez.pk])),
            firm.get(withdrawing),
        ]
        assert "If the number and name match, the taxpayer is asked" in text_of(shown[0])
        spaced = "-".join(
            (request.confirmation_number[:4], request.confirmation_number[4:8], request.confirmation_number[8:])
        )
        varying = (request.confirmation_number, spaced, request.id_number_last4, withdrawing)
        texts = []
        for page in shown:
            assert page.status_code == 200
            text = re.sub(
                r"csrfmiddlewaretoken.*?>|data-idle-left=\"\d+\"|\d+:\d\d|[0-9a-f-]{36}", "", page.content.decode()
            )
            for part in varying:
                text = text.replace(part, "~")
            texts.append(text)
        pages.append(texts)
        withdraw_request(actor=world.luis, third_party=world.lopez.pk, request=request.pk, now=world.later(minutes=1))
    for one, other in zip(*pages, strict=True):
        assert one.splitlines() == other.splitlines()


def test_the_limit_of_mismatches_is_a_page_and_not_a_dead_end(world: World, firm: Client, settings: object) -> None:
    settings.REQUEST_MISMATCHES_PER_DAY = 1  # type: ignore[attr-defined]
    ask(world, firm, legal_name="Wrong")
    page = ask(world, firm)
    assert page.status_code == 429
    assert "Ask the client for the number as on the agency's letter" in text_of(page)


def test_stale_pages_are_told(world: World, firm: Client, bakery: Client) -> None:
    request = submit_request(world, firm)
    address = reverse("third_party_access:decide", args=[world.bakery.pk, request.pk])
    review = go_on(bakery, address, bakery.get(address), "review")
    Account.objects.filter(number="SLS-1").update(closed_on=world.today)
    assert go_on(bakery, address, review, "submit").status_code == 409
    review = go_on(bakery, address, bakery.get(address), "review")
    withdraw_request(actor=world.luis, third_party=world.lopez.pk, request=request.pk, now=world.later(seconds=1))
    assert go_on(bakery, address, review, "submit").status_code == 409
    assert bakery.get(address).status_code == 302
    request.refresh_from_db()
    assert request.state == State.WITHDRAWN


def test_declining_in_a_freeze(world: World, firm: Client, bakery: Client) -> None:
    request = submit_request(world, firm)
    world.freeze(world.bakery, Condition.FROZEN_AS_TAXPAYER)
    address = reverse("third_party_access:decide", args=[world.bakery.pk, request.pk])
    page = bakery.get(address)
    assert "You can decline, but not approve" in text_of(page)
    review = go_on(bakery, address, page, "decline")
    done = go_on(bakery, address, review, "decline_now")
    assert done.status_code == 303
    assert "declined" in text_of(bakery.get(done["Location"]))


def test_changing_rights_and_the_last_day(world: World, bakery: Client) -> None:
    world.grant(Rights.FILE_AND_PAY, "WTH-1")
    address = reverse("third_party_access:change", args=[world.bakery.pk, world.lopez.pk])
    page = bakery.get(address)
    assert go_on(bakery, address, page, "review").status_code == 422
    (name,) = [name for name in fields_of(page) if name.startswith("rights_")]
    review = go_on(bakery, address, page, "review", **{name: "1"})
    assert review.status_code == 200, text_of(review)
    done = go_on(bakery, address, review, "submit")
    assert done.status_code == 303
    assert go_on(bakery, address, review, "submit")["Location"] == done["Location"]
    assert "View Only" in text_of(bakery.get(done["Location"]))

    address = reverse("third_party_access:end", args=[world.bakery.pk, world.lopez.pk])
    last_day = world.today + timedelta(days=3)
    review = go_on(bakery, address, bakery.get(address), "review", last_day=last_day.isoformat())
    assert review.status_code == 200, text_of(review)
    done = go_on(bakery, address, review, "submit")
    assert done.status_code == 303
    assert go_on(bakery, address, review, "submit")["Location"] == done["Location"]
    assert bakery.get(done["Location"]).status_code == 200


def test_widening_in_a_freeze_is_told_before_submit(world: World, bakery: Client) -> None:
    world.grant(Rights.VIEW_ONLY, "WTH-1")
    world.freeze(world.bakery, Condition.FROZEN_AS_TAXPAYER)
    address = reverse("third_party_access:change", args=[world.bakery.pk, world.lopez.pk])
    page = bakery.get(address)
    (name,) = [name for name in fields_of(page) if name.startswith("rights_")]
    refused = go_on(bakery, address, page, "review", **{name: "3"})
    assert refused.status_code == 422
    assert "The agency has frozen access to the taxpayer" in text_of(refused)
    assert go_on(bakery, address, page, "submit", **{name: "3"}).status_code == 403


def test_giving_up_one_account_and_then_the_client(world: World, firm: Client) -> None:
    world.grant(Rights.VIEW_ONLY, "WTH-1", "SLS-1")
    address = reverse("third_party_access:drop", args=[world.lopez.pk, world.bakery.pk])
    page = firm.get(address)
    assert go_on(firm, address, page, "review").status_code == 422
    assert go_on(firm, address, page, "review", which="some").status_code == 422
    review = go_on(firm, address, page, "review", which="some", accounts=[str(world.accounts["WTH-1"].pk)])
    done = go_on(firm, address, review, "submit")
    assert done.status_code == 303
    assert go_on(firm, address, review, "submit")["Location"] == done["Location"]
    assert "SLS-1" in text_of(firm.get(reverse("third_party_access:client", args=[world.lopez.pk, world.bakery.pk])))
    review = go_on(firm, address, firm.get(address), "review", which="all")
    assert go_on(firm, address, review, "submit").status_code == 303
    assert "has no clients yet" in text_of(firm.get(reverse("third_party_access:clients", args=[world.lopez.pk])))


def test_the_list_of_clients_is_searched_and_paged(world: World, firm: Client) -> None:
    from tests.third_party_access.world import taxpayer

    for number in range(30):
        client = taxpayer(f"C{number}", "business", f"Client {number:02} 100%_x", "FEIN", f"{number:09}")
        world.accounts[f"A{number}"] = Account.objects.create(
            number=f"A{number}", taxpayer=client, account_type=world.sales
        )
    world.grant(Rights.VIEW_ONLY, *[f"A{number}" for number in range(30)])
    address = reverse("third_party_access:clients", args=[world.lopez.pk])
    first = firm.get(address + "?size=25")
    assert "Client 24" in text_of(first)
    assert "Client 25" not in text_of(first)
    (following,) = re.findall(r'href="(\?[^"]*after=\d+)"', first.content.decode())
    assert "Client 25" in text_of(firm.get(address + unescape(following)))
    assert "Client 07" in text_of(firm.get(address + "?q=NT 07"))
    assert "Client 08" not in text_of(firm.get(address + "?q=NT 07"))
    assert "Client 08" in text_of(firm.get(address + "?q=100%25_"))
    assert "No client matches" in text_of(firm.get(address + "?q=%25%25"))


def test_what_one_may_not_see_does_not_exist(world: World, firm: Client, bakery: Client) -> None:
    world.grant(Rights.VIEW_ONLY, "WTH-1")
    request = world.request()
    stranger = signed_in(world.stranger)
    for name, args in (
        ("overview", [world.bakery.pk]),
        ("request", [world.lopez.pk]),
        ("decide", [world.bakery.pk, request.pk]),
        ("withdraw", [world.lopez.pk, request.pk]),
        ("who_acts", [world.bakery.pk]),
        ("firm", [world.bakery.pk, world.lopez.pk]),
        ("change", [world.bakery.pk, world.lopez.pk]),
        ("end", [world.bakery.pk, world.lopez.pk]),
        ("revoke", [world.bakery.pk, world.lopez.pk]),
        ("clients", [world.lopez.pk]),
        ("client", [world.lopez.pk, world.bakery.pk]),
        ("drop", [world.lopez.pk, world.bakery.pk]),
    ):
        address = reverse(f"third_party_access:{name}", args=args)
        for method in (stranger.get, stranger.post):
            assert method(address).status_code in (404, 405), address
        larger = re.sub(r"/\d+/", "/9223372036854775808/", address, count=1)
        assert bakery.get(larger).status_code == 404
        unknown = re.sub(r"/\d+/", "/9223372036854775807/", address, count=1)
        assert bakery.get(unknown).status_code == 404
    number = request.confirmation_number
    for name in ("detail", "done"):
        assert stranger.get(reverse(f"submissions:{name}", args=[number])).status_code == 404
        assert firm.get(reverse(f"submissions:{name}", args=[number])).status_code == 200
        assert firm.get(reverse(f"submissions:{name}", args=["2222222222"])).status_code == 404
    other = reverse("third_party_access:decide", args=[world.person.pk, request.pk])
    assert signed_in(world.pat).get(other).status_code == 404


@pytest.mark.parametrize(
    "bad", ["", "\x00", "x" * 100_000, "-1", str(2**70), "\u202e", "=1+1", "%_", "not a date", "9" * 400]
)
def test_hostile_values_are_answered_and_change_nothing(world: World, firm: Client, bakery: Client, bad: str) -> None:
    world.grant(Rights.VIEW_ONLY, "WTH-1", "SLS-1")
    waiting = world.request()
    before = (AccessRequest.objects.count(), Submission.objects.count())
    for client, name, args in (
        (firm, "request", [world.lopez.pk]),
        (bakery, "decide", [world.bakery.pk, waiting.pk]),
        (bakery, "change", [world.bakery.pk, world.lopez.pk]),
        (bakery, "end", [world.bakery.pk, world.lopez.pk]),
        (bakery, "revoke", [world.bakery.pk, world.lopez.pk]),
        (firm, "drop", [world.lopez.pk, world.bakery.pk]),
    ):
        address = reverse(f"third_party_access:{name}", args=args)
        shown = fields_of(client.get(address))
        for field in [*shown, "accounts", "which", "step"]:
            response = client.post(address, {**shown, "step": "review", field: bad})
            assert response.status_code in (200, 400, 409, 422), (name, field, response.status_code)
            assert (AccessRequest.objects.count(), Submission.objects.count()) == before
        for field in [*shown, "accounts", "which"]:
            response = client.post(address, {**shown, "step": "submit", field: bad})
            assert response.status_code in (200, 303, 400, 409, 422), (name, field, response.status_code)
    for query in ("q", "after", "status", "size", "page"):
        for address in (reverse("submissions:list"), reverse("third_party_access:clients", args=[world.lopez.pk])):
            if len(bad) < 1000:
                response = firm.get(address, {query: bad})
                assert response.status_code in (200, 400), (address, query)


@pytest.mark.parametrize("condition", [Condition.FROZEN_AS_THIRD_PARTY, Condition.DISSOLVED])
def test_a_third_party_that_reaches_nobody_is_told_why(world: World, firm: Client, condition: Condition) -> None:
    world.grant(Rights.VIEW_ONLY, "WTH-1")
    pages = (
        reverse("third_party_access:clients", args=[world.lopez.pk]),
        reverse("third_party_access:client", args=[world.lopez.pk, world.bakery.pk]),
    )
    told = "nobody acts for its clients"
    assert not any(told in text_of(firm.get(page)) for page in pages)
    world.freeze(world.lopez, condition)
    assert all(told in text_of(firm.get(page)) for page in pages)
