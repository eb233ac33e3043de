"""What a logon reaches, with why; and what one that is being added would reach, before Submit."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from countersign.access.models import AccountRights, Customer, SecondaryLogon
from countersign.access.operations.secondary import Place, refine, replace_secondary, terms_of
from countersign.access.operations.standing import change_standing
from countersign.access.queries.decisions import check
from countersign.access.queries.reach import reach
from countersign.access.queries.reach_counts import reach_of_logons, total
from countersign.policy.facts import Standing
from countersign.policy.rights import Rights
from countersign.taxpayers.models import Account, Taxpayer
from tests.cast import TAXPAYER, account_number, username
from tests.counting import statements
from tests.secondary_logons.conftest import Firm

BAKERY = TAXPAYER["HARBOR-BAKERY"].legal_name


@pytest.fixture
def maria(client_for: Callable[[str], Any], firm: Firm) -> Any:
    return client_for(username("maria"))


def address(name: str, firm: Firm, *more: object) -> str:
    return reverse(f"secondary_logons:{name}", args=[firm.portfolio, *more])


def text(response: Any) -> str:
    page = unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))
    return re.sub(r"\s+", " ", page)


def customers_of(person: str) -> set[str]:
    numbers = {path.account_number for path in reach(username(person)) if path.rights}
    return set(Account.objects.filter(number__in=numbers).values_list("taxpayer__legal_name", flat=True))


@pytest.mark.parametrize("person", ["ruth", "joel", "kim"])
def test_the_list_is_what_the_rule_says_and_as_long_as_its_count(maria: Any, firm: Firm, person: str) -> None:
    logon = firm.person(person)
    page = maria.get(address("reach", firm, logon.pk) + "?size=200")
    wanted = customers_of(person)
    rows = re.findall(r'<th scope="row"[^>]*>(.*?)</th>', page.content.decode(), re.S)
    assert {unescape(re.sub(r"<[^>]+>", "", row)).strip() for row in rows} == wanted
    count = total(reach_of_logons(firm.portfolio, [logon.pk], at=timezone.now()).of[logon.pk])
    assert count == len(wanted) and f"{count} customer" in text(page)
    lines = b"".join(maria.get(address("reach_csv", firm, logon.pk)).streaming_content).decode().splitlines()
    assert len(lines) == count + 1


def test_the_list_is_narrowed_searched_and_turned(maria: Any, firm: Firm) -> None:
    kim = firm.person("kim")
    page = address("reach", firm, kim.pk)
    group = firm.groups["Restaurants"]
    assert BAKERY not in text(maria.get(f"{page}?group={group}"))
    assert BAKERY in text(maria.get(f"{page}?q=harbor+bak"))
    assert "No customer matches" in text(maria.get(f"{page}?q=zzz"))
    bakery = firm.taxpayer("HARBOR-BAKERY").pk
    assert BAKERY not in text(maria.get(f"{page}?after={bakery}"))
    for odd in ("?group=abc", "?after=x", "?before=99999999999999999999", "?q=%00", "?group=1,2"):
        assert maria.get(page + odd).status_code in (200, 400)


def test_no_access_for_one_customer_counts(maria: Any, firm: Firm) -> None:
    joel, bakery = firm.person("joel"), firm.taxpayer("HARBOR-BAKERY")
    before = total(reach_of_logons(firm.portfolio, [joel.pk], at=timezone.now()).of[joel.pk])
    place, now = Place(bakery.pk, None), timezone.now()
    refine(logon=joel.pk, place=place, rights=Rights.NO_ACCESS, submission="", now=now)
    assert total(reach_of_logons(firm.portfolio, [joel.pk], at=timezone.now()).of[joel.pk]) == before - 1
    assert BAKERY not in text(maria.get(address("reach", firm, joel.pk)))
    why = text(maria.get(address("why", firm, joel.pk, bakery.pk)))
    assert "No Access" in why


def test_why_shows_the_way_of_each_account(maria: Any, firm: Firm) -> None:
    joel, bakery = firm.person("joel"), firm.taxpayer("HARBOR-BAKERY")
    page = text(maria.get(address("why", firm, joel.pk, bakery.pk)))
    assert "Retail clients" in page and account_number("HARBOR-BAKERY", "WTH") in page and "Maria" in page
    # What it is not let in to says so, too; what the firm does not know is not there.
    lopez = firm.taxpayer("LOPEZ-CPA")
    assert "No Access" in text(maria.get(address("why", firm, joel.pk, lopez.pk)))
    known = Customer.objects.filter(portfolio=firm.portfolio).values("taxpayer")
    unknown = Taxpayer.objects.exclude(pk__in=known).order_by("pk").first()
    assert unknown is not None and maria.get(address("why", firm, joel.pk, unknown.pk)).status_code == 404
    assert maria.get(address("why", firm, joel.pk, 10**12)).status_code == 404


def test_somebody_else_finds_nothing_and_a_secondary_master_only_within_its_reach(
    client_for: Callable[[str], Any], firm: Firm
) -> None:
    joel, bakery = firm.person("joel").pk, firm.taxpayer("HARBOR-BAKERY").pk
    for person in ("victor", "ruth", "dana"):
        client = client_for(username(person))
        for name, more in (("reach", [joel]), ("reach_csv", [joel]), ("why", [joel, bakery]), ("would_reach", [])):
            assert client.get(address(name, firm, *more)).status_code == 404, (person, name)
    kim = client_for(username("kim"))
    beyond = firm.person("ruth").pk
    for name, more in (("reach", [beyond]), ("reach_csv", [beyond]), ("why", [beyond, bakery])):
        assert kim.get(address(name, firm, *more)).status_code == 403, name
    assert kim.get(address("would_reach", firm) + f"?type=TA&rights=1&groups={firm.groups['Firm']}").status_code == 403


PERSON = {
    "first_name": "Noor",
    "last_name": "Haidari",
    "email": "noor@lopezcpa.example",
    "username": "noor.lopezcpa",
    "language": "en",
    "access_type": "TA",
}


def test_before_submit_one_sees_what_the_new_logon_will_reach(maria: Any, firm: Firm) -> None:
    page = address("add", firm)
    second = maria.post(page, PERSON | {"step": "settings"})
    assert "Choose security groups and account types" in text(second)
    settings = PERSON | {"groups": [firm.groups["Retail clients"]], "account_types": ["all"], "default_rights": "1"}
    seen = maria.post(page, settings | {"step": "see"})
    assert seen.status_code == 200 and not SecondaryLogon.objects.filter(logon__username=PERSON["username"]).exists()
    assert "3 customers" in text(seen) and "with at most View Only" in text(seen)
    listed = re.search(r'href="([^"]*add/reach/[^"]*)"', seen.content.decode().replace("&amp;", "&"))
    assert listed
    assert BAKERY in text(maria.get(listed[1])) and "3 customers with the access settings" in text(maria.get(listed[1]))
    # As choices change, that part alone.
    part = maria.post(page, settings | {"step": "see"}, headers={"HX-Request": "true"})
    assert b"<html" not in part.content and "3 customers" in text(part)
    none = maria.post(page, settings | {"groups": [], "step": "see"}, headers={"HX-Request": "true"})
    assert "Nothing: without a security group" in text(none)
    closed = maria.post(page, settings | {"default_rights": "0", "step": "see"}, headers={"HX-Request": "true"})
    assert "its default rights are No Access" in text(closed)
    wait = maria.post(page, settings | {"account_types": [], "step": "see"}, headers={"HX-Request": "true"})
    assert wait.status_code == 200 and "Choose security groups and account types" in text(wait)
    assert maria.post(page, settings | {"account_types": [], "step": "see"}).status_code == 422
    assert maria.post(page, settings | {"groups": ["abc"], "step": "see"}).status_code == 422


def test_what_was_shown_is_what_it_reaches(maria: Any, firm: Firm, client_for: Callable[[str], Any]) -> None:
    page = address("add", firm)
    settings = PERSON | {
        "groups": list(firm.groups.values()),
        "account_types": [str(key) for key in firm.types("WTH", "SLS")],
        "default_rights": "2",
    }
    seen = text(maria.post(page, settings | {"step": "see"}))
    shown = re.search(r"(\d+) customers? , with at most File and Pay", seen)
    assert shown, seen
    second = maria.post(page, PERSON | {"step": "settings"}).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', second)
    assert token
    assert maria.post(page, settings | {"step": "submit", "token": token[1]}).status_code == 303
    fact = SecondaryLogon.objects.get(logon__username=PERSON["username"])
    assert reach_of_logons(firm.portfolio, [fact.logon_id], at=timezone.now()).of == {}
    now = timezone.now()
    change_standing(logon=fact.logon, standing=Standing.ACTIVE, submission="", now=now)
    replace_secondary(fact=fact, terms=terms_of(fact), submission="", now=now, accepted=True)
    found = reach_of_logons(firm.portfolio, [fact.logon_id], at=timezone.now()).of[fact.logon_id]
    reached = {path.account_number for path in reach(PERSON["username"])}
    assert (
        total(found)
        == int(shown[1])
        == Account.objects.filter(number__in=reached).values("taxpayer").distinct().count()
    )
    assert not AccountRights.objects.filter(logon=fact.logon).exists()
    assert not check(PERSON["username"], "maintain", account_number("HARBOR-BAKERY", "WTH")).allowed


def test_the_preview_and_the_list_cost_the_same_statements_whatever_is_chosen(maria: Any, firm: Firm) -> None:
    page = address("add", firm)
    one = PERSON | {"account_types": ["all"], "default_rights": "1", "step": "see", "groups": [firm.groups["Default"]]}
    many = one | {"groups": list(firm.groups.values())}
    maria.post(page, one)
    assert statements(lambda: maria.post(page, one)) == statements(lambda: maria.post(page, many))
    few, more = firm.person("joel").pk, firm.person("kim").pk
    maria.get(address("reach", firm, few))
    assert statements(lambda: maria.get(address("reach", firm, few))) == statements(
        lambda: maria.get(address("reach", firm, more))
    )
