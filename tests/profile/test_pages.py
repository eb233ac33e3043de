"""Manage My Profile: what each of the cast reads there about themselves."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from countersign.access.operations.standing import change_standing
from countersign.events.models import Entry
from countersign.logons.models import Logon
from countersign.policy.facts import Standing
from tests.cast import PASSWORD, TAXPAYER, account_number

ClientFor = Callable[[str], Client]
pytestmark = pytest.mark.usefixtures("cast_world")

PROFILE, SECURITY, ACCESS, MORE = "/profile/", "/profile/security/", "/profile/manage-my-access/", "/profile/more/"
TABS = ("Profile", "Security", "Manage My Access", "More…")


def text_of(client: Client, address: str) -> str:
    """What one reads on the page, in one line."""
    response = client.get(address)
    assert response.status_code == 200
    main = response.content.decode().partition("<main")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def manage_my_access_link(client: Client) -> str:
    """The words of the Manage My Access hyperlink in the Access section of More…"""
    page = client.get(MORE).content.decode()
    section = page.partition('id="panel-access"')[2].partition("</section>")[0]
    found = re.search(r'<a class="usa-link" href="/profile/manage-my-access/">(.*?)</a>', section)
    assert found
    return html.unescape(found[1])


@pytest.mark.parametrize("address", [PROFILE, SECURITY, ACCESS, MORE])
def test_every_tab_shows_all_tabs_and_which_one_it_is(client_for: ClientFor, address: str) -> None:
    page = client_for("dana.whitfield").get(address).content.decode()
    tabs = re.findall(r'<a[^>]*href="([^"]*)"([^>]*)>([^<]*)<', page.partition('class="tabs')[2].partition("</nav>")[0])
    assert [label.strip() for _href, _attributes, label in tabs] == list(TABS)
    assert [href for href, attributes, _label in tabs if "aria-current" in attributes] == [address]


def test_the_profile_says_who_one_is_and_that_the_username_stays(client_for: ClientFor) -> None:
    page = text_of(client_for("dana.whitfield"), PROFILE)
    for words in ("Name Dana Whitfield", "Username dana.whitfield Cannot be changed.", "dana@harborbakery.example"):
        assert words in page


def test_phone_and_language_can_be_changed_and_nothing_else(client_for: ClientFor, settings: Any) -> None:
    client = client_for("dana.whitfield")
    sent = {"phone": "(555) 555-0199", "language": "es", "username": "someone.else", "email": "a@b.example"}
    response = client.post(PROFILE, sent)
    assert response.status_code == 303
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "es"
    dana = Logon.objects.get(username="dana.whitfield")
    assert (dana.phone, dana.language, dana.email) == ("(555) 555-0199", "es", "dana@harborbakery.example")
    entry = Entry.objects.get(name="ProfileChanged")
    assert entry.body == {"fields": ["phone", "language"]}
    assert b'<html lang="es">' in client.get(PROFILE).content


def test_saving_what_it_was_is_no_change(client_for: ClientFor) -> None:
    dana = Logon.objects.get(username="dana.whitfield")
    response = client_for("dana.whitfield").post(PROFILE, {"phone": dana.phone, "language": dana.language})
    assert response.status_code == 303
    assert not Entry.objects.filter(name="ProfileChanged").exists()


def test_saving_the_phone_leaves_the_language_that_is_read(client_for: ClientFor) -> None:
    client = client_for("dana.whitfield")
    client.post("/language/", {"language": "es", "next": PROFILE})
    client.post(PROFILE, {"phone": "(555) 555-0199", "language": "en"})
    assert b'<html lang="es">' in client.get(PROFILE).content


@pytest.mark.parametrize(
    "sent",
    [
        {"phone": "call me", "language": "en"},
        {"phone": "1" * 300, "language": "en"},
        {"phone": "555\x00555", "language": "en"},
        {"phone": "(555) 555-0199", "language": "tlh"},
        {"phone": "(555) 555-0199"},
        {"phone": ["1", "2"], "language": ["en", "tlh"]},
        {"phone": "x" * 1_100_000, "language": "en"},
    ],
)
def test_hostile_values_change_nothing(client_for: ClientFor, sent: dict[str, Any]) -> None:
    before = Logon.objects.values("phone", "language").get(username="dana.whitfield")
    assert client_for("dana.whitfield").post(PROFILE, sent).status_code in (400, 413, 422)
    assert Logon.objects.values("phone", "language").get(username="dana.whitfield") == before


def test_more_shows_the_role_in_the_manage_my_access_hyperlink(client_for: ClientFor) -> None:
    """Login assistance: "Your role will be displayed in the Manage My Access hyperlink in the Access section." """
    expected = {
        "dana.whitfield": "Manage My Access (Master Administrator of Harbor Bakery LLC, and 1 more)",
        "omar.haddad": "Manage My Access (Master Administrator of Harbor Bakery LLC)",
        "ines.carvalho": "Manage My Access (Tax Administrator of Harbor Bakery LLC, and 1 more)",
        "grace.ito": "Manage My Access (Master Administrator of Grace Ito)",
        "joel.lopezcpa": "Manage My Access (Tax Administrator, secondary logon of Maria Lopez)",
        "kim.lopezcpa": "Manage My Access (Master Administrator, secondary logon of Maria Lopez)",
    }
    assert {username: manage_my_access_link(client_for(username)) for username in expected} == expected


def test_a_logon_without_access_is_told_so(client_for: ClientFor) -> None:
    fresh = Logon.objects.create(username="fresh.logon", first_name="Fay", last_name="Ng", email="fay@mail.example")
    change_standing(logon=fresh, standing=Standing.ACTIVE, submission="", now=timezone.now() - timedelta(minutes=1))
    client = client_for("fresh.logon")
    assert manage_my_access_link(client) == "Manage My Access (no access yet)"
    assert "You have no access of your own yet" in text_of(client, ACCESS)


def test_every_link_of_more_opens(client_for: ClientFor) -> None:
    for username in ("dana.whitfield", "tom.beck", "maria.lopez", "joel.lopezcpa", "felix.adeyemi"):
        client = client_for(username)
        main = client.get(MORE).content.decode().partition("<main")[2].partition("</main>")[0]
        links = re.findall(r'href="(/[^"]*)"', main)
        assert len(links) >= 5
        for link in links:
            assert client.get(link, follow=True).status_code == 200, (username, link)


def test_only_a_master_administrator_is_led_to_third_party_access(client_for: ClientFor) -> None:
    assert "Who acts for me" in text_of(client_for("dana.whitfield"), MORE)
    tom = text_of(client_for("tom.beck"), MORE)
    assert "Who acts for me" not in tom
    assert "Only a Master Administrator of" in tom
    assert "Third-Party Access" not in text_of(client_for("joel.lopezcpa"), MORE)


def test_manage_my_access_tells_the_right_on_each_account(client_for: ClientFor) -> None:
    tom = text_of(client_for("tom.beck"), ACCESS)
    bakery = tom.partition("Harbor Bakery LLC")[2]
    assert bakery.startswith(" Tax Administrator")
    for code, right in (("SUT", "View Only"), ("WTH", "File and Pay"), ("MLS", "No Access")):
        after = bakery.partition(account_number("HARBOR-BAKERY", code))[2]
        assert after.strip().startswith(right), (code, after[:60])
    dana = text_of(client_for("dana.whitfield"), ACCESS)
    assert "Harbor Bakery LLC Master Administrator You have All Access to every account" in dana


def test_a_secondary_logon_sees_its_parent_and_groups_and_no_taxpayer(client_for: ClientFor) -> None:
    page = text_of(client_for("joel.lopezcpa"), ACCESS)
    assert "Parent logon Maria Lopez maria.lopez" in page
    assert "Role Tax Administrator" in page
    assert "File and Pay" in page
    assert TAXPAYER["HARBOR-BAKERY"].legal_name not in page
    sam = text_of(client_for("sam.lopezcpa"), ACCESS)
    assert "Account types Withholding" in sam


def test_search_and_pages_of_own_taxpayers_take_anything(client_for: ClientFor) -> None:
    client = client_for("dana.whitfield")
    page = text_of(client, f"{ACCESS}?q=BAKERY")
    assert "Harbor Bakery LLC" in page
    assert "You have All Access" in page
    assert "No taxpayer of your own matches" in text_of(client, f"{ACCESS}?q=%25")
    for query in ("page=0", "page=-3", "page=9999999999999999999999", "page=two", "q=" + "x" * 5000, "page=", "q=_"):
        assert client.get(f"{ACCESS}?{query}").status_code == 200, query


def test_security_lists_sign_ins_and_nobody_elses(client: Client, client_for: ClientFor, sign_in: Any) -> None:
    client.post("/log-in/", {"username": "dana.whitfield", "password": "not her password"})
    sign_in(client, "dana.whitfield", PASSWORD)
    page = text_of(client, SECURITY)
    assert "Signed in just now" in page
    assert "Signed in with password" in page
    assert "Not let in wrong password" in page
    assert "not her password" not in page
    assert "Not let in" not in text_of(client_for("omar.haddad"), SECURITY)


def test_security_goes_back_page_by_page(client: Client, sign_in: Any) -> None:
    for _ in range(14):
        sign_in(client, "dana.whitfield", PASSWORD)
        client.post("/log-out/")
    sign_in(client, "dana.whitfield", PASSWORD)
    first = client.get(SECURITY).content.decode()
    assert first.count("<tr") == 26
    following = re.search(r'href="(/profile/security/\?before=\d+)"', first)
    assert following
    second = client.get(following[1]).content.decode()
    assert second.count("<tr") == 6  # and the new device
    assert "?before=" not in second.partition("<main")[2]
    for before in ("0", "-1", "x", "9" * 30, "٣"):
        assert client.get(SECURITY, {"before": before}).status_code == 200


def test_one_acts_for_whom_one_chose_and_never_for_whom_one_may_not(client_for: ClientFor) -> None:
    client = client_for("dana.whitfield")
    choices = re.findall(
        r'name="taxpayer" value="(\d+)"|value="(\d+)"[^>]*name="taxpayer"', client.get("/acting-for/").content.decode()
    )
    keys = [one or other for one, other in choices]
    assert len(keys) == 2
    for key in keys:
        assert client.post("/acting-for/", {"taxpayer": key}).status_code == 303
    last = manage_my_access_link(client)
    foreign = client_for("grace.ito").get("/acting-for/").content.decode()
    other = re.search(r'value="(\d+)"[^>]*name="taxpayer"|name="taxpayer" value="(\d+)"', foreign)
    assert other
    for typed in (other[1] or other[2], "0", "-1", "x", "9" * 40, ""):
        assert client.post("/acting-for/", {"taxpayer": typed}).status_code == 422
    assert manage_my_access_link(client) == last


def test_each_tab_has_a_title_of_its_own(client_for: ClientFor) -> None:
    client = client_for("dana.whitfield")
    assert "<title>Profile · Manage My Profile ·" in client.get(PROFILE).content.decode()
    assert "<title>Security · Manage My Profile ·" in client.get(f"{PROFILE}security/").content.decode()
    assert "<title>Home ·" in client.get("/").content.decode()
    assert "Home · Home" not in client.get("/").content.decode()
