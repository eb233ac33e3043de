"""Groups, settings, rights, endings: each allowed, refused, stale, recorded, and what the rule says afterwards."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from countersign.access.models import GroupMember, LogonStanding, Refinement, SecondaryLogon
from countersign.access.operations.secondary import Place, Terms
from countersign.access.queries.decisions import check
from countersign.access.queries.group_changes import preview_of_groups
from countersign.events.models import Entry
from countersign.logons.models import Link
from countersign.mail.models import OutboxMail
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.reasons import Reason
from countersign.policy.rights import Rights
from countersign.secondary_logons.operations import (
    add_secondary,
    cancel_access,
    change_groups,
    change_settings,
    copy_settings,
    deactivate_access,
    give_rights,
    reactivate_access,
    send_again,
)
from tests.cast import account_number, username
from tests.secondary_logons.conftest import MA, TA, Firm


def may(key: str, action: str, taxpayer: str, code: str) -> bool:
    return check(username(key), action, account_number(taxpayer, code)).allowed


def of(firm: Firm, key: str, **more: Any) -> dict[str, Any]:
    return {
        "actor": firm.parent,
        "portfolio": firm.portfolio,
        "logon": firm.person(key).pk,
        "now": timezone.now(),
    } | more


def seen(firm: Firm, key: str, **more: Any) -> dict[str, Any]:
    return of(firm, key, version=firm.seen(key).version, **more)


# Security groups


def test_a_secondary_logon_is_let_in_to_exactly_the_groups_ticked(firm: Firm) -> None:
    assert not may("ruth", "view", "HARBOR-BAKERY", "WTH")
    wanted = [firm.groups["Retail clients"], firm.groups["Restaurants"]]
    preview = preview_of_groups(firm.portfolio, firm.person("ruth").pk, groups=wanted, at=timezone.now())
    change_groups(**seen(firm, "ruth", groups=wanted, preview=preview.version))
    assert may("ruth", "view", "HARBOR-BAKERY", "WTH") and not may("ruth", "file", "HARBOR-BAKERY", "WTH")
    entry = Entry.objects.get(name="SecondaryGroupsChanged")
    assert sorted(entry.body["come"]) == sorted(wanted) and entry.body["left"] == [firm.groups["Default"]]
    assert OutboxMail.objects.filter(to="ruth@lopezcpa.example").count() == 1


def test_with_no_group_it_reaches_nothing(firm: Firm) -> None:
    """Law 3."""
    assert may("joel", "file", "PELL-STREET-BOOKS", "WTH")
    change_groups(**seen(firm, "joel", groups=[]))
    assert not may("joel", "view", "PELL-STREET-BOOKS", "WTH")


def test_a_change_of_groups_is_refused_when_something_else_would_happen_by_now(firm: Firm) -> None:
    wanted = [firm.groups["Default"]]
    with pytest.raises(Stale):
        change_groups(**seen(firm, "joel", groups=wanted, preview="another"))
    version = firm.seen("joel").version
    change_groups(**seen(firm, "joel", groups=wanted))
    with pytest.raises(Stale):
        change_groups(**of(firm, "joel", groups=[], version=version))
    with pytest.raises(Invalid):
        change_groups(**seen(firm, "joel", groups=wanted))


def test_groups_of_another_portfolio_are_refused(firm: Firm) -> None:
    with pytest.raises(Invalid):
        change_groups(**seen(firm, "joel", groups=[Firm("victor").groups["Default"]]))


# Settings


def test_another_access_type_and_other_account_types_hold_at_once(firm: Firm) -> None:
    terms = Terms(TA, Rights.VIEW_ONLY, firm.types("WTH"))
    change_settings(**seen(firm, "joel", terms=terms))
    assert may("joel", "view", "PELL-STREET-BOOKS", "WTH")
    assert not may("joel", "file", "PELL-STREET-BOOKS", "WTH")
    assert not may("joel", "view", "PELL-STREET-BOOKS", "SUT")
    change_settings(**seen(firm, "joel", terms=Terms(MA, Rights.VIEW_ONLY, None)))
    assert may("joel", "maintain", "PELL-STREET-BOOKS", "WTH")
    assert SecondaryLogon.objects.filter(logon=firm.person("joel")).count() == 3
    with pytest.raises(Invalid):
        change_settings(**seen(firm, "joel", terms=Terms(MA, Rights.NO_ACCESS, None)))


# Rights


def test_view_only_on_one_account(firm: Firm) -> None:
    account = firm.account("PELL-STREET-BOOKS", "WTH")
    place = Place(account.taxpayer_id, account.pk)
    assert may("joel", "file", "PELL-STREET-BOOKS", "WTH")
    give_rights(**seen(firm, "joel", rights={place: Rights.VIEW_ONLY}))
    assert may("joel", "view", "PELL-STREET-BOOKS", "WTH") and not may("joel", "file", "PELL-STREET-BOOKS", "WTH")
    give_rights(**seen(firm, "joel", rights={place: None}))
    assert may("joel", "file", "PELL-STREET-BOOKS", "WTH")
    assert Entry.objects.filter(name="SecondaryRightsChanged").count() == 2


def test_rights_never_go_beyond_the_parent(firm: Firm) -> None:
    """Law 2."""
    account = firm.account("HARBOR-BAKERY", "SUT")
    give_rights(**seen(firm, "joel", rights={Place(account.taxpayer_id, account.pk): Rights.ALL_ACCESS}))
    assert may("joel", "view", "HARBOR-BAKERY", "SUT") and not may("joel", "file", "HARBOR-BAKERY", "SUT")


def test_no_access_for_a_customer_closes_every_account_and_stands_before_each(firm: Firm) -> None:
    customer = firm.taxpayer("PELL-STREET-BOOKS")
    give_rights(**seen(firm, "joel", rights={Place(customer.pk, None): Rights.NO_ACCESS}))
    assert not may("joel", "view", "PELL-STREET-BOOKS", "SUT")
    account = firm.account("PELL-STREET-BOOKS", "WTH")
    with pytest.raises(Invalid):
        give_rights(**seen(firm, "joel", rights={Place(customer.pk, account.pk): Rights.VIEW_ONLY}))


@pytest.mark.parametrize("where", ["HARBOR-BAKERY MLS", "DANA-WHITFIELD PIT", "customer"])
def test_what_the_parent_cannot_pass_on_does_not_exist_here(firm: Firm, where: str) -> None:
    """Harbor Bakery's meals were never given to the firm; nobody learns that there is such an account."""
    if where == "customer":
        place = Place(firm.taxpayer("GRACE-ITO").pk, None)
    else:
        account = firm.account(*where.split())
        place = Place(account.taxpayer_id, account.pk)
    with pytest.raises(Invalid):
        give_rights(**seen(firm, "joel", rights={place: Rights.VIEW_ONLY}))
    assert not Refinement.objects.filter(logon=firm.person("joel"), taxpayer_id=place.taxpayer, rights=1).exists() or (
        where == "HARBOR-BAKERY MLS"
    )


