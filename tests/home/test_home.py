"""Home: what waits, and the accounts that one can act on."""

from __future__ import annotations

import base64
import csv
import json
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from countersign.access.models import GroupMember, PortfolioHolder, TaxpayerAccess
from countersign.access.operations.customers import refresh
from countersign.logons.models import Logon
from countersign.policy.rights import Rights
from countersign.taxpayers.models import Account, AccountType, Taxpayer
from countersign.third_party_access.operations.request_access import Asked, request_access
from tests.cast import TAXPAYER, account_number, username
from tests.counting import statements

pytestmark = pytest.mark.usefixtures("cast_world")
As = Callable[[str], Client]


@pytest.fixture
def as_(client_for: Callable[[str], Client]) -> As:
    return lambda person: client_for(username(person))


def text(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return str(body.decode())


def numbers(page: str) -> list[str]:
    """The account numbers of the list, in order."""
    return re.findall(r'href="/accounts/\d+/">([A-Z]{3}-\d+)', page)


def next_of(page: str, rel: str = "next") -> str | None:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    return unescape(found[1]) if found else None


def test_each_sees_its_accounts_its_rights_and_its_capacity(as_: As) -> None:
    expected = {
        "dana": (5, ["All Access", "Master Administrator"]),
        "tom": (2, ["View Only", "File and Pay", "Tax Administrator"]),
        "maria": (10, ["Client of Lopez CPA PC", "Master Administrator", "All Access"]),
        "joel": (4, ["Secondary logon, client of Lopez CPA PC", "View Only"]),
        "ben": (2, ["Secondary logon", "File and Pay"]),
    }
    for person, (count, words) in expected.items():
        page = text(as_(person).get("/"))
        assert len(numbers(page)) == count, (person, numbers(page))
        assert f"{count} account" in page
        for word in words:
            assert word in page, (person, word)


def test_nothing_that_cannot_be_acted_on_is_listed(as_: As) -> None:
    maria = text(as_("maria").get("/"))
    for hidden in ("Gull &amp; Anchor", "Lantern Inn", "Tolland Ferry", "Walter Osgood"):  # frozen, not begun, ended
        assert hidden not in maria, hidden
    assert "Maria" in text(as_("maria").get("/"))
    for person in ("igor", "june"):
        assert "Cedar Row" not in text(as_(person).get("/"))


def test_an_empty_list_says_how_to_fill_it(as_: As, db: None) -> None:
    page = text(as_("june").get("/"))
    assert "You can act on no account now" in page and "/profile/manage-my-access/" in page
    assert "Download as CSV" not in page and "Narrow the list" not in page
    nothing = text(as_("dana").get("/?q=zzz"))
    assert "No account matches" in nothing
    assert "Show all accounts" in nothing


def test_an_empty_list_says_who_can_change_that(as_: As) -> None:
    """UX rule 7: a secondary logon is not sent to prove a right that it does not have."""
    now = timezone.now()
    with transaction.atomic():
        TaxpayerAccess.objects.filter(logon__username=username("june")).update(ended_at=now)
        PortfolioHolder.objects.filter(holder__username=username("victor")).update(ended_at=now)
        GroupMember.objects.filter(logon__username=username("ruth")).update(ended_at=now)
    newcomer = text(as_("june").get("/"))
    assert "You have no access yet" in newcomer and "Prove your right to act" in newcomer
    left = text(as_("hana").get("/"))
    assert "The person who managed your logon has left" in left and "Prove your right to act" not in left
    assert "You reach no account now" in text(as_("ruth").get("/"))


def test_a_request_waits_for_the_master_administrator_alone_and_leads_to_its_decision(as_: As) -> None:
    now = timezone.now()
    bakery = TAXPAYER["HARBOR-BAKERY"]
    request = request_access(
        actor=Logon.objects.get(username=username("maria")),
        third_party=Taxpayer.objects.get(key="LOPEZ-CPA").pk,
        asked=Asked(
            id_type=bakery.id_type,
            id_number=bakery.id_number,
            legal_name=bakery.legal_name,
            rights={AccountType.objects.get(code="MLS").pk: Rights.VIEW_ONLY},
            begins_on=timezone.localdate(now),
        ),
        now=now,
    )
    page = text(as_("dana").get("/"))
    key = Taxpayer.objects.get(key="HARBOR-BAKERY").pk
    assert re.search(r"Waiting for you.{0,60}\(2\)", page)  # the request, and the notice of it
    assert f"/taxpayers/{key}/third-party-access/requests/{request.pk}/decide/" in page
    for person in ("tom", "maria", "hugo", "joel"):
        assert "Waiting for you" not in text(as_(person).get("/")), person


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("q=harbor", 2), ("q=HARBOR BAK", 2), ("q=%25", 0), ("q=_", 0), ("q=pell", 2), ("type=WTH", 4), ("type=none", 10),
        ("as=client", 7), ("as=own", 3), ("as=nonsense", 10), ("can=all_access", 5), ("can=file_and_pay", 8),
        ("can=everything", 10), ("type=WTH&as=client&can=file_and_pay", 2),
    ],
)  # fmt: skip
def test_the_list_is_narrowed_by_search_type_capacity_and_rights(as_: As, query: str, count: int) -> None:
    assert len(numbers(text(as_("maria").get(f"/?{query}")))) == count


