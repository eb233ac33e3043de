"""A row acts only where it differs from what the last import said, and never against the portal."""

from datetime import UTC, datetime

import pytest

from countersign.access.models import (
    AccountRights,
    Grant,
    GroupMember,
    LogonStanding,
    Placement,
    PortfolioHolder,
    Refinement,
    SecondaryLogon,
    SecurityGroup,
    TaxpayerAccess,
    TaxpayerCondition,
)
from countersign.access.operations.customers import differences
from countersign.logons.models import Logon
from countersign.policy.rights import Rights
from countersign.taxpayers.models import Account, AccountType, Proof, Taxpayer
from tests.importing.world import (
    Files,
    conflicts,
    everything,
    import_submissions,
    live,
    portal_ends,
    portal_replaces,
)

BAKERY_ROW = "BAKERY,business,Harbor Bakery LLC,FEIN,10-0000001,,,"


def test_the_same_folder_twice_changes_nothing_and_says_so(files: Files) -> None:
    files.landed()
    before = everything()
    report = files.landed()
    assert report.changes == 0 and report.as_json()["nothing_changed"]
    assert report.confirmation_number == "" and len(import_submissions()) == 1
    assert everything() == before


def test_another_effective_date_does_not_move_what_is_there(files: Files) -> None:
    files.landed()
    before = everything()
    assert files.landed(effective=datetime(2025, 1, 1).date()).changes == 0
    assert everything() == before


def test_a_changed_row_updates_the_register(files: Files) -> None:
    files.landed()
    files.change("account_types", "WTH,Withholding", "WTH,Withholding tax")
    files.change("taxpayers", BAKERY_ROW, "BAKERY,fiduciary,Harbor Bakeries,FEIN,10-0000009,yes,,")
    files.change("accounts", "K-W,BOOKS,WTH,,", "K-W,BOOKS,WTH,2019-01-01,2026-01-31")
    files.change("proofs", "BOOKS,payment,Your last payment,80,", "BOOKS,payment,Your last payment,81,")
    files.change("logons", files.rows["logons"][1], "dana.w,Dana,Whitfield-Ray,other@x.example,555 0199,active,,,,")
    report = files.landed()
    assert report.changed == {
        f"{name}.csv": 1 for name in ("account_types", "taxpayers", "accounts", "proofs", "logons")
    }
    assert AccountType.objects.get(code="WTH").name == "Withholding tax"
    bakery = Taxpayer.objects.get(key="BAKERY")
    assert (bakery.legal_name, bakery.kind, bakery.id_number_last4) == ("Harbor Bakeries", "fiduciary", "0009")
    assert str(Account.objects.get(number="K-W").closed_on) == "2026-01-31"
    dana = Logon.objects.get(username="dana.w")
    assert (dana.last_name, dana.phone) == ("Whitfield-Ray", "555 0199")
    assert dana.email == "dana@bakery.example", "the e-mail of a logon that exists is never touched"
    assert differences() == 0


def test_taxpayers_may_swap_identifiers(files: Files) -> None:
    files.landed()
    files.change("taxpayers", BAKERY_ROW, BAKERY_ROW.replace("10-0000001", "10-0000002"))
    files.change("taxpayers", files.rows["taxpayers"][2], files.rows["taxpayers"][2].replace("0002", "0001"))
    files.landed()
    assert Taxpayer.objects.get(key="BAKERY").id_number_last4 == "0002"
    assert Taxpayer.objects.get(key="LOPEZ").id_number_last4 == "0001"


def test_credentials_of_a_logon_that_exists_are_never_touched(files: Files) -> None:
    files.landed()
    logon = Logon.objects.get(username="dana.w")
    logon.set_password("correct horse battery")
    logon.email, logon.email_confirmed = "new@bakery.example", True
    logon.save()
    files.change("logons", files.rows["logons"][1], "dana.w,Dana,W,dana@bakery.example,,deactivated,,,,")
    files.landed()
    after = Logon.objects.get(username="dana.w")
    assert (after.password, after.email, after.email_confirmed) == (logon.password, "new@bakery.example", True)


