"""Individuals kept to oneself (SPEC 2): shared by a placement, and taken back again; who loses what is shown first."""

from __future__ import annotations

from collections import Counter
from uuid import uuid4

import pytest
from django.urls import reverse

from countersign.access.models import Placement
from countersign.access.operations.customers import differences
from countersign.access.queries.chosen_customers import Chosen
from countersign.access.queries.decisions import check
from countersign.access.queries.group_changes import preview_of_placing
from countersign.events.models import Entry
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.reasons import Reason
from countersign.security_groups.operations import place_customers
from countersign.submissions.models import Submission
from tests.cast import TAXPAYER, account_number, username
from tests.security_groups.conftest import Firm
from tests.security_groups.test_pages import address, hidden, signed_in, text
from tests.security_groups.test_placing import place
from tests.third_party_access.test_races import at_once

OWN = account_number("MARIA-LOPEZ", "PIT")


def keep(firm: Firm, chosen: Chosen, *, actor: str = "maria", version: str | None = None, **more: object) -> Submission:
    seen = preview_of_placing(firm.portfolio, chosen, group=None, at=firm.now).version
    return place_customers(
        actor=firm.logon(actor),
        portfolio=firm.portfolio,
        chosen=chosen,
        group=None,
        version=seen if version is None else version,
        now=firm.now,
        **more,  # type: ignore[arg-type]
    )


def shared(firm: Firm, group: str = "Default") -> Chosen:
    chosen = firm.chosen("MARIA-LOPEZ")
    place(firm, chosen, group)
    return chosen


@pytest.mark.parametrize("group", ["Default", "Restaurants"])
def test_an_individual_once_shared_is_kept_to_the_parent_again(firm: Firm, group: str) -> None:
    chosen = shared(firm, group)
    preview = preview_of_placing(firm.portfolio, chosen, group=None, at=firm.now)
    losers = {one.logon for one in preview.logons}
    seen_by = {key for key in ("ruth", "joel", "kim", "theo") if check(username(key), "view", OWN).allowed}
    assert seen_by and {firm.logon(key).pk for key in seen_by} <= losers
    assert (preview.customers, preview.gainers) == (1, 0)
    submission = keep(firm, chosen)
    assert not Placement.objects.filter(taxpayer__key="MARIA-LOPEZ", portfolio=firm.portfolio, ended_at=None).exists()
    for key in seen_by:
        assert check(username(key), "view", OWN).reason == Reason.KEPT_TO_PARENT
    assert check(username("maria"), "view", OWN).allowed
    entry = Entry.objects.get(name="CustomersKept")
    assert (entry.submission, entry.body["customers"]) == (submission.confirmation_number, 1)
    assert differences() == 0
    place(firm, chosen, "Default")
    assert check(username("ruth"), "view", OWN).allowed
    assert differences() == 0


def test_of_all_that_match_only_own_individuals_are_kept(firm: Firm) -> None:
    shared(firm)
    before = Placement.objects.filter(portfolio=firm.portfolio, ended_at=None).count()
    keep(firm, Chosen())
    assert Placement.objects.filter(portfolio=firm.portfolio, ended_at=None).count() == before - 1
    assert Entry.objects.get(name="CustomersKept").body["customers"] == 1


def test_clients_firms_and_what_is_kept_already_cannot_be_kept(firm: Firm) -> None:
    for key in ("HARBOR-BAKERY", "LOPEZ-CPA", "NORA-QUIST", "MARIA-LOPEZ"):
        with pytest.raises(Invalid) as invalid:
            keep(firm, firm.chosen(key))
        assert "group" in invalid.value.problems, key


def test_only_the_parent_logon_keeps(firm: Firm) -> None:
    chosen = shared(firm, "Restaurants")
    firm.unlimited_kim()
    with pytest.raises(Refused) as refused:
        keep(firm, chosen, actor="kim")
    assert refused.value.reason == Reason.BEYOND_OWN_REACH
    for person in ("victor", "ruth", "dana"):
        with pytest.raises(Refused) as hidden_refusal:
            keep(firm, chosen, actor=person)
        assert hidden_refusal.value.hidden, person


def test_what_was_seen_must_still_hold_and_a_repeat_finds_the_first(firm: Firm) -> None:
    chosen = shared(firm)
    version = preview_of_placing(firm.portfolio, chosen, group=None, at=firm.now).version
    place(firm, chosen, "Restaurants")
    with pytest.raises(Stale):
        keep(firm, chosen, version=version)
    token = uuid4()
    first = keep(firm, chosen, token=token)
    assert keep(firm, chosen, version="", token=token).pk == first.pk


def test_the_page_offers_it_shows_who_loses_and_does_it(firm: Firm) -> None:
    client, name = signed_in(firm), TAXPAYER["MARIA-LOPEZ"].legal_name
    page = address(firm, "place_one", firm.taxpayer("MARIA-LOPEZ"))
    assert 'value="kept"' not in client.get(page).content.decode()
    shared(firm)
    shown = client.get(page)
    assert 'value="kept"' in shown.content.decode()
    bakery = address(firm, "place_one", firm.taxpayer("HARBOR-BAKERY"))
    assert 'value="kept"' not in client.get(bakery).content.decode()
    refused = client.post(bakery, hidden(shown) | {"step": "review", "group": "kept"})
    assert refused.status_code == 422 and "Only your own individual tax" in text(refused)
    review = client.post(page, hidden(shown) | {"step": "review", "group": "kept"})
    assert f"{name} → Kept to the parent logon" in text(review)
    listed = address(firm, "changes") + f"?customer={firm.taxpayer('MARIA-LOPEZ')}&to=kept"
    assert "are kept to the parent logon. Nothing has changed yet" in text(client.get(listed))
    behind = f"{listed}&logon={firm.logon('ruth').pk}&gained=0"
    assert name in text(client.get(behind))
    response = client.post(page, hidden(review) | {"step": "submit"})
    assert response.status_code == 303
    receipt = text(client.get(response["Location"]))
    assert "No secondary logon sees it any more" in receipt and name in receipt
    assert name in text(client.get(reverse("security_groups:customers", args=[firm.portfolio]), {"group": "kept"}))


@pytest.mark.django_db(transaction=True)
def test_keeping_meets_placing(committed_firm: Firm) -> None:
    """Whoever comes second is told; it is in one group or in none, never in two."""
    firm = committed_firm
    chosen = shared(firm)
    target, maria, portfolio = firm.group("Restaurants"), firm.maria, firm.portfolio
    versions = {
        group: preview_of_placing(portfolio, chosen, group=group, at=firm.now).version for group in (None, target.pk)
    }

    def go(group: int | None) -> object:
        return place_customers(
            actor=maria, portfolio=portfolio, chosen=chosen, group=group, version=versions[group], now=firm.now
        )

    ended = Counter(at_once(*[lambda group=group: go(group) for group in (None, target.pk) * 3]))
    assert 1 <= ended["done"] <= 2
    assert set(ended) <= {"done", "Stale", "Invalid"}
    assert Placement.objects.filter(taxpayer__key="MARIA-LOPEZ", portfolio=portfolio, ended_at=None).count() <= 1
    assert differences() == 0
