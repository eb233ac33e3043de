"""``--replace FILE``: rows missing from it end, what depends on them ends, and they may return."""

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
)
from countersign.access.operations.customers import differences
from countersign.policy.errors import Invalid
from countersign.taxpayers.models import Account, Proof
from tests.importing.world import Files, conflicts, everything, live, portal_ends, portal_replaces

ROWS = [
    ("access", "dana.w,BAKERY,MA", TaxpayerAccess, {"logon__username": "dana.w"}),
    ("rights", "erin.b,B-W,VIEW_ONLY", AccountRights, {}),
    ("grants", "LOPEZ,B-W,FILE_AND_PAY,2026-01-01,", Grant, {"account__number": "B-W"}),
    ("placements", "maria.lopez,BAKERY,Retail", Placement, {}),
    ("group_members", "sue.senior,Retail", GroupMember, {"logon__username": "sue.senior", "group__is_default": False}),
    ("refinements", "sue.senior,BAKERY,B-W,VIEW_ONLY", Refinement, {}),
]


@pytest.mark.parametrize(("name", "row", "model", "which"), ROWS)
def test_a_missing_row_ends_and_the_same_row_begins_anew_then(
    files: Files, name: str, row: str, model: type, which: dict[str, object]
) -> None:
    files.landed()
    (fact,) = live(model, **which)
    files.remove(name, row)
    assert files.landed().changes == 0, "without --replace it stays"
    report = files.landed(replace=[f"{name}.csv"])
    fact.refresh_from_db()
    assert (fact.ended_at, fact.ended_by) == (files.clock, report.confirmation_number)
    assert report.ended[f"{name}.csv"] == 1 and live(model, **which) == []
    assert files.landed(replace=[f"{name}.csv"]).changes == 0
    files.add(name, row)
    files.landed(effective=fact.begins_at.date())
    (again,) = live(model, **which)
    assert again.begins_at == files.clock, "it begins then, and the time between stays without it"
    assert files.landed(replace=[f"{name}.csv"]).changes == 0
    assert differences() == 0


def test_with_a_tax_administrator_end_its_rights(files: Files) -> None:
    files.landed()
    files.remove("access", "erin.b,BAKERY,TA")
    files.remove("rights", "erin.b,B-W,VIEW_ONLY")
    report = files.landed(replace=["access.csv"])
    assert live(AccountRights) == [] and report.ended["rights.csv"] == 1
    files.add("access", "erin.b,BAKERY,TA")
    files.add("rights", "erin.b,B-W,VIEW_ONLY")
    files.landed()
    assert [fact.begins_at for fact in live(AccountRights)] == [files.clock]


def test_with_a_group_end_its_placements_and_memberships(files: Files) -> None:
    files.landed()
    for name in ("security_groups", "placements"):
        files.rows[name] = files.rows[name][:1]
    files.remove("group_members", "sue.senior,Retail")
    files.landed(replace=["security_groups.csv"])
    assert [group.name for group in live(SecurityGroup)] == ["Default"]
    assert live(Placement) == [] and {m.group.name for m in live(GroupMember)} == {"Default"}
    assert differences() == 0


def test_a_missing_secondary_logon_is_cancelled_and_what_it_had_ends(files: Files) -> None:
    files.landed()
    sue = files.rows["logons"][5]
    kept = {name: list(rows) for name, rows in files.rows.items()}
    for name in ("logons", "group_members", "refinements"):
        files.rows[name] = [row for row in files.rows[name] if not row.startswith("sue.senior")]
    files.landed(replace=["logons.csv"])
    assert [s.status for s in live(LogonStanding, logon__username="sue.senior")] == ["cancelled"]
    for model in (SecondaryLogon, GroupMember, Refinement):
        assert live(model, logon__username="sue.senior") == []
    files.rows = kept
    files.landed()
    assert sue in files.rows["logons"]
    for model in (LogonStanding, SecondaryLogon, GroupMember, Refinement):
        assert {fact.begins_at for fact in live(model, logon__username="sue.senior")} == {files.clock}
    assert [s.status for s in live(LogonStanding, logon__username="sue.senior")] == ["active"]