# Endings


def test_deactivate_ends_all_reach_and_reactivate_undoes_it(firm: Firm) -> None:
    deactivate_access(**of(firm, "joel"))
    assert not may("joel", "view", "PELL-STREET-BOOKS", "WTH")
    with pytest.raises(Stale):
        deactivate_access(**of(firm, "joel"))
    reactivate_access(**of(firm, "joel"))
    assert may("joel", "file", "PELL-STREET-BOOKS", "WTH")
    assert [one.status for one in LogonStanding.objects.filter(logon=firm.person("joel")).order_by("pk")] == [
        "active",
        "deactivated",
        "active",
    ]
    assert OutboxMail.objects.filter(to="joel@lopezcpa.example").count() == 2


def test_cancelled_access_cannot_be_undone(firm: Firm) -> None:
    """Law 8."""
    joel = firm.person("joel")
    token = uuid4()
    receipt = cancel_access(**of(firm, "joel", token=token))
    assert cancel_access(**of(firm, "joel", token=token)).pk == receipt.pk
    assert not may("joel", "view", "PELL-STREET-BOOKS", "WTH")
    assert not GroupMember.objects.filter(logon=joel, ended_at__isnull=True).exists()
    assert not Refinement.objects.filter(logon=joel, ended_at__isnull=True).exists()
    for again in (reactivate_access, deactivate_access, cancel_access):
        with pytest.raises(Refused) as refused:
            again(**of(firm, "joel"))
        assert refused.value.hidden
    assert "canceled" in OutboxMail.objects.get(to="joel@lopezcpa.example").subject


