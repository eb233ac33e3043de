"""An account's page, why, and who has access: who sees what, driven with the cast."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from countersign.access.models import AccountRights, LogonStanding, TaxpayerAccess
from countersign.logons.models import Logon
from countersign.taxpayers.models import Account, Taxpayer
from countersign.ui.spreadsheet import safe_cell
from tests.cast import account_number, username
from tests.counting import statements

pytestmark = pytest.mark.usefixtures("cast_world")
As = Callable[[str], Client]


@pytest.fixture
def as_(client_for: Callable[[str], Client]) -> As:
    return lambda person: client_for(username(person))


def account(taxpayer: str, code: str) -> Account:
    return Account.objects.get(number=account_number(taxpayer, code))


def text(response: Any) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return str(body.decode())


def page(client: Client, route: str, key: int) -> HttpResponse:
    return client.get(reverse(f"tax_accounts:{route}", args=[key]))


# person → what the account page, why, and who has access answer for Harbor Bakery's withholding and excise
SEES = {
    "dana": ((200, 200, 200), (200, 200, 200)),  # Master Administrator
    "omar": ((200, 200, 200), (200, 200, 200)),
    "tom": ((200, 200, 404), (404, 404, 404)),  # Tax Administrator with rights on withholding only
    "ines": ((404, 404, 404), (404, 404, 404)),  # Tax Administrator with rights on another account
    "maria": ((200, 200, 404), (404, 404, 404)),  # the client's accountant, for withholding only
    "victor": ((200, 200, 404), (404, 404, 404)),
    "joel": ((200, 200, 404), (404, 404, 404)),  # secondary logon in the right group
    "kim": ((200, 200, 404), (404, 404, 404)),
    "ruth": ((404, 404, 404), (404, 404, 404)),  # secondary logon in another group
    "hana": ((404, 404, 404), (404, 404, 404)),  # of another portfolio
    "hugo": ((404, 404, 404), (404, 404, 404)),  # a stranger
}


@pytest.mark.parametrize("person", SEES)
def test_who_sees_an_account_why_and_who_has_access(as_: As, person: str) -> None:
    client = as_(person)
    for code, expected in zip(("WTH", "CEX"), SEES[person], strict=True):
        key = account("HARBOR-BAKERY", code).pk
        seen = tuple(page(client, route, key).status_code for route in ("account", "why", "who_has_access"))
        assert seen == expected, code


def test_of_the_taxpayer_only_its_master_administrators_see_who_has_access(as_: As) -> None:
    key = Taxpayer.objects.get(key="HARBOR-BAKERY").pk
    expected = {"dana": 200, "omar": 200, "tom": 403, "maria": 404, "joel": 404, "hugo": 404}
    for person, status in expected.items():
        assert page(as_(person), "taxpayer_who_has_access", key).status_code == status, person


def test_who_has_not_signed_in_is_sent_to_log_in() -> None:
    key = account("HARBOR-BAKERY", "WTH").pk
    for route in ("account", "why", "who_has_access"):
        assert page(Client(), route, key)["Location"].startswith("/log-in/")
    assert Client().get("/why/?account=WTH-10000101&action=file")["Location"].startswith("/log-in/")


def test_the_account_page_says_what_i_may_do_and_as_what(as_: As) -> None:
    key = account("HARBOR-BAKERY", "WTH").pk
    mine = text(page(as_("dana"), "account", key))
    assert "All Access" in mine
    assert "Master Administrator" in mine
    assert "Why not?" not in mine
    tom = text(page(as_("tom"), "account", key))
    assert "File and Pay" in tom
    assert "Tax Administrator" in tom
    assert tom.count("Why not?") == 2  # maintain and administer
    assert "action=maintain" in tom
    assert "Who has access" not in tom
    maria = text(page(as_("maria"), "account", key))
    assert "Master Administrator of Lopez CPA PC, for its client" in maria
    assert "Harbor Bakery LLC" in maria
    joel = text(page(as_("joel"), "account", key))
    assert "Secondary logon of Maria Lopez" in joel
    assert "Retail clients" in joel
    assert "You are limited to View Only" in joel


def test_nobody_of_the_taxpayer_sees_inside_the_firm(as_: As) -> None:
    bakery = Taxpayer.objects.get(key="HARBOR-BAKERY").pk
    client = as_("dana")
    for route, key in (
        ("who_has_access", account("HARBOR-BAKERY", "WTH").pk),
        ("taxpayer_who_has_access", bakery),
    ):
        shown = text(page(client, route, key))
        assert "Lopez CPA PC" in shown
        # Maria, Victor, and of Maria's secondary logons in Retail clients kim, joel, sam and theo; hana is elsewhere.
        assert "6 people can act for it" in shown
        for hidden in ("Maria", "maria.lopez", "Joel", "joel.lopezcpa", "Retail clients", "Kim"):
            assert hidden not in shown, hidden


def test_who_has_access_names_persons_their_rights_and_the_firm_that_can_be_ended(as_: As) -> None:
    shown = text(page(as_("dana"), "who_has_access", account("HARBOR-BAKERY", "WTH").pk))
    for expected in ("Dana Whitfield", "dana.whitfield", "Omar Haddad", "Tom Beck", "tom.beck"):
        assert expected in shown, expected
    assert "Ines" not in shown
    assert "Inês" not in shown  # her rights are on another account
    bakery, firm = Taxpayer.objects.get(key="HARBOR-BAKERY").pk, Taxpayer.objects.get(key="LOPEZ-CPA").pk
    assert reverse("third_party_access:firm", args=[bakery, firm]) in shown
    everywhere = text(page(as_("dana"), "taxpayer_who_has_access", bakery))
    assert "Inês Carvalho" in everywhere
    assert "File and Pay on 1 account, View Only on 1 account" in everywhere
    assert "All Access on 4 accounts" in everywhere


def test_on_a_past_day_those_are_shown_who_had_access_then(as_: As) -> None:
    key = account("HARBOR-BAKERY", "WTH").pk
    address = reverse("tax_accounts:who_has_access", args=[key])
    client = as_("dana")
    first_year = timezone.localdate() - timedelta(days=500)
    then = text(client.get(address, {"on": first_year.isoformat()}))
    assert "Lopez CPA PC" in then
    assert "View Only" in then  # a year before it was let to file
    long_ago = text(client.get(address, {"on": "1990-01-01"}))
    assert "Nobody had access then." in long_ago
    assert "Lopez" not in long_ago


def test_a_secondary_logons_group_is_shown_to_its_parent_only(as_: As) -> None:
    key = account("LOPEZ-CPA", "WTH").pk
    maria, victor = (text(page(as_(person), "who_has_access", key)) for person in ("maria", "victor"))
    assert "Ana Muñoz" in maria
    assert "in security group Firm" in maria
    assert "Secondary logon of Maria Lopez" in victor
    assert "security group" not in victor


def test_an_account_of_somebody_elses_answers_like_one_that_does_not_exist(as_: As) -> None:
    client = as_("hugo")
    hidden = account("HARBOR-BAKERY", "WTH").pk
    for route in ("account", "why", "who_has_access"):
        one, other = page(client, route, hidden), page(client, route, 9_000_000_000_000)
        assert one.status_code == other.status_code == 404
        assert "Harbor" not in text(one)


class TestWhyNot:
    def ask(self, client: Client, number: str, action: str) -> str:
        response = client.get("/why/", {"account": number, "action": action})
        assert response.status_code == 200
        return text(response)

    def answer(self, client: Client, number: str, action: str) -> str:
        """The answer's part of the page, without the number that was typed."""
        shown = self.ask(client, number, action)
        return shown[shown.index('id="answer"') : shown.index("</section>")].replace(number, "")

    def test_unknown_and_not_visible_look_the_same(self, as_: As) -> None:
        for person in ("hugo", "ruth", "ines"):
            client = as_(person)
            for action in ("view", "file", "administer"):
                hidden = self.answer(client, account_number("HARBOR-BAKERY", "CEX"), action)
                unknown = self.answer(client, "CEX-99999999", action)
                assert hidden == unknown
                assert "There is nothing here that you can see." in hidden

    def test_a_refusal_says_which_rule_and_who_can_change_it(self, as_: As) -> None:
        number = account_number("HARBOR-BAKERY", "WTH")
        tom = self.ask(as_("tom"), number, "maintain")
        assert "too few rights" in tom
        assert "Ask Omar Haddad, Dana Whitfield." in tom
        assert "Only a Master Administrator" in self.ask(as_("tom"), number, "administer")
        joel = self.ask(as_("joel"), number, "file")
        assert "Ask Maria Lopez." in joel
        assert "Dana" not in joel
        assert "You can." in self.ask(as_("dana"), number, "administer")

    @pytest.mark.parametrize(
        "query",
        [
            "?account=&action=",
            "?account=x&action=destroy",
            "?account=%00&action=file",
            f"?account={'9' * 400}",
            "?action",
        ],
    )
    def test_what_is_no_question_is_told_at_its_field(self, as_: As, query: str) -> None:
        assert as_("dana").get(f"/why/{query}").status_code in (200, 400, 422)