def test_a_used_proof_never_revives(files: Files) -> None:
    files.landed()
    proof = Proof.objects.get(kind="payment")
    Proof.objects.filter(pk=proof.pk).update(used_at=files.clock)
    assert files.landed().changes == 0
    files.change("proofs", "BOOKS,payment,Your last payment,80,", "BOOKS,payment,Your last payment,99,")
    report = files.bring_in()
    assert report.landed and conflicts(report) == [("proofs.csv", 4)]
    after = Proof.objects.get(pk=proof.pk)
    assert after.used_at and bytes(after.value_hash) == bytes(proof.value_hash)


def test_a_changed_grant_ends_the_old_fact_and_begins_the_new_one_at_the_import(files: Files) -> None:
    files.landed()
    (old, _) = live(Grant)
    files.change("grants", "LOPEZ,B-W,FILE_AND_PAY,2026-01-01,", "LOPEZ,B-W,ALL_ACCESS,2026-01-01,2026-06-30")
    report = files.landed()
    old.refresh_from_db()
    assert (old.ended_at, old.ended_by, old.rights) == (files.clock, report.confirmation_number, Rights.FILE_AND_PAY)
    (new,) = live(Grant, account=old.account)
    assert (new.begins_at, new.rights) == (files.clock, Rights.ALL_ACCESS)
    assert new.ends_at == datetime(2026, 7, 1, 4, tzinfo=UTC)
    assert files.landed().changes == 0


def test_a_grant_whose_end_moves_into_the_past_ends(files: Files) -> None:
    files.landed()
    files.change("grants", "LOPEZ,B-W,FILE_AND_PAY,2026-01-01,", "LOPEZ,B-W,FILE_AND_PAY,2026-01-01,2026-01-31")
    files.change("grants", "LOPEZ,K-W,VIEW_ONLY,,2026-12-31", "LOPEZ,K-W,VIEW_ONLY,,2026-03-03")
    files.clock = datetime(2026, 4, 1, tzinfo=UTC)
    files.landed()
    assert live(Grant) == []
    files.change("grants", "LOPEZ,B-W,FILE_AND_PAY,2026-01-01,2026-01-31", "LOPEZ,B-W,FILE_AND_PAY,2026-01-01,")
    files.landed()
    (again,) = live(Grant)
    assert again.begins_at == files.clock, "the past keeps what it was"


def test_changed_access_and_rights(files: Files) -> None:
    files.landed()
    files.change("rights", "erin.b,B-W,VIEW_ONLY", "erin.b,B-W,ALL_ACCESS")
    files.landed()
    (rights,) = live(AccountRights)
    assert (rights.rights, rights.begins_at) == (Rights.ALL_ACCESS, files.clock)
    files.change("access", "erin.b,BAKERY,TA", "erin.b,BAKERY,MA")
    files.remove("rights", "erin.b,B-W,ALL_ACCESS")
    files.landed()
    assert live(AccountRights) == [], "a Master Administrator holds no rights account by account"
    files.change("access", "erin.b,BAKERY,MA", "erin.b,BAKERY,TA")
    files.add("rights", "erin.b,B-W,ALL_ACCESS")
    files.landed()
    (rights,) = live(AccountRights)
    assert (rights.rights, rights.begins_at) == (Rights.ALL_ACCESS, files.clock)


def test_a_changed_secondary_logon_and_standing(files: Files) -> None:
    files.landed()
    tom = files.rows["logons"][4]
    files.change("logons", tom, "tom.temp,Tom,Temp,tom@lopez.example,,deactivated,maria.lopez,TA,FILE_AND_PAY,SUT;WTH")
    files.landed()
    (fact,) = live(SecondaryLogon, logon__username="tom.temp")
    assert fact.default_rights == Rights.FILE_AND_PAY and len(fact.account_types) == 2
    (standing,) = live(LogonStanding, logon__username="tom.temp")
    assert (standing.status, standing.begins_at) == ("deactivated", files.clock)
    assert len(live(GroupMember, logon__username="tom.temp")) == 1, "its groups stay"
    files.rows["logons"][4] = tom
    files.landed()
    (standing,) = live(LogonStanding, logon__username="tom.temp")
    assert standing.status == "active"