def test_a_whole_account_number_finds_it_and_one_of_another_finds_nothing(as_: As) -> None:
    mine, other = account_number("HARBOR-BAKERY", "WTH"), account_number("HARBOR-BAKERY", "CEX")
    assert numbers(text(as_("maria").get(f"/?q={mine}"))) == [mine]
    assert numbers(text(as_("maria").get(f"/?q={other}"))) == []
    assert "<chip" not in text(as_("maria").get("/"))
    assert "Remove filter" in text(as_("maria").get(f"/?q={mine}"))


def make_accounts(person: str, count: int, name: str = "Same Name LLC") -> None:
    """More taxpayers with one account each, of all of which the person is Master Administrator."""
    logon, of_type = Logon.objects.get(username=username(person)), AccountType.objects.get(code="WTH")
    made = Taxpayer.objects.bulk_create(
        Taxpayer(
            key=f"MADE-{place}", kind="business", legal_name=name, name_folded=name.casefold(), id_type="FEIN",
            id_number_hash=f"made {place}".encode(), id_number_last4="0000",
        )
        for place in range(count)
    )  # fmt: skip
    Account.objects.bulk_create(
        Account(number=f"WTH-9{place:06d}", taxpayer=taxpayer, account_type=of_type)
        for place, taxpayer in enumerate(made)
    )
    TaxpayerAccess.objects.bulk_create(
        TaxpayerAccess(logon=logon, taxpayer=taxpayer, access_type="MA", begins_at=timezone.now() - timedelta(days=1))
        for taxpayer in made
    )
    refresh(portfolios=None, taxpayers=None)


def test_pages_walk_over_everything_once_forwards_and_backwards(as_: As) -> None:
    make_accounts("dana", 120)
    client = as_("dana")
    seen: list[str] = []
    address: str | None = "?size=50"
    last = ""
    while address:
        last = text(client.get(f"/{address}"))
        seen += numbers(last)
        address = next_of(last)
    assert len(seen) == len(set(seen)) == 125
    back: list[str] = []
    page = last
    while True:
        back = numbers(page) + back
        address = next_of(page, "prev")
        if not address:
            break
        page = text(client.get(f"/{address}"))
    assert back == seen
    assert "125 accounts" in text(client.get("/"))
    assert "Back to the first page" in last


def cursor(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


HOSTILE = [
    "x", "%00", "%FF%FE", "AAAA", "=" * 9, "9" * 400, "x" * 100_000, cursor([]), cursor({}), cursor(None), cursor([1, 2, 3]),
    cursor(["a", 2**70, "b"]), cursor(["a", -1, "b"]), cursor(["a", True, "b"]), cursor(["a", 1.5, "b"]),
    cursor(["a\x00", 1, "b"]), cursor(["\ud800", 1, "b"]), cursor(["a", 1, "b", "c"]), cursor("abc"), cursor(["a" * 5000, 1, "b"]),
]  # fmt: skip


@pytest.mark.parametrize("place", HOSTILE)
@pytest.mark.parametrize("parameter", ["after", "before"])
def test_a_place_that_was_never_written_is_a_bad_request(as_: As, parameter: str, place: str) -> None:
    assert as_("dana").get(f"/?{parameter}={place}").status_code == 400


@pytest.mark.parametrize("place", [cursor(["zzz", 1, "zzz"]), cursor(["", 1, ""]), cursor(["é", 2**62, "'; --"])])
def test_a_place_that_is_not_on_the_list_shows_what_is_behind_it(as_: As, place: str) -> None:
    for parameter in ("after", "before"):
        assert as_("dana").get(f"/?{parameter}={place}").status_code == 200
    assert as_("dana").get(f"/?after={place}&before={place}").status_code == 200


@pytest.mark.parametrize(
    "query", ["q=%00", "size=-1", "size=9999", f"q={'x' * 20_000}", "type=%27%3B--", "q=a%00b", "can=0"]
)
def test_hostile_filters_get_a_page(as_: As, query: str) -> None:
    for address in ("/", "/my-accounts.csv"):
        assert as_("dana").get(f"{address}?{query}").status_code in (200, 400)


def test_many_accounts_ask_the_database_as_often_as_few(as_: As) -> None:
    client = as_("dana")
    few = statements(lambda: client.get("/?size=200"))
    make_accounts("dana", 300)
    many = statements(lambda: client.get("/?size=200"))
    assert many - few == 3  # counting what does not fit on the page
    assert statements(lambda: client.get("/?size=25")) == many
    # One tells whether notices are new, one whether somebody asks to be vouched for, one whether one was named to follow.
    assert many <= 19


def test_the_csv_has_every_row_behind_the_filters_and_no_formula(as_: As) -> None:
    make_accounts("dana", 120, name="=1+1 LLC")
    response = as_("dana").get("/my-accounts.csv?q=llc")
    assert "attachment" in response["Content-Disposition"]
    rows = list(csv.reader(text(response).removeprefix("\ufeff").splitlines()))
    assert rows[0] == ["Taxpayer", "Account", "Account type", "I can", "As"]
    assert len(rows) == 1 + 120 + 4
    assert ["'=1+1 LLC", "WTH-9000007", "Withholding", "All Access", "Master Administrator"] in rows
    assert not any(cell.startswith("=") for row in rows for cell in row)


def test_the_csv_is_in_the_language_of_the_asker_to_its_end(as_: As) -> None:
    client = as_("dana")
    client.cookies["language"] = "es"
    response = client.get("/my-accounts.csv")
    from django.utils import translation

    with translation.override("en"):
        first = text(response)
    assert response["Content-Language"] == "es"
    assert first.count("\n") == 6


def test_who_has_not_signed_in_is_sent_to_log_in() -> None:
    for address in ("/", "/my-accounts.csv"):
        assert Client().get(address)["Location"].startswith("/log-in/")
