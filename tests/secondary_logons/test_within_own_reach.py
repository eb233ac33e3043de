"""What a secondary Master Administrator sees and sets of others: no client beyond its own reach, on no page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from countersign.access.models import Refinement
from countersign.access.operations.secondary import Place, Terms
from countersign.logons.models import Logon
from countersign.policy.errors import Invalid
from countersign.policy.rights import Rights
from countersign.secondary_logons.operations import add_secondary, change_groups, give_rights
from tests.cast import TAXPAYER, username
from tests.secondary_logons.conftest import TA, Firm

# Kim is let in to Retail clients and Restaurants; these are in Firm and in Default.
BEYOND = ("LOPEZ-CPA", "NORA-QUIST", "WALTER-OSGOOD")
# The firm's own name stands on every page: it is that of the portfolio.
BEYOND_NAMES = [TAXPAYER[key].legal_name for key in BEYOND[1:]]


@pytest.fixture
def noor(firm: Firm) -> Logon:
    """A Tax Administrator that Kim added within her reach."""
    kim, groups = firm.person("kim"), [firm.groups["Retail clients"]]
    add_secondary(**firm.new(actor=kim, groups=groups, terms=Terms(TA, Rights.VIEW_ONLY, None)))
    return Logon.objects.get(username="noor.lopezcpa")


def address(name: str, firm: Firm, *more: object) -> str:
    return reverse(f"secondary_logons:{name}", args=[firm.portfolio, *more])


LISTS = [
    "group_clients",
    "group_clients_csv",
    "changes",
    "changes_csv",
]


def asks_for_everything(firm: Firm) -> str:
    groups = ",".join(str(key) for key in firm.groups.values())
    return f"?groups={groups}&type=MA&rights=3&types=&gained="


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("gained", [0, 1])
def test_a_list_behind_a_count_names_no_client_beyond_ones_own_reach(
    client_for: Callable[[str], Any], firm: Firm, noor: Logon, name: str, gained: int
) -> None:
    kim = client_for(username("kim"))
    query = asks_for_everything(firm) + str(gained)
    for whom in (firm.person("ruth").pk, firm.person("theo").pk):
        assert kim.get(address(name, firm, whom) + query).status_code == 403
    answer = kim.get(address(name, firm, noor.pk) + query)
    said = answer.getvalue().decode() if answer.streaming else answer.content.decode()
    assert not [one for one in BEYOND_NAMES if one in said]


def test_the_same_lists_open_to_the_parent_and_within_the_reach(
    client_for: Callable[[str], Any], firm: Firm, noor: Logon
) -> None:
    maria, kim = client_for(username("maria")), client_for(username("kim"))
    everything = asks_for_everything(firm) + "1"
    ruth = firm.person("ruth").pk
    whole = maria.get(address("group_clients_csv", firm, ruth) + everything).getvalue().decode()
    assert TAXPAYER["LOPEZ-CPA"].legal_name in whole
    restaurants = f"?groups={firm.groups['Restaurants']}&gained=0"
    assert kim.get(address("group_clients", firm, noor.pk) + restaurants).status_code == 200
    within = kim.get(address("changes", firm, noor.pk) + "?type=TA&rights=0&types=&gained=0")
    assert TAXPAYER["HARBOR-BAKERY"].legal_name in within.content.decode()


def test_the_page_of_a_logon_beyond_ones_reach_says_what_it_is_but_not_whom_it_reaches(
    client_for: Callable[[str], Any], firm: Firm, noor: Logon
) -> None:
    kim, ruth = client_for(username("kim")), firm.person("ruth")
    page = kim.get(address("logon", firm, ruth.pk)).content.decode()
    assert ruth.username in page
    assert not [one for one in BEYOND_NAMES if one in page]
    account = firm.account("NORA-QUIST", "PIT")
    sent = {"open": [account.pk], f"rights_{account.pk}": "0", "step": "review", "version": "x"}
    answer = kim.post(address("logon", firm, ruth.pk), sent)
    assert answer.status_code == 403
    assert TAXPAYER["HARBOR-BAKERY"].legal_name in kim.get(address("logon", firm, noor.pk)).content.decode()


@pytest.mark.parametrize("name", ["customer", "why"])
@pytest.mark.parametrize("taxpayer", BEYOND)
def test_a_client_beyond_ones_reach_does_not_exist(
    client_for: Callable[[str], Any], firm: Firm, noor: Logon, name: str, taxpayer: str
) -> None:
    kim, maria = client_for(username("kim")), client_for(username("maria"))
    where = address(name, firm, noor.pk, firm.taxpayer(taxpayer).pk)
    assert kim.get(where).status_code == 404
    assert maria.get(where).status_code == 200
    within = address(name, firm, noor.pk, firm.taxpayer("HARBOR-BAKERY").pk)
    assert kim.get(within).status_code == 200


@pytest.mark.parametrize("level", [Rights.ALL_ACCESS, Rights.NO_ACCESS])
@pytest.mark.parametrize("whole", [True, False])
def test_nothing_is_set_for_a_client_beyond_ones_own_reach(firm: Firm, noor: Logon, level: Rights, whole: bool) -> None:
    """SPEC 2: "only where its own reach covers the whole reach of what it touches, before and after".

    It would lie in wait: once the parent lets the logon in to that client's group, it would hold there.
    """
    account = firm.account("NORA-QUIST", "PIT")
    place = Place(account.taxpayer_id, None if whole else account.pk)
    common = {"portfolio": firm.portfolio, "logon": noor.pk}

    def version() -> str:
        return firm.seen_key(noor.pk).version

    with pytest.raises(Invalid):
        give_rights(**common, actor=firm.person("kim"), rights={place: level}, version=version(), now=timezone.now())
    assert not Refinement.objects.filter(logon=noor).exists()
    give_rights(**common, actor=firm.parent, rights={place: level}, version=version(), now=timezone.now())
    groups = [*firm.seen_key(noor.pk).limits.groups, firm.groups["Default"]]
    change_groups(**common, actor=firm.parent, groups=groups, version=version(), now=timezone.now())
    assert Refinement.objects.get(logon=noor).rights == level