def test_a_changed_placement_and_refinement(files: Files) -> None:
    files.landed()
    files.change("placements", "maria.lopez,BAKERY,Retail", "maria.lopez,BAKERY,Default")
    files.change("refinements", "sue.senior,BAKERY,B-W,VIEW_ONLY", "sue.senior,BAKERY,B-W,NO_ACCESS")
    files.landed()
    assert [p.group.name for p in live(Placement)] == ["Default"]
    assert [r.rights for r in live(Refinement)] == [Rights.NO_ACCESS]
    assert differences() == 0


def test_a_group_is_renamed_in_case_and_described_anew_without_ending(files: Files) -> None:
    files.landed()
    files.change("security_groups", "maria.lopez,Retail,Shops and bakeries", "maria.lopez,RETAIL,All shops")
    files.landed()
    (group,) = live(SecurityGroup, is_default=False)
    assert (group.name, group.description) == ("RETAIL", "All shops")
    assert SecurityGroup.objects.filter(is_default=False).count() == 1 and len(live(Placement)) == 1


def test_status_and_freeze_come_and_go(files: Files) -> None:
    files.landed()
    frozen = BAKERY_ROW[:-1] + ",both"
    files.change("taxpayers", BAKERY_ROW, frozen)
    files.landed()
    assert len(live(TaxpayerCondition)) == 2
    files.change("taxpayers", frozen, BAKERY_ROW[:-1] + ",taxpayer")
    files.landed()
    assert [c.condition for c in live(TaxpayerCondition)] == ["frozen_as_taxpayer"]
    files.change("taxpayers", BAKERY_ROW[:-1] + ",taxpayer", BAKERY_ROW)
    files.landed()
    assert live(TaxpayerCondition) == []
    assert files.landed().changes == 0


def test_missing_rows_and_missing_files_end_nothing(files: Files) -> None:
    files.landed()
    before = everything()
    files.rows = {name: rows[:1] for name, rows in files.rows.items()}
    assert files.landed().changes == 0
    files.rows = {"account_types": files.rows["account_types"]}
    assert files.landed().changes == 0
    assert everything() == before


# What the portal changed since.

FACT_ROWS = [
    (TaxpayerAccess, {"logon__username": "erin.b"}, "access", "erin.b,BAKERY,TA", "erin.b,BAKERY,MA"),
    (AccountRights, {}, "rights", "erin.b,B-W,VIEW_ONLY", "erin.b,B-W,ALL_ACCESS"),
    (Grant, {"account__number": "B-W"}, "grants", "LOPEZ,B-W,FILE_AND_PAY,2026-01-01,", "LOPEZ,B-W,ALL_ACCESS,2026-01-01,"),
    (SecurityGroup, {"is_default": False}, "security_groups", "maria.lopez,Retail,Shops and bakeries", "maria.lopez,Retail,New"),
    (Placement, {}, "placements", "maria.lopez,BAKERY,Retail", "maria.lopez,BAKERY,Default"),
    (Refinement, {}, "refinements", "sue.senior,BAKERY,B-W,VIEW_ONLY", "sue.senior,BAKERY,B-W,ALL_ACCESS"),
    (SecondaryLogon, {"logon__username": "tom.temp"}, "logons",
     "tom.temp,Tom,Temp,tom@lopez.example,,active,maria.lopez,TA,VIEW_ONLY,WTH",
     "tom.temp,Tom,Temp,tom@lopez.example,,active,maria.lopez,TA,ALL_ACCESS,WTH"),
    (LogonStanding, {"logon__username": "tom.temp"}, "logons",
     "tom.temp,Tom,Temp,tom@lopez.example,,active,maria.lopez,TA,VIEW_ONLY,WTH",
     "tom.temp,Thomas,Temp,tom@lopez.example,,deactivated,maria.lopez,TA,VIEW_ONLY,WTH"),
]  # fmt: skip