@pytest.mark.parametrize(
    "query",
    [
        "on=yesterday", "on=2026-13-45", "on=%00", "on=0001-01-01", "on=9999-12-31", "page=0", "page=-1",
        "page=99999999999999999999", "page=%D9%A3", "q=%00", "q=%25", "q=%ED%A0%80", f"q={'x' * 5000}", "size=7",
        "format=csv&on=nonsense", "page=5",
    ],
)  # fmt: skip
def test_hostile_parameters_get_a_page(as_: As, query: str) -> None:
    client = as_("dana")
    for address in (
        reverse("tax_accounts:who_has_access", args=[account("HARBOR-BAKERY", "WTH").pk]),
        reverse("tax_accounts:taxpayer_who_has_access", args=[Taxpayer.objects.get(key="HARBOR-BAKERY").pk]),
    ):
        assert client.get(f"{address}?{query}").status_code in (200, 400, 422)


def test_percent_and_underscore_are_letters_in_a_search(as_: As) -> None:
    address = reverse("tax_accounts:who_has_access", args=[account("HARBOR-BAKERY", "WTH").pk])
    client = as_("dana")
    assert "Tom Beck" in text(client.get(address, {"q": "BECK"}))
    assert "Lopez CPA PC" in text(client.get(address, {"q": "lopez"}))
    for typed in ("%", "_"):
        assert "Nobody matches" in text(client.get(address, {"q": typed}))


