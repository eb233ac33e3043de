"""Add User: the facts on record, the mail, and what may not be done."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from countersign.access.models import GroupMember, LogonStanding, SecondaryLogon
from countersign.access.operations.secondary import Terms
from countersign.access.queries.decisions import check
from countersign.events.models import Entry
from countersign.logons.models import Link, Logon, Passkey
from countersign.mail.models import OutboxMail
from countersign.policy.errors import Invalid, Refused
from countersign.policy.reasons import Reason
from countersign.policy.rights import Rights
from countersign.secondary_logons.operations import add_secondary, cancel_access
from tests.cast import account_number, username
from tests.secondary_logons.conftest import MA, TA, Firm


def test_the_rights_are_on_record_from_submit_and_not_usable_before_enrollment(firm: Firm) -> None:
    submission = add_secondary(**firm.new())
    noor = Logon.objects.get(username="noor.lopezcpa")
    fact = SecondaryLogon.objects.get(logon=noor)
    assert (fact.portfolio_id, fact.access_type, fact.default_rights, fact.accepted) == (firm.portfolio, "TA", 1, False)
    assert fact.begun_by == submission.confirmation_number
    assert list(GroupMember.objects.filter(logon=noor).values_list("group_id", flat=True)) == [
        firm.groups["Retail clients"]
    ]
    assert LogonStanding.objects.get(logon=noor).status == "invited"
    decision = check("noor.lopezcpa", "view", account_number("HARBOR-BAKERY", "WTH"))
    assert (decision.allowed, decision.reason) == (False, Reason.LOGON_NOT_ACTIVE)
    entry = Entry.objects.get(name="SecondaryLogonAdded")
    assert entry.actor_logon_id == firm.parent.pk and entry.submission == submission.confirmation_number
    assert "noor" not in str(entry.body).lower()


def test_the_confirmation_mail_goes_by_itself_with_a_link_good_for_14_days(firm: Firm) -> None:
    add_secondary(**firm.new())
    sent = OutboxMail.objects.get(to="noor@lopezcpa.example")
    assert "Maria Lopez" in sent.subject and "noor.lopezcpa" in sent.text and "/enroll/" in sent.text
    link = Link.objects.get(logon__username="noor.lopezcpa")
    assert link.kind == "enroll" and 13 < (link.expires_at - timezone.now()).total_seconds() / 86_400 <= 14


def test_a_repeated_submit_adds_nobody_twice(firm: Firm) -> None:
    token = uuid4()
    first = add_secondary(**firm.new(token=token))
    assert add_secondary(**firm.new(token=token)).pk == first.pk
    assert OutboxMail.objects.filter(to="noor@lopezcpa.example").count() == 1


@pytest.mark.parametrize(
    "taken",
    ["dana.whitfield", "joel.lopezcpa", "hana.lopezcpa", "short", "with blank", "DANA.WHITFIELD", "dana.wh1tfie1d"],
)
def test_a_username_that_cannot_be_used_is_refused_at_its_field(firm: Firm, taken: str) -> None:
    before = Logon.objects.count()
    with pytest.raises(Invalid) as refused:
        add_secondary(**firm.new(username=taken))
    assert list(refused.value.problems) == ["username"]
    assert Logon.objects.count() == before


def test_groups_and_account_types_of_others_are_refused(firm: Firm) -> None:
    with pytest.raises(Invalid):
        add_secondary(**firm.new(groups=[Firm("victor").groups["Retail clients"]]))
    with pytest.raises(Invalid):
        add_secondary(**firm.new(terms=Terms(TA, Rights.VIEW_ONLY, frozenset({999_999}))))
    with pytest.raises(Invalid):
        add_secondary(**firm.new(terms=Terms(TA, Rights.VIEW_ONLY, frozenset())))


@pytest.mark.parametrize("who", ["victor", "joel", "dana", "ruth"])
def test_nobody_else_adds_to_the_portfolio(firm: Firm, who: str) -> None:
    """Law 4, law 5."""
    with pytest.raises(Refused) as refused:
        add_secondary(**firm.new(actor=firm.person(who)))
    assert refused.value.hidden
    assert not Logon.objects.filter(username="noor.lopezcpa").exists()


def test_a_secondary_master_administrator_adds_within_its_own_reach_only(firm: Firm) -> None:
    kim = firm.person("kim")
    kept = {"actor": kim, "groups": [firm.groups["Restaurants"]]}
    add_secondary(**firm.new(**kept, username="within.lopezcpa"))
    for beyond in (
        {**kept, "groups": [firm.groups["Default"]]},
        {**kept, "terms": Terms(MA, Rights.NO_ACCESS, None)},
        # Kim herself is limited to File and Pay on one customer of this group.
        {"actor": kim, "groups": [firm.groups["Retail clients"]], "terms": Terms(TA, Rights.ALL_ACCESS, None)},
    ):
        with pytest.raises(Refused) as refused:
            add_secondary(**firm.new(**beyond))
        assert refused.value.reason == Reason.BEYOND_OWN_REACH


def test_a_cancelled_username_is_granted_anew_by_its_parent_with_fresh_enrollment(firm: Firm) -> None:
    joel = firm.person("joel")
    Passkey.objects.create(logon=joel, credential_id=b"joel", credential_data=b"-")
    Logon.objects.filter(pk=joel.pk).update(second_email="old@mail.example", second_email_confirmed=True)
    cancel_access(actor=firm.parent, portfolio=firm.portfolio, logon=joel.pk, now=timezone.now())
    assert not check(joel.username, "view", account_number("HARBOR-BAKERY", "WTH")).allowed
    add_secondary(**firm.new(username=joel.username))
    joel.refresh_from_db()
    assert (joel.password, joel.first_name) == ("", "Noor")
    assert (joel.second_email, joel.second_email_confirmed) == ("", False), "it would get links to a new password"
    assert not Passkey.objects.filter(logon=joel, removed_at=None).exists()
    assert LogonStanding.objects.get(logon=joel, ended_at__isnull=True).status == "invited"
    assert not check(joel.username, "view", account_number("HARBOR-BAKERY", "WTH")).allowed
    with pytest.raises(Invalid):
        add_secondary(**firm.new(username=joel.username))


def test_another_parent_never_gets_a_cancelled_username(firm: Firm) -> None:
    joel = firm.person("joel")
    cancel_access(actor=firm.parent, portfolio=firm.portfolio, logon=joel.pk, now=timezone.now())
    victors = Firm("victor")
    with pytest.raises(Invalid):
        add_secondary(**victors.new(username=joel.username))


def test_both_steps_then_ok(firm: Firm, client_for: Callable[[str], Any]) -> None:
    client = client_for(username("maria"))
    assert client.get("/secondary-logons/", follow=True).status_code == 200
    listed = client.get(f"/portfolios/{firm.portfolio}/secondary-logons/")
    assert b"Additional Users" in listed.content and b"Add User" in listed.content
    address = f"/portfolios/{firm.portfolio}/secondary-logons/add/"
    first = client.get(address)
    assert b"Add Access" in first.content
    typed = {
        "first_name": "Noor",
        "last_name": "Haidari",
        "email": "noor@lopezcpa.example",
        "phone": "",
        "username": "Noor.LopezCPA",
        "language": "es",
        "access_type": "TA",
        "step": "settings",
    }
    second = client.post(address, typed)
    assert second.status_code == 200 and b"Access Settings" in second.content
    default = firm.groups["Default"]
    assert re.search(rf'name="groups" value="{default}"[^>]* checked', second.content.decode())
    wanted = typed | {
        "step": "submit",
        "groups": [default],
        "account_types": ["all"],
        "default_rights": "1",
        "token": str(uuid4()),
    }
    answer = client.post(address, wanted)
    assert answer.status_code == 303
    done = client.get(answer.headers["Location"])
    assert done.status_code == 200 and b">OK</button>" in done.content
    assert OutboxMail.objects.get(to="noor@lopezcpa.example").language == "es"
    assert b"noor.lopezcpa" in client.get(f"/portfolios/{firm.portfolio}/secondary-logons/?q=noor").content


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    firm: Firm, client_for: Callable[[str], Any]
) -> None:
    client = client_for(username("maria"))
    address = f"/portfolios/{firm.portfolio}/secondary-logons/add/"
    answer = client.post(address, {"first_name": "Noor", "username": "dana.whitfield", "step": "settings"})
    assert answer.status_code == 422 and b'value="Noor"' in answer.content
