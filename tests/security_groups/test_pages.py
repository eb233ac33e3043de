"""The two tabs, driven as a browser without JavaScript would."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from countersign.access.models import Customer, SecurityGroup
from countersign.security_groups.operations import add_group
from tests.cast import TAXPAYER
from tests.security_groups.conftest import Firm
from tests.security_groups.test_placing import place


def signed_in(firm: Firm, person: str = "maria") -> Client:
    client = Client()
    client.force_login(firm.logon(person))
    return client


def address(firm: Firm, name: str, *more: object) -> str:
    return reverse(f"security_groups:{name}", args=[firm.portfolio, *more])


def text(response: Any) -> str:
    page = unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))
    return re.sub(r"\s+", " ", page)


def hidden(response: Any) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', response.content.decode())
    return {name: unescape(value) for name, value in found if name in ("token", "version", "group")}


def in_group(firm: Firm, key: str) -> str | None:
    customer = Customer.objects.select_related("group").get(portfolio=firm.portfolio, taxpayer__key=key)
    return customer.group.name if customer.group else None


def test_add_a_group(firm: Firm) -> None:
    client = signed_in(firm)
    page = client.get(address(firm, "add"))
    response = client.post(address(firm, "add"), hidden(page) | {"name": "Inns", "description": "With rooms"})
    assert response.status_code == 303
    done = client.get(response["Location"])
    assert "Security group added" in text(done)
    assert "Inns" in text(client.get(address(firm, "list")))
    again = client.post(address(firm, "add"), {"name": "INNS"})
    assert again.status_code == 422
    assert "There is a security group of this name already" in text(again)
    assert client.post(address(firm, "add"), {"name": ""}).status_code == 422


def test_the_list_is_searched_and_sorted(firm: Firm) -> None:
    client = signed_in(firm)
    page = text(client.get(address(firm, "list"), {"q": "rest"}))
    assert "Restaurants" in page
    assert "Retail clients" not in page
    most = client.get(address(firm, "list"), {"sort": "-customers", "size": "25"}).content.decode()
    assert most.index("Retail clients") < most.index("Next season")
    assert "No security group matches" in text(client.get(address(firm, "list"), {"q": "zzz"}))


def test_a_group_has_its_page_and_changes(firm: Firm) -> None:
    client, group = signed_in(firm), firm.group("Restaurants")
    page = text(client.get(address(firm, "group", group.pk)))
    assert "Kim" in page
    form = client.get(address(firm, "change", group.pk))
    response = client.post(
        address(firm, "change", group.pk), hidden(form) | {"name": "Taverns", "description": "Old ones"}
    )
    assert response.status_code == 303
    stale = client.post(
        address(firm, "change", group.pk), hidden(form) | {"name": "Bars", "description": "", "token": ""}
    )
    assert stale.status_code == 409


def test_deleting_shows_first_what_it_does(firm: Firm) -> None:
    client, group = signed_in(firm), firm.group("Retail clients")
    page = client.get(address(firm, "delete", group.pk))
    assert "3 customers change their security group" in text(page)
    assert "Joel" in text(page)
    place(firm, firm.chosen("PELL-STREET-BOOKS"), "Firm")
    stale = client.post(address(firm, "delete", group.pk), hidden(page))
    assert stale.status_code == 409
    assert "What you saw has changed since" in text(stale)
    assert "2 customers change their security group" in text(stale)
    response = client.post(address(firm, "delete", group.pk), hidden(stale))
    assert response.status_code == 303
    assert "Customers moved" in text(client.get(response["Location"]))
    assert not SecurityGroup.objects.filter(pk=group.pk, ended_at__isnull=True).exists()


def test_customer_security_lists_each_customer_with_its_group(firm: Firm) -> None:
    client = signed_in(firm)
    page = client.get(address(firm, "customers"))
    shown = text(page)
    for key in ("HARBOR-BAKERY", "LOPEZ-CPA", "LANTERN-INN", "MARIA-LOPEZ"):
        assert TAXPAYER[key].legal_name in shown, key
    assert "Kept to the parent logon" in shown
    # Its grants ended a month ago: nothing passes from it any more.
    assert TAXPAYER["TOLLAND-FERRY"].legal_name not in shown
    kept = text(client.get(address(firm, "customers"), {"group": "kept"}))
    assert TAXPAYER["MARIA-LOPEZ"].legal_name in kept
    assert TAXPAYER["HARBOR-BAKERY"].legal_name not in kept
    one = text(client.get(address(firm, "customers"), {"group": str(firm.group("Restaurants").pk), "q": "gull"}))
    assert TAXPAYER["GULL-AND-ANCHOR"].legal_name in one
    assert TAXPAYER["LANTERN-INN"].legal_name not in one


def test_one_customer_comes_to_another_group(firm: Firm) -> None:
    client = signed_in(firm)
    bakery = address(firm, "place_one", firm.taxpayer("HARBOR-BAKERY"))
    page = client.get(bakery)
    assert "Select Security Group" in text(page)
    nothing = client.post(bakery, {"step": "review"})
    assert nothing.status_code == 422
    assert "Select the button" in text(nothing)
    same = client.post(bakery, {"step": "review", "group": firm.group("Retail clients").pk})
    assert same.status_code == 422
    review = client.post(bakery, hidden(page) | {"step": "review", "group": str(firm.group("Firm").pk)})
    assert "1 customer changes its security group" in text(review)
    assert in_group(firm, "HARBOR-BAKERY") == "Retail clients"
    response = client.post(bakery, hidden(review) | {"step": "submit"})
    assert response.status_code == 303
    assert in_group(firm, "HARBOR-BAKERY") == "Firm"
    done = text(client.get(response["Location"]))
    assert "Customers placed in a security group" in done
    assert TAXPAYER["HARBOR-BAKERY"].legal_name in done


def test_a_review_that_grew_stale_is_shown_again(firm: Firm) -> None:
    client = signed_in(firm)
    bakery = address(firm, "place_one", firm.taxpayer("HARBOR-BAKERY"))
    review = client.post(bakery, {"step": "review", "group": firm.group("Firm").pk})
    place(firm, firm.chosen("HARBOR-BAKERY"), "Restaurants")
    stale = client.post(bakery, hidden(review) | {"step": "submit"})
    assert stale.status_code == 409
    assert "What you saw has changed since" in text(stale)
    assert client.post(bakery, hidden(stale) | {"step": "submit"}).status_code == 303
    assert in_group(firm, "HARBOR-BAKERY") == "Firm"


def test_all_that_match_and_the_lists_behind_the_counts(firm: Firm) -> None:
    client = signed_in(firm)
    query = f"?which=all&group={firm.group('Retail clients').pk}"
    review = client.post(address(firm, "place") + query, {"step": "review", "group": firm.group("Next season").pk})
    assert "3 customers change their security group" in text(review)
    links = re.findall(r'href="([^"]*/customer-security/changes/[^"]*)"', review.content.decode())
    assert links
    listed = client.get(unescape(links[0]))
    assert listed.status_code == 200
    assert "What changes for" in text(listed)
    whole = client.get(re.sub(r"&logon=.*", "", unescape(links[0])))
    assert "Joel" in text(whole)
    nothing = client.get(address(firm, "place"), {"q": "bak"}, follow=True)
    assert "Tick at least one customer first." in text(nothing)
    assert "q=bak" in nothing.redirect_chain[0][0]
    assert client.get(address(firm, "changes")).status_code == 302


def test_the_list_as_csv(firm: Firm) -> None:
    response = signed_in(firm).get(address(firm, "customers_csv"), {"group": firm.group("Restaurants").pk})
    lines = response.getvalue().decode("utf-8-sig").splitlines()
    assert lines[0] == "Customer number,Customer,Security group"
    assert len(lines) == 3
    assert all(line.endswith("Restaurants") for line in lines[1:])


def test_the_groups_as_csv(firm: Firm) -> None:
    lines = signed_in(firm).get(address(firm, "groups_csv")).getvalue().decode("utf-8-sig").splitlines()
    assert lines[0] == "Name,Description,Customers,Secondary logons"
    assert "Retail clients,Shops and bakeries,3,4" in lines
    own = signed_in(firm, "kim").get(address(firm, "groups_csv")).getvalue().decode()
    assert "Next season" not in own


def test_strangers_find_nothing(firm: Firm) -> None:
    names: list[tuple[Any, ...]] = [
        ("list",),
        ("matrix",),
        ("upload",),
        ("groups_csv",),
        ("add",),
        ("customers",),
        ("customers_csv",),
        ("place",),
        ("changes",),
    ]
    names += [(name, firm.group("Firm").pk) for name in ("group", "change", "delete")]
    names += [("place_one", firm.taxpayer("HARBOR-BAKERY"))]
    for person in ("victor", "dana", "ruth"):
        client = signed_in(firm, person)
        for name, *more in names:
            assert client.get(address(firm, name, *more)).status_code == 404, (person, name)


def test_a_secondary_master_administrator_sees_its_own_reach_only(firm: Firm) -> None:
    client = signed_in(firm, "kim")
    page = text(client.get(address(firm, "list")))
    assert "Retail clients" in page
    assert "Next season" not in page
    listed = text(client.get(address(firm, "customers")))
    assert TAXPAYER["HARBOR-BAKERY"].legal_name in listed
    for key in ("LOPEZ-CPA", "MARIA-LOPEZ", "NORA-QUIST"):
        # The firm and its owner are named in the bar that says which portfolio this is.
        assert key != "NORA-QUIST" or TAXPAYER[key].legal_name not in listed
        assert client.get(address(firm, "place_one", firm.taxpayer(key))).status_code == 404
    assert client.get(address(firm, "group", firm.group("Firm").pk)).status_code == 404
    assert client.get(address(firm, "delete", firm.group("Restaurants").pk)).status_code == 403


@pytest.mark.parametrize("name", ["list", "customers", "matrix"])
def test_the_number_of_queries_does_not_grow(firm: Firm, name: str) -> None:
    client = signed_in(firm)
    client.get(address(firm, name))

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(address(firm, name)).status_code == 200
        return len(seen)

    few = queries()
    for count in range(8):
        add_group(actor=firm.maria, portfolio=firm.portfolio, name=f"Group {count}", now=firm.now)
    place(firm, firm.chosen("HARBOR-BAKERY"), "Group 1")
    assert queries() == few
    assert few <= 22


def test_the_matrix_says_who_is_let_in_where(firm: Firm) -> None:
    page = signed_in(firm).get(address(firm, "matrix"))
    assert "<svg" in page.content.decode()
    rows = re.findall(r"<tr>.*?</tr>", page.content.decode(), re.DOTALL)
    joel = next(unescape(row) for row in rows if "Joel" in row)
    assert joel.count("/reach/?group=") == 1
    assert f"group={firm.group('Retail clients').pk}" in joel
    found = text(signed_in(firm).get(address(firm, "matrix"), {"q": "adler"}))
    assert "Ruth" in found
    assert "Joel" not in found
    own = text(signed_in(firm, "kim").get(address(firm, "matrix")))
    assert "Restaurants" in own
    assert "Next season" not in own
    assert "Ruth" not in own
    assert signed_in(firm, "victor").get(address(firm, "matrix")).status_code == 404


def test_every_list_is_a_file_too(firm: Firm) -> None:
    """The same rows with the same filters; another firm's administrator gets none of them."""
    client, group = signed_in(firm), firm.group("Restaurants")

    def file(name: str, *more: object, **query: object) -> str:
        return client.get(address(firm, name, *more), query).getvalue().decode("utf-8-sig")

    assert "kim" in file("members_csv", group.pk).lower()
    matrix = file("matrix_csv").splitlines()
    assert "Restaurants" in matrix[0] and len(matrix) > 5
    assert len(file("matrix_csv", q="joel").splitlines()) == 2
    moving = {"customer": firm.taxpayer("HARBOR-BAKERY"), "to": firm.group("Firm").pk}
    who = file("changes_csv", **moving)
    assert "joel" in who.lower()
    assert "Harbor Bakery LLC" in file("changes_csv", **moving, logon=firm.logon("joel").pk, gained=0)
    for name, more in (("members_csv", [group.pk]), ("matrix_csv", []), ("changes_csv", [])):
        assert signed_in(firm, "victor").get(address(firm, name, *more), moving).status_code == 404
    assert client.get(address(firm, "changes_csv"), moving | {"logon": "1"}).status_code == 404