def many_tax_administrators(count: int) -> None:
    now = timezone.now() - timedelta(days=1)
    made = Logon.objects.bulk_create(
        Logon(username=f"ta.{place:04d}", first_name="=Ta", last_name=f"Person {place:04d}") for place in range(count)
    )
    bakery, of = Taxpayer.objects.get(key="HARBOR-BAKERY"), account("HARBOR-BAKERY", "WTH")
    LogonStanding.objects.bulk_create(LogonStanding(logon=logon, status="active", begins_at=now) for logon in made)
    TaxpayerAccess.objects.bulk_create(
        TaxpayerAccess(logon=logon, taxpayer=bakery, access_type="TA", begins_at=now) for logon in made
    )
    AccountRights.objects.bulk_create(AccountRights(logon=logon, account=of, rights=1, begins_at=now) for logon in made)


def test_who_has_access_is_paged_in_sql_and_asks_as_often_for_many_as_for_few(
    as_: As,
) -> None:
    client = as_("dana")
    address = reverse("tax_accounts:who_has_access", args=[account("HARBOR-BAKERY", "WTH").pk])
    few = statements(lambda: client.get(address))
    many_tax_administrators(300)
    assert statements(lambda: client.get(address, {"size": 200, "page": 2})) == few  # persons and the firm
    first = text(client.get(address, {"size": 200}))
    assert "1–200 of 304" in first
    last = text(client.get(address, {"size": 200, "page": 2}))
    assert "201–304 of 304" in last
    assert "Person 0299" in last
    assert "Lopez CPA PC" in last  # third parties come after persons


def test_csv_has_everybody_and_no_formula(as_: As) -> None:
    many_tax_administrators(60)
    address = reverse("tax_accounts:who_has_access", args=[account("HARBOR-BAKERY", "WTH").pk])
    response = as_("dana").get(address, {"format": "csv"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    lines = text(response).removeprefix("\ufeff").splitlines()
    assert len(lines) == 1 + 3 + 60 + 1
    assert any(line.startswith("'=Ta Person 0007,ta.0007,Tax Administrator") for line in lines)
    assert not any(line.startswith("=") for line in lines)
    assert any(line.startswith("Lopez CPA PC,,Third party,6 people can act for it,File and Pay") for line in lines)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_a_cell_that_begins_like_a_formula_is_quoted(start: str) -> None:
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"
    assert safe_cell("Harbor = Bakery") == "Harbor = Bakery"
    assert safe_cell(None) == ""


def test_a_frozen_master_administrator_is_not_sent_to_itself(as_: As) -> None:
    """UX rule 7: what is missing, and who can give it: here the agency."""
    frozen = account("GULL-AND-ANCHOR", "WTH")
    client = as_("rosa")
    for route in ("account", "why"):
        assert "The agency has frozen access to this taxpayer." in text(page(client, route, frozen.pk))
    asked = {"account": frozen.number, "action": "file"}
    answer = text(client.get(reverse("tax_accounts:why_not"), asked))
    assert "The agency has frozen access to the taxpayer. The agency can change this." in " ".join(answer.split())
    assert "Ask Rosa" not in answer
    assert "frozen" not in text(page(as_("dana"), "account", account("HARBOR-BAKERY", "WTH").pk))
