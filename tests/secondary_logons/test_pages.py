"""Every page of a secondary logon: what it shows, what it does, and at which cost."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from countersign.access.models import GroupMember, LogonStanding, Refinement
from countersign.access.queries.decisions import check
from countersign.logons.models import Logon
from countersign.secondary_logons.operations import NewPerson, add_secondary
from tests.cast import account_number, username
from tests.counting import statements
from tests.secondary_logons.conftest import Firm


@pytest.fixture
def maria(client_for: Callable[[str], Any], firm: Firm) -> Any:
    return client_for(username("maria"))


def address(name: str, firm: Firm, *more: object) -> str:
    return reverse(f"secondary_logons:{name}", args=[firm.portfolio, *more])


def hidden(content: bytes, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', content.decode())
    assert found, name
    return found[1]


def test_the_list_is_searched_filtered_sorted_and_downloaded(maria: Any, firm: Firm) -> None:
    page = address("list", firm)
    assert b"joel.lopezcpa" in maria.get(page).content
    assert b"joel.lopezcpa" not in maria.get(f"{page}?q=tran").content
    assert b"kim.lopezcpa" in maria.get(f"{page}?q=tran").content
    assert b"pat.lopezcpa" in maria.get(f"{page}?status=invited").content
    assert b"joel.lopezcpa" not in maria.get(f"{page}?status=invited").content
    assert b"kim.lopezcpa" in maria.get(f"{page}?type=MA").content
    group = firm.groups["Restaurants"]
    assert b"ruth.lopezcpa" not in maria.get(f"{page}?group={group}").content
    assert b"No secondary logon matches" in maria.get(f"{page}?group=none").content
    ordered = maria.get(f"{page}?sort=-username").content
    assert ordered.index(b"theo.lopezcpa") < ordered.index(b"ana.lopezcpa")
    lines = b"".join(maria.get(address("csv", firm)).streaming_content).decode().splitlines()
    assert len(lines) == 9 and any("joel.lopezcpa" in line and "Retail clients" in line for line in lines)
    for odd in ("?page=9999", "?page=x", "?sort=nothing", "?group=abc", "?group=99999999999999999999", "?q=%00"):
        assert maria.get(page + odd).status_code in (200, 400)


def test_the_list_costs_as_many_statements_with_many_logons(maria: Any, firm: Firm) -> None:
    few = statements(lambda: maria.get(address("list", firm)))
    for number in range(12):
        person = NewPerson("A", f"Number {number}", f"n{number}@lopezcpa.example", f"number{number}.lopezcpa")
        add_secondary(**firm.new(person=person))
    assert statements(lambda: maria.get(address("list", firm))) == few


def test_security_groups_change_checkboxes_save(maria: Any, firm: Firm) -> None:
    ruth = firm.person("ruth")
    shown = maria.get(address("logon", firm, ruth.pk))
    assert b"Security Groups" in shown.content and address("groups", firm, ruth.pk).encode() in shown.content
    page = address("groups", firm, ruth.pk)
    chosen = maria.get(page)
    wanted = {
        "groups": [firm.groups["Retail clients"]],
        "version": hidden(chosen.content, "version"),
        "token": hidden(chosen.content, "token"),
    }
    review = maria.post(page, wanted | {"step": "review"})
    assert review.status_code == 200 and b"Ruth Adler" in review.content
    behind = re.search(r'href="([^"]*groups/clients/[^"]*gained=1)"', review.content.decode().replace("&amp;", "&"))
    assert behind
    assert b"Harbor Bakery LLC" in maria.get(behind[1]).content
    done = maria.post(page, wanted | {"preview": hidden(review.content, "preview"), "step": "submit"})
    assert done.status_code == 303 and maria.get(done.headers["Location"]).status_code == 200
    live = GroupMember.objects.filter(logon=ruth, ended_at__isnull=True)
    assert list(live.values_list("group_id", flat=True)) == [firm.groups["Retail clients"]]


def test_what_the_checkboxes_change_is_shown_below_them_and_save_does_that(maria: Any, firm: Firm) -> None:
    ruth = firm.person("ruth")
    page = address("groups", firm, ruth.pk)
    chosen = maria.get(page)
    names = ("version", "token")
    wanted = {"groups": [firm.groups["Retail clients"]], **{name: hidden(chosen.content, name) for name in names}}
    script = {"hx-request": "true"}
    before = GroupMember.objects.filter(logon=ruth, ended_at__isnull=True).values_list("group_id", flat=True)
    same = maria.post(page, {"groups": list(before), "step": "see"}, headers=script)
    assert b"before anything is saved" in same.content and b'name="preview"' not in same.content
    seen = maria.post(page, wanted | {"step": "see"}, headers=script)
    assert b"Ruth Adler" in seen.content and b"<html" not in seen.content
    assert maria.post(page, wanted | {"preview": "another", "step": "review"}).status_code == 409
    assert maria.post(page, wanted | {"step": "review"}).status_code == 200, "not seen yet: shown first"
    assert firm.groups["Retail clients"] not in before.all()
    saved = maria.post(page, wanted | {"preview": hidden(seen.content, "preview"), "step": "review"})
    assert saved.status_code == 303
    assert list(before.all()) == [firm.groups["Retail clients"]]


def test_a_preview_that_has_grown_stale_is_refused_and_shown_again(maria: Any, firm: Firm) -> None:
    ruth = firm.person("ruth")
    page = address("groups", firm, ruth.pk)
    version = hidden(maria.get(page).content, "version")
    wanted = {"groups": [firm.groups["Retail clients"]], "version": version, "preview": "x", "token": uuid4()}
    again = maria.post(page, wanted | {"step": "submit"})
    assert again.status_code == 409 and b"nothing has been changed yet" in again.content
    preview = hidden(again.content, "preview")
    fresh = {"version": hidden(again.content, "version"), "preview": preview, "token": uuid4(), "step": "submit"}
    assert maria.post(page, {"groups": wanted["groups"], **fresh}).status_code == 303


def test_give_rights_view_only_next_submit(maria: Any, firm: Firm) -> None:
    joel = firm.person("joel")
    page = address("logon", firm, joel.pk)
    shown = maria.get(page)
    account = firm.account("PELL-STREET-BOOKS", "WTH")
    assert f'name="give" value="{account.pk}"'.encode() in shown.content
    assert account_number("HARBOR-BAKERY", "MLS").encode() not in shown.content
    token = hidden(shown.content, "token")
    version = hidden(shown.content, "version")
    opened = maria.post(page, {"give": account.pk, "version": version, "token": token})
    assert f'name="rights_{account.pk}"'.encode() in opened.content
    chosen = {"open": account.pk, f"rights_{account.pk}": "1", "version": version, "token": token}
    review = maria.post(page, chosen | {"step": "review"})
    assert review.status_code == 200 and b"From Submit on" in review.content
    done = maria.post(page, chosen | {"step": "submit"})
    assert done.status_code == 303
    assert not check(joel.username, "file", account.number).allowed
    assert check(joel.username, "view", account.number).allowed
    # A repeated submit finds what the first made.
    assert maria.post(page, chosen | {"step": "submit"}).headers["Location"] == done.headers["Location"]


def test_next_without_any_account_says_what_to_do(maria: Any, firm: Firm) -> None:
    answer = maria.post(address("logon", firm, firm.person("joel").pk), {"step": "review"})
    assert answer.status_code == 422 and b"Select the button in the Give Rights column" in answer.content


def test_the_give_rights_table_is_searched_and_paged(maria: Any, firm: Firm) -> None:
    page = address("logon", firm, firm.person("joel").pk)
    assert account_number("PELL-STREET-BOOKS", "WTH").encode() not in maria.get(f"{page}?q=harbor").content
    assert account_number("HARBOR-BAKERY", "WTH").encode() in maria.get(f"{page}?q=harbor").content
    assert b"No account matches" in maria.get(f"{page}?q=nobody").content
    only = maria.get(f"{page}?only=set").content
    assert account_number("CEDAR-ROW-FLORIST", "WTH").encode() in only
    key = firm.account("HARBOR-BAKERY", "WTH").pk
    assert maria.get(f"{page}?after={key}").status_code == 200
    assert maria.get(f"{page}?before={key}&after=x").status_code == 200


def test_no_access_for_a_whole_customer(maria: Any, firm: Firm) -> None:
    joel, books = firm.person("joel"), firm.taxpayer("PELL-STREET-BOOKS")
    page = address("customer", firm, joel.pk, books.pk)
    chosen = {"rights": "0", "version": hidden(maria.get(page).content, "version"), "token": str(uuid4())}
    assert b"No Access" in maria.post(page, chosen | {"step": "review"}).content
    assert maria.post(page, chosen | {"step": "submit"}).status_code == 303
    assert Refinement.objects.filter(logon=joel, taxpayer=books, account=None, rights=0, ended_at=None).exists()
    assert maria.get(address("customer", firm, joel.pk, firm.taxpayer("GRACE-ITO").pk)).status_code == 404


def test_access_settings_choose_review_submit(maria: Any, firm: Firm) -> None:
    joel = firm.person("joel")
    page = address("settings", firm, joel.pk)
    chosen = {
        "access_type": "TA",
        "default_rights": "1",
        "account_types": [next(iter(firm.types("WTH")))],
        "version": hidden(maria.get(page).content, "version"),
        "token": str(uuid4()),
    }
    review = maria.post(page, chosen | {"step": "review"})
    assert b"View Only" in review.content and b"File and Pay" in review.content
    behind = re.search(r'href="([^"]*/changes/[^"]*gained=0)"', review.content.decode().replace("&amp;", "&"))
    assert behind
    lost = maria.get(behind[1]).content
    assert account_number("PELL-STREET-BOOKS", "SUT").encode() in lost
    assert account_number("CEDAR-ROW-FLORIST", "WTH").encode() not in lost  # it had No Access there
    assert maria.post(page, chosen | {"step": "submit"}).status_code == 303
    assert maria.post(page, chosen | {"access_type": "TA", "default_rights": "", "step": "review"}).status_code == 422


@pytest.mark.parametrize(
    ("name", "who", "after"),
    [("deactivate", "joel", "deactivated"), ("reactivate", "lee", "active"), ("cancel", "pat", "cancelled")],
)
def test_endings_ask_for_ok_and_ok(maria: Any, firm: Firm, name: str, who: str, after: str) -> None:
    logon = firm.person(who)
    page = address(name, firm, logon.pk)
    asked = maria.get(page)
    assert b">OK</button>" in asked.content
    done = maria.post(page, {"token": hidden(asked.content, "token")})
    assert done.status_code == 303
    assert b">OK</button>" in maria.get(done.headers["Location"]).content
    assert LogonStanding.objects.get(logon=logon, ended_at__isnull=True).status == after


def test_the_invitation_is_sent_again(maria: Any, firm: Firm) -> None:
    page = address("invitation", firm, firm.person("pat").pk)
    assert maria.post(page).status_code == 303
    assert b"on its way" in maria.get(f"{page}?sent=1").content
    assert maria.get(address("invitation", firm, firm.person("joel").pk)).status_code == 409


def test_settings_are_copied_after_a_review(maria: Any, firm: Firm) -> None:
    ruth = firm.person("ruth")
    page = address("copy", firm, ruth.pk)
    chosen = {"source": "joel.lopezcpa", "refinements": "on", "token": str(uuid4())}
    review = maria.post(page, chosen | {"step": "review"})
    assert review.status_code == 200 and b"Retail clients" in review.content
    behind = re.search(r'href="([^"]*/changes/[^"]*gained=1)"', review.content.decode().replace("&amp;", "&"))
    assert behind and account_number("PELL-STREET-BOOKS", "WTH").encode() in maria.get(behind[1]).content
    kept = {name: hidden(review.content, name) for name in ("version", "source_version")}
    assert maria.post(page, chosen | kept | {"step": "submit"}).status_code == 303
    assert maria.post(page, {"source": "hana.lopezcpa", "step": "review"}).status_code == 422


def test_a_person_who_leaves_disappears_from_the_list_and_is_found_as_canceled(maria: Any, firm: Firm) -> None:
    joel = Logon.objects.get(username="joel.lopezcpa")
    page = address("cancel", firm, joel.pk)
    maria.post(page, {"token": str(uuid4())})
    assert b"joel.lopezcpa" not in maria.get(address("list", firm)).content
    assert b"joel.lopezcpa" in maria.get(f"{address('list', firm)}?status=cancelled").content
    assert timezone.now()


def test_the_first_visit_of_a_parent_makes_its_portfolio(client_for: Callable[[str], Any], firm: Firm) -> None:
    dana = client_for(username("dana"))
    answer = dana.get("/secondary-logons/", follow=True)
    assert answer.status_code == 200 and b"Nobody has been added yet" in answer.content
    assert client_for(username("joel")).get("/secondary-logons/").status_code == 403
    assert client_for(username("kim")).get("/secondary-logons/", follow=True).status_code == 200


def test_add_access_tells_all_that_is_wrong_at_once(maria: Any, firm: Firm) -> None:
    page = maria.post(address("add", firm), {"first_name": "", "email": "noor@lopezcpa.example", "username": "no"})
    assert page.status_code == 422
    assert "Fill in “First name”." in page.content.decode() and b"Use 6 to 50 of these" in page.content