def test_formulas_in_a_download_are_text(firm: Firm) -> None:
    group = firm.group("Restaurants")
    kim = firm.logon("kim")
    type(kim).objects.filter(pk=kim.pk).update(first_name="=cmd|'/c calc'!A1")
    content = signed_in(firm).get(address(firm, "members_csv", group.pk)).getvalue().decode("utf-8-sig")
    assert ",'=cmd" in content or ",\"'=cmd" in content


def test_what_a_choice_would_do_is_shown_below_it_and_save_does_that(firm: Firm) -> None:
    client = signed_in(firm)
    bakery = address(firm, "place_one", firm.taxpayer("HARBOR-BAKERY"))
    script = {"hx-request": "true"}
    token = hidden(client.get(bakery))["token"]
    same = client.post(bakery, {"step": "see", "group": firm.group("Retail clients").pk}, headers=script)
    assert same.status_code == 200 and "version" not in hidden(same) and "<html" not in same.content.decode()
    assert "before anything is saved" in text(client.post(bakery, {"step": "see"}, headers=script))
    wanted = {"group": str(firm.group("Firm").pk)}
    seen = client.post(bakery, wanted | {"step": "see"}, headers=script)
    assert "1 customer changes its security group" in text(seen)
    assert in_group(firm, "HARBOR-BAKERY") == "Retail clients"
    saved = client.post(bakery, wanted | {"step": "review", "token": token, "version": hidden(seen)["version"]})
    assert saved.status_code == 303
    assert in_group(firm, "HARBOR-BAKERY") == "Firm"


def test_save_of_something_else_than_was_shown_is_shown_first(firm: Firm) -> None:
    client = signed_in(firm)
    bakery = address(firm, "place_one", firm.taxpayer("HARBOR-BAKERY"))
    seen = client.post(bakery, {"step": "see", "group": firm.group("Firm").pk}, headers={"hx-request": "true"})
    other = {"group": str(firm.group("Restaurants").pk), "version": hidden(seen)["version"]}
    stale = client.post(bakery, other | {"step": "review"})
    assert stale.status_code == 409 and in_group(firm, "HARBOR-BAKERY") == "Retail clients"
    # A page without scripts that asks for the part gets a whole one, and nothing is done.
    assert "Review" in text(client.post(bakery, {"step": "see", "group": other["group"]}))
    assert in_group(firm, "HARBOR-BAKERY") == "Retail clients"