@pytest.mark.parametrize(("model", "which", "name", "old", "new"), FACT_ROWS)
def test_what_was_ended_online_does_not_come_back(
    files: Files, model: type, which: dict[str, object], name: str, old: str, new: str
) -> None:
    files.landed()
    (fact,) = live(model, **which)
    if model is LogonStanding:
        portal_replaces(fact, files.clock, status="cancelled")
    else:
        portal_ends(fact, files.clock)
    before = everything()
    assert files.landed().changes == 0, "an unchanged row does nothing"
    files.change(name, old, new)
    line = files.rows[name].index(new) + 1
    for _ in range(2):  # and it is reported again, until both agree
        report = files.bring_in()
        assert report.landed and report.changes == 0 and not report.bad.total
        assert conflicts(report) == [(f"{name}.csv", line)]
        assert everything() == before


@pytest.mark.parametrize(
    ("model", "which", "name", "old", "new"), [row for row in FACT_ROWS if row[0] in (AccountRights, Grant, Refinement)]
)
def test_what_was_changed_online_stays_as_it_is(
    files: Files, model: type, which: dict[str, object], name: str, old: str, new: str
) -> None:
    files.landed()
    (fact,) = live(model, **which)
    portal_replaces(fact, files.clock, rights=2 if model is not Grant else 1)
    before = everything()
    assert files.landed().changes == 0
    files.change(name, old, new)
    report = files.bring_in()
    assert (
        report.landed
        and report.changes == 0
        and conflicts(report) == [(f"{name}.csv", files.rows[name].index(new) + 1)]
    )
    assert everything() == before


def test_a_file_that_comes_to_say_what_the_portal_says_is_no_conflict(files: Files) -> None:
    files.landed()
    (fact,) = live(AccountRights)
    portal_replaces(fact, files.clock, rights=Rights.ALL_ACCESS)
    files.change("rights", "erin.b,B-W,VIEW_ONLY", "erin.b,B-W,ALL_ACCESS")
    assert files.landed().changes == 0
    files.change("rights", "erin.b,B-W,ALL_ACCESS", "erin.b,B-W,FILE_AND_PAY")
    files.landed()
    assert [fact.rights for fact in live(AccountRights)] == [Rights.FILE_AND_PAY]


def test_what_the_portal_gave_is_not_taken_by_a_file_that_never_knew_it(files: Files) -> None:
    row = "erin.b,B-S,ALL_ACCESS"
    files.landed()
    (given,) = live(AccountRights)
    given.account = Account.objects.get(number="B-S")
    portal_replaces(given, files.clock, rights=Rights.VIEW_ONLY)
    line = files.add("rights", row)
    report = files.bring_in()
    assert conflicts(report) == [("rights.csv", line)] and report.changes == 0


def test_only_the_part_of_a_row_that_differs_acts(files: Files) -> None:
    """The portal deactivated Tom and changed his rights; the file only spells his name differently."""
    files.landed()
    (standing,) = live(LogonStanding, logon__username="tom.temp")
    portal_replaces(standing, files.clock, status="deactivated")
    (secondary,) = live(SecondaryLogon, logon__username="tom.temp")
    portal_replaces(secondary, files.clock, default_rights=Rights.FILE_AND_PAY)
    old = files.rows["logons"][4]
    renamed = old.replace("Tom,Temp", "Thomas,Temp")
    files.change("logons", old, renamed)
    report = files.landed()
    assert report.changed["logons.csv"] == report.changes == 1
    assert Logon.objects.get(username="tom.temp").first_name == "Thomas"
    assert live(LogonStanding, logon__username="tom.temp")[0].status == "deactivated"
    files.change("logons", renamed, renamed.replace(",active,", ",invited,"))
    report = files.bring_in()
    assert len(conflicts(report)) == 1, "the standing is the portal's still"
    assert live(LogonStanding, logon__username="tom.temp")[0].status == "deactivated"


def test_an_invited_person_who_accepted_is_the_files_again_once_the_file_says_active(files: Files) -> None:
    invited = "ivy.invited,Ivy,I,ivy@x.example,,invited,maria.lopez,TA,,"
    files.add("logons", invited)
    files.landed()
    portal_replaces(live(LogonStanding, logon__username="ivy.invited")[0], files.clock, status="active")
    portal_replaces(live(SecondaryLogon, logon__username="ivy.invited")[0], files.clock, accepted=True)
    assert files.landed().changes == 0
    files.change("logons", invited, invited.replace("invited,m", "active,m"))
    assert files.landed().changes == 0
    files.change("logons", invited.replace("invited,m", "active,m"), invited.replace("invited,m", "deactivated,m"))
    files.landed()
    assert live(LogonStanding, logon__username="ivy.invited")[0].status == "deactivated"