def test_rows_of_a_logon_that_went_missing_are_set_aside(files: Files) -> None:
    files.landed()
    files.rows["logons"] = [row for row in files.rows["logons"] if not row.startswith(("erin.b", "sue.senior"))]
    report = files.bring_in(replace=["logons.csv"])
    assert report.landed and not report.bad.total
    assert {file for file, _ in conflicts(report)} == {
        "access.csv", "rights.csv", "group_members.csv", "refinements.csv",
    }  # fmt: skip
    assert live(TaxpayerAccess, logon__username="erin.b") == []


def test_a_missing_parent_parks_its_portfolio_and_has_it_again_when_it_returns(files: Files) -> None:
    files.landed()
    (held,) = live(PortfolioHolder)
    kept = {name: list(rows) for name, rows in files.rows.items()}
    files.rows["logons"] = [row for row in files.rows["logons"] if not row.startswith("maria.lopez")]
    files.rows["access"] = [row for row in files.rows["access"] if not row.startswith("maria.lopez")]
    files.landed(replace=["logons.csv"])
    assert live(PortfolioHolder) == []
    files.rows = kept
    files.landed()
    (again,) = live(PortfolioHolder)
    assert (again.portfolio_id, again.holder_id, again.begins_at) == (held.portfolio_id, held.holder_id, files.clock)
    assert len(live(SecondaryLogon)) == 2 and differences() == 0


def test_unused_proofs_are_withdrawn_and_used_ones_stay(files: Files) -> None:
    files.landed()
    Proof.objects.filter(kind="payment").update(used_at=files.clock)
    files.rows["proofs"] = files.rows["proofs"][:2]
    report = files.landed(replace=["proofs.csv"])
    assert report.ended["proofs.csv"] == 1
    assert set(Proof.objects.values_list("kind", flat=True)) == {"letter_id", "payment"}


def test_rows_of_the_register_are_kept_and_it_is_said(files: Files) -> None:
    files.landed()
    files.remove("accounts", "A-W,ANNA,WTH,,")
    before = everything()
    report = files.bring_in(replace=["accounts.csv"])
    assert report.landed and report.changes == 0 and everything() == before
    assert conflicts(report) == [("accounts.csv", 0)] and report.conflicts.first[0].value == "A-W"
    assert Account.objects.filter(number="A-W").exists()


def test_what_the_portal_put_in_its_place_stays_and_is_a_conflict(files: Files) -> None:
    files.landed()
    portal_replaces(live(AccountRights)[0], files.clock, rights=3)
    files.remove("rights", "erin.b,B-W,VIEW_ONLY")
    for _ in range(2):
        report = files.bring_in(replace=["rights.csv"])
        assert report.changes == 0 and conflicts(report) == [("rights.csv", 0)]
        assert len(live(AccountRights)) == 1


def test_what_the_portal_gave_stays(files: Files) -> None:
    files.landed()
    given = live(AccountRights)[0]
    given.pk, given.account, given.begun_by = None, Account.objects.get(number="B-S"), "PORTAL2345"
    given.save(force_insert=True)
    assert files.landed(replace=["rights.csv"]).changes == 0
    assert len(live(AccountRights)) == 2


def test_what_was_ended_online_does_not_return_by_leaving_the_file_and_coming_back(files: Files) -> None:
    files.landed()
    portal_ends(live(TaxpayerAccess, logon__username="erin.b")[0], files.clock)
    portal_ends(live(AccountRights)[0], files.clock)
    files.remove("access", "erin.b,BAKERY,TA")
    files.remove("rights", "erin.b,B-W,VIEW_ONLY")
    files.landed(replace=["access.csv", "rights.csv"])
    files.add("access", "erin.b,BAKERY,TA")
    files.bring_in()
    assert live(TaxpayerAccess, logon__username="erin.b") == []


def test_a_row_that_cannot_be_read_is_not_a_missing_row(files: Files) -> None:
    files.landed()
    files.change("rights", "erin.b,B-W,VIEW_ONLY", "erin.b,B-W,VIEW-ONLY")
    report = files.bring_in(replace=["rights.csv"], skip_bad=True)
    assert report.landed and report.changes == 0 and len(live(AccountRights)) == 1
    assert any("rights.csv" in note for note in report.notes)


def test_a_file_that_is_not_in_the_folder_replaces_nothing(files: Files) -> None:
    files.landed()
    del files.rows["rights"]
    for name in ("rights.csv", "nonsense.csv"):
        with pytest.raises(Invalid) as raised:
            files.bring_in(replace=[name])
        assert "not in the folder" in raised.value.problems["replace"]
    assert len(live(AccountRights)) == 1