def test_an_invitation_is_sent_again_and_withdrawn(firm: Firm) -> None:
    send_again(**of(firm, "pat"))
    send_again(**of(firm, "pat"))
    pat = firm.person("pat")
    assert OutboxMail.objects.filter(to="pat@lopezcpa.example").count() == 2
    assert Link.objects.filter(logon=pat, void_at=None).count() == 1
    cancel_access(**of(firm, "pat"))
    assert not Link.objects.filter(logon=pat, void_at=None).exists()
    assert Entry.objects.get(name="SecondaryLogonCancelled").body["invited"] is True
    with pytest.raises(Stale):
        send_again(**of(firm, "joel"))


# Copying


def test_one_logon_gets_the_settings_of_another(firm: Firm) -> None:
    copy_settings(
        **seen(
            firm,
            "ruth",
            source=firm.person("joel").pk,
            refinements=True,
            source_version=firm.seen("joel").version,
        )
    )
    assert firm.seen("ruth").limits == firm.seen("joel").limits
    assert may("ruth", "file", "PELL-STREET-BOOKS", "WTH") and not may("ruth", "view", "CEDAR-ROW-FLORIST", "WTH")
    with pytest.raises(Invalid):
        copy_settings(
            **seen(
                firm,
                "ruth",
                source=firm.person("joel").pk,
                refinements=True,
                source_version=firm.seen("joel").version,
            )
        )


def test_settings_of_another_portfolio_are_not_copied(firm: Firm) -> None:
    with pytest.raises(Refused) as refused:
        copy_settings(**seen(firm, "ruth", source=firm.person("hana").pk, refinements=False, source_version="unknown"))
    assert refused.value.hidden


# Who may


CHANGES: list[tuple[Any, dict[str, Any]]] = [
    (change_groups, {"groups": [], "version": "x"}),
    (change_settings, {"terms": Terms(TA, Rights.NO_ACCESS, None), "version": "x"}),
    (give_rights, {"rights": {}, "version": "x"}),
    (deactivate_access, {}),
    (reactivate_access, {}),
    (cancel_access, {}),
    (send_again, {}),
]


@pytest.mark.parametrize(("change", "more"), CHANGES)
@pytest.mark.parametrize("who", ["victor", "joel", "ruth", "dana", "hana"])
def test_to_everybody_else_the_logon_does_not_exist(firm: Firm, change: Any, more: dict[str, Any], who: str) -> None:
    """Laws 4, 5, 12."""
    with pytest.raises(Refused) as refused:
        change(**of(firm, "joel", actor=firm.person(who), **more))
    assert refused.value.hidden


@pytest.mark.parametrize(("change", "more"), CHANGES)
def test_a_secondary_master_administrator_never_touches_itself_or_beyond_its_reach(
    firm: Firm, change: Any, more: dict[str, Any]
) -> None:
    kim = firm.person("kim")
    for whom in ("kim", "ruth"):
        version = {"version": firm.seen(whom).version} if "version" in more else {}
        with pytest.raises(Refused) as refused:
            change(**of(firm, whom, actor=kim, **{**more, **version}))
        assert refused.value.reason == Reason.BEYOND_OWN_REACH


def test_a_secondary_master_administrator_limits_whom_it_covers(firm: Firm) -> None:
    kim = firm.person("kim")
    add_secondary(
        **firm.new(actor=kim, groups=[firm.groups["Restaurants"]], terms=Terms(TA, Rights.FILE_AND_PAY, None))
    )
    noor = firm.seen("joel")
    assert noor.status == "active"
    from countersign.logons.models import Logon

    added = Logon.objects.get(username="noor.lopezcpa")
    deny = {"actor": kim, "portfolio": firm.portfolio, "logon": added.pk, "now": timezone.now()}
    cancel_access(**deny)
    assert LogonStanding.objects.get(logon=added, ended_at__isnull=True).status == "cancelled"


def test_a_refused_change_changes_nothing(firm: Firm) -> None:
    """Law 10."""
    before = (Entry.objects.count(), SecondaryLogon.objects.count(), GroupMember.objects.count())
    with pytest.raises(Stale):
        change_groups(**of(firm, "joel", groups=[], version="unknown"))
    assert before == (Entry.objects.count(), SecondaryLogon.objects.count(), GroupMember.objects.count())
