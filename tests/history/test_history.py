"""A taxpayer's history: who did what, told to each side what it may know."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from countersign.events import Event, record
from countersign.history.wording import TO_CLIENT, TO_FIRM
from countersign.importing.operations import import_folder
from countersign.logons.models import Logon
from countersign.policy.rights import Rights
from countersign.taxpayers.models import AccountType, Taxpayer
from countersign.third_party_access import events as third_party_events
from countersign.third_party_access.operations import decline_access, request_access, revoke_access
from countersign.third_party_access.operations.request_access import Asked
from tests.cast import TAXPAYER, known_since, username, write_cast
from tests.counting import statements

pytestmark = pytest.mark.usefixtures("cast_world")
As = Callable[[str], Client]


@dataclass(frozen=True, kw_only=True)
class NobodyHasWordsForThis(Event):
    """An event that a feature brought without a sentence."""

    place: int


@pytest.fixture
def as_(client_for: Callable[[str], Client]) -> As:
    return lambda person: client_for(username(person))


def address(taxpayer: str) -> str:
    return reverse("history:taxpayer", args=[key_of(taxpayer)])


def key_of(taxpayer: str) -> int:
    return Taxpayer.objects.get(key=taxpayer).pk


def logon(person: str) -> Logon:
    return Logon.objects.get(username=username(person))


def text(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return unescape(response.content.decode())


def rows(page: str) -> list[str]:
    """The rows of the table, each as its words."""
    body = page[page.index("<tbody>") : page.index("</tbody>")]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in body.split("<tr>")[1:]]


def ask(legal_name: str = "", now: datetime | None = None) -> Any:
    bakery, moment = TAXPAYER["HARBOR-BAKERY"], now or timezone.now()
    return request_access(
        actor=logon("maria"),
        third_party=key_of("LOPEZ-CPA"),
        asked=Asked(
            id_type=bakery.id_type,
            id_number=bakery.id_number,
            legal_name=legal_name or bakery.legal_name,
            rights={AccountType.objects.get(code="MLS").pk: Rights.VIEW_ONLY},
            begins_on=timezone.localdate(moment),
        ),
        now=moment,
    )


def test_only_master_administrators_of_the_taxpayer_see_its_history(as_: As) -> None:
    expected = {"dana": 200, "omar": 200, "tom": 403, "ines": 403, "maria": 404, "joel": 404, "hugo": 404}
    for person, status in expected.items():
        assert as_(person).get(address("HARBOR-BAKERY")).status_code == status, person
    assert Client().get(address("HARBOR-BAKERY"))["Location"].startswith("/log-in/")


def test_what_was_imported_stands_at_the_beginning(as_: As) -> None:
    told = rows(text(as_("dana").get(address("HARBOR-BAKERY"))))
    assert len(told) == 1
    assert "Taken over from the agency's records" in told[0]
    assert "2 Master Administrators, 2 Tax Administrators, 1 third party" in told[0]
    for name in ("Dana Whitfield", "Omar Haddad", "Tom Beck", "Lopez CPA PC"):
        assert name in told[0]
    firm = rows(text(as_("maria").get(address("LOPEZ-CPA"))))
    assert "2 Master Administrators, 9 clients" in firm[0]
    assert "Harbor" not in firm[0]


def test_what_a_later_import_ended_is_told_too(as_: As, tmp_path: Path) -> None:
    now = timezone.now()
    folder = tmp_path / "later"
    write_cast(folder, today=timezone.localdate(now))
    kept = [line for line in (folder / "access.csv").read_text().splitlines() if not line.startswith("omar")]
    (folder / "access.csv").write_text("\n".join(kept) + "\n")
    import_folder(folder, now=now, replace=["access.csv"], effective=known_since(timezone.localdate(now)))
    told = rows(text(as_("dana").get(address("HARBOR-BAKERY"))))
    assert "Ended in the agency's records 1 Master Administrator; Omar Haddad" in told[0]
    assert "Taken over" in told[1]


def test_each_side_is_told_what_it_may_know(as_: As) -> None:
    request = ask()
    now = timezone.now()
    decline_access(actor=logon("dana"), taxpayer=key_of("HARBOR-BAKERY"), request=request.pk, now=now)
    revoke_access(
        actor=logon("omar"),
        taxpayer=key_of("HARBOR-BAKERY"),
        third_party=key_of("LOPEZ-CPA"),
        accounts=None,
        now=timezone.now(),
    )
    revoked, declined, asked, _imported = rows(text(as_("dana").get(address("HARBOR-BAKERY"))))
    assert "Access of Lopez CPA PC was revoked" in revoked
    assert "Withholding WTH-10000101" in revoked
    assert "Omar Haddad online" in revoked
    assert "The request of Lopez CPA PC was declined Dana Whitfield online" in declined
    assert f"Lopez CPA PC asked for access Maria Lopez for Lopez CPA PC online {request.confirmation_number}" in asked
    revoked, declined, asked, _imported = rows(text(as_("maria").get(address("LOPEZ-CPA"))))
    assert "Harbor Bakery LLC revoked access" in revoked
    assert "the client" in revoked
    assert "A request for access was declined the client" in declined
    assert "Access to a client was asked for Maria Lopez online" in asked
    for told in (revoked, declined, asked):
        assert "Omar" not in told
        assert "Dana" not in told


def test_a_firm_cannot_tell_from_its_history_whether_a_name_matched(as_: As) -> None:
    ask()
    matched = rows(text(as_("maria").get(address("LOPEZ-CPA"))))[0]
    assert "Harbor" not in matched
    assert "Access to a client was asked for Maria Lopez online" in matched


def test_a_confirmation_number_leads_to_its_submission(as_: As) -> None:
    request = ask()
    client = as_("dana")
    link = reverse("submissions:detail", args=[request.confirmation_number])
    assert link in text(client.get(address("HARBOR-BAKERY")))
    assert client.get(link).status_code == 200


def test_every_event_of_third_party_access_has_a_sentence_for_each_side() -> None:
    events = {
        name
        for name, kind in vars(third_party_events).items()
        if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
    }
    assert len(events) > 8
    assert events <= set(TO_CLIENT)
    assert events <= set(TO_FIRM)
    for sentences in (TO_CLIENT, TO_FIRM):
        for sentence in sentences.values():
            assert str(sentence) % {"firm": "F", "client": "C"}


@transaction.atomic
def record_many(count: int, name: str = "HARBOR-BAKERY") -> None:
    start = timezone.now() - timedelta(days=1)
    for place in range(count):
        record(
            NobodyHasWordsForThis(place=place),
            actor=logon("dana") if place % 2 else None,
            channel="online",
            at=start + timedelta(seconds=place),
            taxpayers=[key_of(name)],
        )


def test_what_has_no_words_of_its_own_is_told_by_a_general_line(as_: As) -> None:
    record_many(2)
    told = rows(text(as_("dana").get(address("HARBOR-BAKERY"))))
    assert "Access was changed Dana Whitfield online" in told[1]
    assert "Access was changed the agency" in told[2]


def test_pages_walk_over_everything_once_and_ask_as_often(as_: As) -> None:
    record_many(3)
    client = as_("dana")
    few = statements(lambda: client.get(address("HARBOR-BAKERY")))
    record_many(60)
    assert statements(lambda: client.get(address("HARBOR-BAKERY"))) <= few
    seen: list[str] = []
    query = "?size=25"
    while query:
        page = text(client.get(address("HARBOR-BAKERY") + query))
        seen += rows(page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        query = found[1] if found else ""
    assert len(seen) == 64
    assert sum("Taken over" in row for row in seen) == 1


@pytest.mark.parametrize("after", ["x", "-1", "0", "1e3", "%00", "9" * 30, str(2**63), "%D9%A3", "999999999"])
def test_a_place_that_is_not_in_this_history_is_a_bad_request(as_: As, after: str) -> None:
    assert as_("dana").get(f"{address('HARBOR-BAKERY')}?after={after}").status_code == 400