def test_a_freeze_that_staff_lifted_does_not_act_again(files: Files) -> None:
    frozen = BAKERY_ROW[:-1] + ",taxpayer"
    files.change("taxpayers", BAKERY_ROW, frozen)
    files.landed()
    portal_ends(live(TaxpayerCondition)[0], files.clock)
    assert files.landed().changes == 0
    files.change("taxpayers", frozen, BAKERY_ROW.replace("Harbor", "Harbour"))
    report = files.bring_in()
    assert conflicts(report) == [("taxpayers.csv", 2)] and report.changes == 0
    assert Taxpayer.objects.get(key="BAKERY").legal_name == "Harbor Bakery LLC", "a conflict changes nothing"
    assert len(conflicts(files.bring_in())) == 1


def test_rights_of_a_tax_administrator_cancelled_online_are_a_conflict_not_a_bad_row(files: Files) -> None:
    files.landed()
    portal_ends(live(TaxpayerAccess, logon__username="erin.b")[0], files.clock)
    portal_ends(live(AccountRights)[0], files.clock)
    files.change("rights", "erin.b,B-W,VIEW_ONLY", "erin.b,B-W,ALL_ACCESS")
    line = files.add("rights", "erin.b,B-S,VIEW_ONLY")
    report = files.bring_in()
    assert report.landed and conflicts(report) == [("rights.csv", line - 1), ("rights.csv", line)]
    assert live(AccountRights) == []


def test_a_group_deleted_online_takes_no_new_rows(files: Files) -> None:
    files.landed()
    for model in (Placement, GroupMember):
        for fact in live(model, group__is_default=False):
            portal_ends(fact, files.clock)
    portal_ends(live(SecurityGroup, is_default=False)[0], files.clock)
    files.add("placements", "maria.lopez,BOOKS,Retail")
    files.add("group_members", "tom.temp,Retail")
    report = files.bring_in()
    assert report.landed and report.changes == 0
    assert conflicts(report) == [("placements.csv", 3), ("group_members.csv", 4)]


def test_a_logon_closed_online_gets_nothing_any_more(files: Files) -> None:
    files.landed()
    portal_replaces(live(LogonStanding, logon__username="erin.b")[0], files.clock, status="closed")
    portal_replaces(live(LogonStanding, logon__username="tom.temp")[0], files.clock, status="cancelled")
    portal_ends(live(SecondaryLogon, logon__username="tom.temp")[0], files.clock)
    files.add("access", "erin.b,BOOKS,TA")
    files.add("group_members", "tom.temp,Retail")
    files.add("refinements", "tom.temp,BAKERY,,NO_ACCESS")
    report = files.bring_in()
    assert report.landed and report.changes == 0
    assert [file for file, _ in conflicts(report)] == ["access.csv", "group_members.csv", "refinements.csv"]


def test_a_portfolio_that_was_handed_over_is_not_moved_back(files: Files) -> None:
    files.landed()
    (holder,) = live(PortfolioHolder)
    portal_replaces(holder, files.clock, holder=Logon.objects.get(username="dana.w"), received=True)
    tom = files.rows["logons"][4]
    files.change("logons", tom, tom.replace("VIEW_ONLY", "ALL_ACCESS"))
    report = files.bring_in()
    assert conflicts(report) == [("logons.csv", 5)] and report.changes == 0


def test_a_grant_that_the_portal_widened_is_a_conflict_and_no_overlap(files: Files) -> None:
    files.landed()
    portal_replaces(live(Grant, account__number="B-W")[0], files.clock, rights=Rights.ALL_ACCESS)
    files.change("grants", "LOPEZ,B-W,FILE_AND_PAY,2026-01-01,", "LOPEZ,B-W,VIEW_ONLY,2026-01-01,")
    report = files.bring_in()
    assert not report.bad.total and conflicts(report) == [("grants.csv", 2)] and report.changes == 0
