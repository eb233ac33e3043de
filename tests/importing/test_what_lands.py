"""Every file becomes what IMPORT.md says."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from countersign.access.models import (
    AccountRights,
    Customer,
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
from countersign.events.models import Entry
from countersign.logons.models import Logon
from countersign.policy.rights import Rights
from countersign.taxpayers.identifiers import id_number_hash, keyed_hash
from countersign.taxpayers.models import Account, AccountType, Proof, Taxpayer
from tests.importing.world import FACTS, Files, import_submissions, live


def test_the_register(files: Files) -> None:
    report = files.landed()
    assert dict(report.begun)["taxpayers.csv"] == 4
    assert AccountType.objects.get(code="WTH").name == "Withholding"
    bakery = Taxpayer.objects.get(key="BAKERY")
    assert (bakery.kind, bakery.legal_name, bakery.name_folded) == (
        "business",
        "Harbor Bakery LLC",
        "harbor bakery llc",
    )
    assert bytes(bakery.id_number_hash) == id_number_hash("FEIN", "100000001")
    assert bakery.id_number_last4 == "0001"
    assert Taxpayer.objects.get(listed_in_directory=True).key == "LOPEZ"
    account = Account.objects.get(number="B-W")
    assert (account.taxpayer, account.account_type.code, account.opened_on) == (bakery, "WTH", date(2020, 1, 1))
    letter = Proof.objects.get(taxpayer=bakery, kind="letter_id")
    assert bytes(letter.value_hash) == keyed_hash("proof:letter_id", "AB12CD34")
    assert letter.expires_on == date(2026, 12, 31)
    assert bytes(Proof.objects.get(kind="return_figure").value_hash) == keyed_hash("proof:return_figure", "-120.5")


def test_no_identifier_and_no_proof_is_anywhere_in_the_database(files: Files) -> None:
    files.landed()
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT count(*) FROM \"{table}\" t WHERE t::text ~ '10-?0000001|900-?00-?0004|AB12-?CD34'")
            assert cursor.fetchone()[0] == 0, table


def test_logons_and_their_standing(files: Files) -> None:
    files.add(
        "logons", "Inga.Invited,Inga,I,inga@x.example,,invited,,,,", "dora.d,Dora,D,dora@x.example,,deactivated,,,,"
    )
    files.landed()
    assert {fact.logon.username: fact.status for fact in live(LogonStanding)} == {
        "dana.w": "active", "maria.lopez": "active", "erin.b": "active", "tom.temp": "active", "sue.senior": "active",
        "inga.invited": "invited", "dora.d": "deactivated",
    }  # fmt: skip
    dana = Logon.objects.get(username="dana.w")
    assert (dana.full_name, dana.email, dana.phone) == ("Dana Whitfield", "dana@bakery.example", "555 0100")
    assert not dana.has_usable_password() and not dana.check_password("") and not dana.must_change_password


def test_a_secondary_logon_stands_under_its_parent(files: Files) -> None:
    files.add("logons", "ivy.invited,Ivy,I,ivy@x.example,,invited,maria.lopez,TA,,")
    files.landed()
    facts = {fact.logon.username: fact for fact in live(SecondaryLogon)}
    (holder,) = live(PortfolioHolder)
    assert holder.holder.username == "maria.lopez" and {fact.portfolio_id for fact in facts.values()} == {
        holder.portfolio_id
    }
    tom, sue, ivy = facts["tom.temp"], facts["sue.senior"], facts["ivy.invited"]
    assert (tom.access_type, tom.default_rights, tom.accepted) == ("TA", Rights.VIEW_ONLY, True)
    assert tom.account_types == [AccountType.objects.get(code="WTH").pk]
    assert (sue.access_type, sue.default_rights, sue.account_types) == ("MA", Rights.NO_ACCESS, None)
    assert not ivy.accepted


def test_access_counts_as_accepted_and_a_master_administrator_as_full(files: Files) -> None:
    files.landed()
    found = {
        (f.logon.username, f.taxpayer.key): (f.access_type, f.accepted, f.provisional) for f in live(TaxpayerAccess)
    }
    assert found["dana.w", "BAKERY"] == ("MA", True, False)
    assert found["erin.b", "BAKERY"] == ("TA", True, False)
    (rights,) = live(AccountRights)
    assert (rights.logon.username, rights.account.number, rights.rights) == ("erin.b", "B-W", Rights.VIEW_ONLY)


def test_dates_of_grants_are_days_of_the_agency_and_the_last_day_counts(files: Files) -> None:
    files.landed()
    dated, until = live(Grant)
    assert dated.begins_at == datetime(2026, 1, 1, 5, tzinfo=UTC) and dated.ends_at is None
    assert until.begins_at == files.clock and until.ends_at == datetime(2027, 1, 1, 5, tzinfo=UTC)
    assert dated.recorded_at == until.recorded_at == files.clock


@pytest.mark.parametrize("effective", [None, date(2026, 2, 1), date(2026, 7, 1)])
def test_facts_without_a_date_begin_on_the_effective_day_else_now(files: Files, effective: date | None) -> None:
    files.landed(effective=effective)
    begin = (
        files.clock
        if effective is None
        else datetime(2026, effective.month, 1, 5 if effective.month < 4 else 4, tzinfo=UTC)
    )
    for model in FACTS:
        for fact in live(model):
            assert fact.recorded_at == files.clock
            if not (model is Grant and fact.account.number == "B-W"):
                assert fact.begins_at == begin, model


def test_groups_placements_members_and_refinements(files: Files) -> None:
    files.landed()
    assert {(g.name, g.is_default) for g in live(SecurityGroup)} == {("Default", True), ("Retail", False)}
    (placement,) = live(Placement)
    assert (placement.taxpayer.key, placement.group.name) == ("BAKERY", "Retail")
    members = {(m.logon.username, m.group.name) for m in live(GroupMember)}
    assert members == {("sue.senior", "Retail"), ("sue.senior", "Default"), ("tom.temp", "Default")}
    (refinement,) = live(Refinement)
    assert (refinement.logon.username, refinement.account.number, refinement.rights) == ("sue.senior", "B-W", 1)


def test_the_list_of_customers_agrees_with_the_facts(files: Files) -> None:
    files.landed()
    assert differences() == 0
    found = {c.taxpayer.key: c.group and c.group.name for c in Customer.objects.all()}
    assert found == {"ANNA": None, "LOPEZ": "Default", "BAKERY": "Retail", "BOOKS": "Default"}


def test_who_has_clients_has_a_portfolio(files: Files) -> None:
    files.only("account_types", "taxpayers", "accounts", "logons", "access", "grants")
    files.rows["logons"] = [row for row in files.rows["logons"] if ",maria.lopez," not in row]
    files.landed()
    assert [holder.holder.username for holder in live(PortfolioHolder)] == ["maria.lopez"]
    assert [group.name for group in live(SecurityGroup)] == ["Default"]
    assert Customer.objects.count() == 4 and differences() == 0


def test_status_and_freeze_are_facts(files: Files) -> None:
    files.change("taxpayers", "BAKERY,business,Harbor Bakery LLC,FEIN,10-0000001,,,",
                 "BAKERY,business,Harbor Bakery LLC,FEIN,10-0000001,,dissolved,both")  # fmt: skip
    files.change("taxpayers", "ANNA,individual,Anna Muster,SSN,900-00-0004,,,",
                 "ANNA,individual,Anna Muster,SSN,900-00-0004,,deceased,taxpayer")  # fmt: skip
    files.landed()
    assert {(c.taxpayer.key, c.condition) for c in live(TaxpayerCondition)} == {
        ("BAKERY", "dissolved"), ("BAKERY", "frozen_as_taxpayer"), ("BAKERY", "frozen_as_third_party"),
        ("ANNA", "deceased"), ("ANNA", "frozen_as_taxpayer"),
    }  # fmt: skip


def test_grants_on_closed_accounts_are_history(files: Files) -> None:
    files.change("accounts", "K-W,BOOKS,WTH,,", "K-W,BOOKS,WTH,2019-01-01,2020-01-01")
    files.landed()
    assert len(live(Grant)) == 2


def test_what_looks_like_a_formula_is_text(files: Files) -> None:
    files.change("taxpayers", "BOOKS,business,Pell Street Books,FEIN,10-0000003,no,active,",
                 'BOOKS,business,"=HYPERLINK(""x"")",FEIN,10-0000003,no,active,')  # fmt: skip
    files.landed()
    assert Taxpayer.objects.get(key="BOOKS").legal_name == '=HYPERLINK("x")'


def test_usernames_are_lower_cased_in_every_file(files: Files) -> None:
    for name in ("logons", "access", "rights", "security_groups", "placements", "group_members", "refinements"):
        head, *rows = files.rows[name]
        for username in ("dana.w", "maria.lopez", "erin.b", "tom.temp", "sue.senior"):
            rows = [row.replace(username, username.upper()) for row in rows]
        files.rows[name] = [head, *rows]
    files.landed()
    assert set(Logon.objects.values_list("username", flat=True)) == {
        "dana.w", "maria.lopez", "erin.b", "tom.temp", "sue.senior",
    }  # fmt: skip


def test_every_file_is_optional_and_columns_come_in_any_order(files: Files) -> None:
    files.rows = {"account_types": ["name,code", "Withholding,WTH"]}
    files.landed()
    files.rows = {"taxpayers": ["id_number,legal_name,kind,taxpayer_key,id_type", "10-0000001,Harbor,business,B,FEIN"]}
    files.landed()
    assert Taxpayer.objects.get().legal_name == "Harbor"


def test_identical_repeats_are_ignored(files: Files) -> None:
    for rows in files.rows.values():
        rows.extend(rows[1:])
    report = files.landed()
    assert report.rows["taxpayers.csv"] == 4


def test_an_import_has_a_receipt_an_event_and_its_number_on_every_fact(files: Files) -> None:
    report = files.landed()
    (receipt,) = import_submissions()
    assert receipt.confirmation_number == report.confirmation_number
    assert (receipt.status, receipt.channel, receipt.submitted_at) == ("processed", "import", files.clock)
    for model in FACTS:
        for fact in live(model):
            assert (fact.begun_by, fact.ended_by) == (report.confirmation_number, "")
    entry = Entry.objects.get(submission=report.confirmation_number)
    assert entry.channel == "import"


def test_check_only_says_what_would_happen_and_keeps_nothing(files: Files) -> None:
    report = files.bring_in(check_only=True)
    assert not report.landed and report.begun["taxpayers.csv"] == 4 and report.confirmation_number == ""
    assert not Taxpayer.objects.exists() and not import_submissions() and not Logon.objects.exists()
