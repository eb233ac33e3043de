"""A bad row is reported with file, line, column, masked value and reason; nothing lands, or only the good rows."""

import pytest

from countersign.access.models import AccountRights, Grant, GroupMember, SecondaryLogon, TaxpayerAccess
from countersign.logons.models import Logon
from countersign.taxpayers.models import Account, Taxpayer
from tests.importing.world import REGISTER, Files, everything, live, remarks

ARGON2 = "argon2$argon2id$v=19$m={},t={},p={}$c2FsdHNhbHRzYWx0$PPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPP"
SCRYPT = "scrypt${}$saltsaltsalt${}${}$" + "A" * 86 + "=="
PBKDF2 = "pbkdf2_sha256${}$saltsaltsalt$" + "A" * 43 + "="

TAXPAYER = "X,business,X Inc,FEIN,10-0000077,,,"
ONE_CELL = [
    ("account_types", "wth,Lower case", "code"),
    ("account_types", "A;B,Semicolon", "code"),
    ("account_types", " XXX,Blank", "code"),
    ("account_types", "XXX,", "name"),
    ("taxpayers", TAXPAYER.replace("X,", " X,", 1), "taxpayer_key"),
    ("taxpayers", TAXPAYER.replace("X,", ",", 1), "taxpayer_key"),
    ("taxpayers", TAXPAYER.replace("X,", "K" * 65 + ",", 1), "taxpayer_key"),
    ("taxpayers", TAXPAYER.replace("business", "Business"), "kind"),
    ("taxpayers", TAXPAYER.replace("business", "trust"), "kind"),
    ("taxpayers", TAXPAYER.replace("X Inc", ""), "legal_name"),
    ("taxpayers", TAXPAYER.replace("X Inc", "X" * 301), "legal_name"),
    ("taxpayers", TAXPAYER.replace("FEIN", "fein"), "id_type"),
    ("taxpayers", TAXPAYER.replace("10-0000077", "10-000077"), "id_number"),
    ("taxpayers", TAXPAYER.replace("10-0000077", "10 0000077"), "id_number"),
    ("taxpayers", TAXPAYER.replace("10-0000077", "१२३४५६७८९"), "id_number"),
    ("taxpayers", TAXPAYER.replace("10-0000077", ""), "id_number"),
    ("taxpayers", TAXPAYER.replace(",,,", ",maybe,,"), "listed_in_directory"),
    ("taxpayers", TAXPAYER.replace(",,,", ",Yes,,"), "listed_in_directory"),
    ("taxpayers", TAXPAYER.replace(",,,", ",,gone,"), "status"),
    ("taxpayers", TAXPAYER.replace(",,,", ",,,everything"), "freeze"),
    ("taxpayers", TAXPAYER.replace("10-0000077", "10-0000001"), "id_number"),
    ("taxpayers", "BAKERY,individual,Harbor,FEIN,10-0000001,,,", ""),
    ("accounts", "N-1,NOBODY,WTH,,", "taxpayer_key"),
    ("accounts", "N-1,bakery,WTH,,", "taxpayer_key"),
    ("accounts", "N-1,BAKERY,XXX,,", "account_type"),
    ("accounts", "N-1,BAKERY,wth,,", "account_type"),
    ("accounts", "N-1 ,BAKERY,WTH,,", "account_number"),
    ("accounts", "N-1,BAKERY,WTH,2020-13-01,", "opened_on"),
    ("accounts", "N-1,BAKERY,WTH,20200101,", "opened_on"),
    ("accounts", "N-1,BAKERY,WTH,01/02/2020,", "opened_on"),
    ("accounts", "N-1,BAKERY,WTH,2020-W01-1,", "opened_on"),
    ("accounts", "N-1,BAKERY,WTH,2023-02-29,", "opened_on"),
    ("accounts", "N-1,BAKERY,WTH,2020-01-02,2020-01-01", "closed_on"),
    ("accounts", "B-W,BAKERY,SUT,,", ""),
    ("proofs", "NOBODY,payment,Last,1,", "taxpayer_key"),
    ("proofs", "BAKERY,rumour,Last,1,", "kind"),
    ("proofs", "BAKERY,payment,,1,", "label"),
    ("proofs", "BAKERY,payment,Last,-1,", "value"),
    ("proofs", 'BAKERY,payment,Last,"1,50",', "value"),
    ("proofs", "BAKERY,payment,Last,1e3,", "value"),
    ("proofs", "BAKERY,payment,Last,NaN,", "value"),
    ("proofs", "BAKERY,payment,Last,,", "value"),
    ("proofs", "BAKERY,letter_id,Last,,", "value"),
    ("proofs", "BAKERY,payment,Last,1,soon", "expires_on"),
    ("logons", "short,A,B,a@x.example,,,,,,", "username"),
    ("logons", "with space,A,B,a@x.example,,,,,,", "username"),
    ("logons", "\u212aelvin.x,A,B,a@x.example,,,,,,", "username"),
    ("logons", "n" * 51 + ",A,B,a@x.example,,,,,,", "username"),
    ("logons", "new.one,,B,a@x.example,,,,,,", "first_name"),
    ("logons", "new.one,A,B,a@x,,,,,,", "email"),
    ("logons", "new.one,A,B,a b@x.example,,,,,,", "email"),
    ("logons", 'new.one,A,B,"a@x.example\nBcc: b@x.example",,,,,,', "email"),
    ("logons", "new.one,A,B,,,,,,,", "email"),
    ("logons", "new.one,A,B,a@x.example,,ACTIVE,,,,", "status"),
    ("logons", "new.one,A,B,a@x.example,,cancelled,,,,", "status"),
    ("logons", "new.one,A,B,a@x.example,,,,MA,,", "access_type"),
    ("logons", "new.one,A,B,a@x.example,,,,,VIEW_ONLY,", "default_rights"),
    ("logons", "new.one,A,B,a@x.example,,,,,,WTH", "account_types"),
    ("logons", "new.one,A,B,a@x.example,,,maria.lopez,,,", "access_type"),
    ("logons", "new.one,A,B,a@x.example,,,maria.lopez,ta,,", "access_type"),
    ("logons", "new.one,A,B,a@x.example,,,maria.lopez,TA,View Only,", "default_rights"),
    ("logons", "new.one,A,B,a@x.example,,,maria.lopez,TA,,WTH; SUT", "account_types"),
    ("logons", "new.one,A,B,a@x.example,,,maria.lopez,TA,,WTH;", "account_types"),
    ("logons", "new.one,A,B,a@x.example,,,maria.lopez,TA,,wth", "account_types"),
    ("logons", "new.one,A,B,a@x.example,,,new.one,TA,,", "parent_username"),
    ("logons", "new.one,A,B,a@x.example,,,nobody.here,TA,,", "parent_username"),
    ("logons", "new.one,A,B,a@x.example,,,tom.temp,TA,,", "parent_username"),
    ("access", "nobody.here,BAKERY,MA", "username"),
    ("access", "tom.temp,BAKERY,TA", "username"),
    ("access", "dana.w,NOBODY,MA", "taxpayer_key"),
    ("access", "dana.w,BOOKS,XX", "access_type"),
    ("rights", "nobody.here,B-S,VIEW_ONLY", "username"),
    ("rights", "erin.b,NONE,VIEW_ONLY", "account_number"),
    ("rights", "erin.b,B-S,NO_ACCESS", "rights"),
    ("rights", "erin.b,B-S,view_only", "rights"),
    ("rights", "erin.b,K-W,VIEW_ONLY", "username"),
    ("rights", "dana.w,B-S,VIEW_ONLY", "username"),
    ("grants", "NOBODY,B-S,VIEW_ONLY,,", "third_party_key"),
    ("grants", "LOPEZ,NONE,VIEW_ONLY,,", "account_number"),
    ("grants", "LOPEZ,L-W,VIEW_ONLY,,", "third_party_key"),
    ("grants", "LOPEZ,B-S,NO_ACCESS,,", "rights"),
    ("grants", "LOPEZ,B-S,VIEW_ONLY,2026-05-02,2026-05-01", "ends_on"),
    ("grants", "LOPEZ,B-S,VIEW_ONLY,,2026-03-01", "ends_on"),
    ("grants", "LOPEZ,B-W,VIEW_ONLY,2026-06-01,", "begins_on"),
    ("security_groups", "nobody.here,Shops,", "parent_username"),
    ("security_groups", "tom.temp,Shops,", "parent_username"),
    ("security_groups", "maria.lopez,DEFAULT,", "name"),
    ("security_groups", "maria.lopez,,", "name"),
    ("security_groups", "maria.lopez,retail,", ""),
    ("placements", "maria.lopez,NOBODY,Retail", "taxpayer_key"),
    ("placements", "maria.lopez,BOOKS,Wholesale", "group_name"),
    ("placements", "dana.w,BOOKS,Retail", "group_name"),
    ("placements", "tom.temp,BOOKS,Retail", "parent_username"),
    ("placements", "maria.lopez,BAKERY,Default", ""),
    ("group_members", "dana.w,Default", "username"),
    ("group_members", "tom.temp,Wholesale", "group_name"),
    ("refinements", "maria.lopez,BAKERY,,VIEW_ONLY", "username"),
    ("refinements", "tom.temp,BAKERY,K-W,VIEW_ONLY", "account_number"),
    ("refinements", "tom.temp,NOBODY,,VIEW_ONLY", "taxpayer_key"),
    ("refinements", "tom.temp,BAKERY,,", "rights"),
]


@pytest.mark.parametrize(("name", "row", "column"), ONE_CELL)
def test_nothing_lands_and_the_row_is_named(files: Files, name: str, row: str, column: str) -> None:
    line = files.add(name, row)
    report = files.bring_in()
    assert remarks(report) == [(f"{name}.csv", line, column)], report.bad.first
    assert not report.landed and report.bad.first[0].reason
    assert not any(model.objects.exists() for model in REGISTER)


@pytest.mark.parametrize(("name", "row", "column"), ONE_CELL[::6])
def test_the_good_rows_land_when_told_so(files: Files, name: str, row: str, column: str) -> None:
    files.landed()
    before = everything()
    line = files.add(name, row)
    report = files.bring_in(skip_bad=True)
    assert report.landed and remarks(report) == [(f"{name}.csv", line, column)]
    assert report.changes == 0 and everything() == before


def test_what_hangs_on_a_skipped_row_is_skipped_too(files: Files) -> None:
    files.add("taxpayers", "X,business,X,FEIN,short,,,")
    files.add("accounts", "X-W,X,WTH,,")
    files.add("grants", "LOPEZ,X-W,VIEW_ONLY,,")
    report = files.bring_in(skip_bad=True)
    assert report.landed
    assert [file for file, _, _ in remarks(report)] == ["taxpayers.csv", "accounts.csv", "grants.csv"]
    assert Taxpayer.objects.count() == 4 and Account.objects.count() == 5 and len(live(Grant)) == 2


def test_a_chain_of_parents_never_lands_as_parentless_logons(files: Files) -> None:
    files.add(
        "logons", "aaa.aaa,A,A,a@x.example,,,nobody.here,TA,,", "bbb.bbb,B,B,b@x.example,,,aaa.aaa,TA,,",
        "ccc.ccc,C,C,c@x.example,,,bbb.bbb,MA,,", "ddd.ddd,D,D,d@x.example,,,eee.eee,MA,,",
        "eee.eee,E,E,e@x.example,,,ddd.ddd,MA,,",
    )  # fmt: skip
    report = files.bring_in(skip_bad=True)
    assert report.landed and report.bad.total == 5
    assert Logon.objects.count() == 5 and len(live(SecondaryLogon)) == 2


def test_a_secondary_logon_never_changes_its_parent(files: Files) -> None:
    files.landed()
    tom = files.rows["logons"][4]
    for other in (tom.replace("maria.lopez", "dana.w"), "tom.temp,Tom,Temp,tom@lopez.example,,active,,,,"):
        files.rows["logons"][4] = other
        assert remarks(files.bring_in()) == [("logons.csv", 5, "parent_username")]
    files.rows["logons"][4] = tom
    files.change(
        "logons", files.rows["logons"][1], "dana.w,Dana,Whitfield,dana@bakery.example,,active,maria.lopez,TA,,"
    )
    assert ("logons.csv", 2, "parent_username") in remarks(files.bring_in())


def test_an_account_never_changes_its_taxpayer_or_type_nor_a_taxpayer_its_kind(files: Files) -> None:
    files.landed()
    files.change("accounts", "K-W,BOOKS,WTH,,", "K-W,BAKERY,WTH,,")
    files.change("accounts", "A-W,ANNA,WTH,,", "A-W,ANNA,SUT,,")
    files.change("taxpayers", files.rows["taxpayers"][4], "ANNA,business,Anna Muster,SSN,900-00-0004,,,")
    assert remarks(files.bring_in()) == [
        ("taxpayers.csv", 5, "kind"), ("accounts.csv", 4, "taxpayer_key"), ("accounts.csv", 6, "account_type"),
    ]  # fmt: skip


def test_two_rows_of_one_key_that_say_something_else(files: Files) -> None:
    line = files.add("logons", "dana.w,Dana,Whitfield,other@bakery.example,555 0100,active,,,,")
    assert remarks(files.bring_in()) == [("logons.csv", line, "")], "also what never acts on a logon that exists"


def test_overlapping_grants(files: Files) -> None:
    first = files.add("grants", "LOPEZ,B-S,VIEW_ONLY,2026-01-01,2026-03-31", "LOPEZ,B-S,VIEW_ONLY,2026-04-01,")
    files.landed()
    files.add("grants", "LOPEZ,B-S,ALL_ACCESS,2026-03-31,2026-03-31")
    assert remarks(files.bring_in()) == [("grants.csv", first + 2, "begins_on")]
    files.rows["grants"].pop()
    files.change("grants", "LOPEZ,B-S,VIEW_ONLY,2026-01-01,2026-03-31", "LOPEZ,B-S,VIEW_ONLY,2026-01-01,2026-01-31")
    files.add("grants", "LOPEZ,B-S,ALL_ACCESS,2026-02-01,2026-03-31")
    files.landed()
    assert len(live(Grant, account__number="B-S")) == 2, "one end was in the past"


@pytest.mark.parametrize("good", [
    ARGON2.format(19456, 2, 1), ARGON2.format(102400, 2, 8), SCRYPT.format(16384, 8, 5), PBKDF2.format(1_000_000),
])  # fmt: skip
def test_a_password_hash_is_kept_and_due_for_change(files: Files, good: str) -> None:
    files.rows["logons"][0] += ",password_hash"
    files.rows["logons"][1:] = [row + "," for row in files.rows["logons"][1:]]
    files.rows["logons"][1] += f'"{good}"'
    files.landed()
    dana = Logon.objects.get(username="dana.w")
    assert dana.password == good and dana.must_change_password and not dana.check_password("x")
    assert not Logon.objects.get(username="erin.b").must_change_password


@pytest.mark.parametrize("bad", [
    "secret", "md5$a$b", "!", ARGON2.format(19455, 2, 1), ARGON2.format(19456, 1, 1), ARGON2.format(19456, 2, 0),
    ARGON2.format(4_194_304, 2, 1), ARGON2.format(19456, 9999, 1), ARGON2.format(19456, 2, 1).replace("argon2id", "argon2i"),
    SCRYPT.format(16384, 8, 1), SCRYPT.format(8192, 8, 5), SCRYPT.format(16385, 8, 5), SCRYPT.format(1 << 20, 8, 5),
    PBKDF2.format(600_000), PBKDF2.format(10**12), PBKDF2.format(1_000_000).replace("sha256", "sha1"),
])  # fmt: skip
def test_a_password_hash_below_or_far_above_current_cost_is_bad_and_not_shown(files: Files, bad: str) -> None:
    files.rows["logons"][0] += ",password_hash"
    files.rows["logons"][1:] = [row + "," for row in files.rows["logons"][1:]]
    files.rows["logons"][1] += f'"{bad}"'
    files.only("account_types", "logons")
    report = files.bring_in()
    assert remarks(report) == [("logons.csv", 2, "password_hash")] and report.bad.first[0].value == ""


@pytest.mark.parametrize(("name", "row"), [
    ("taxpayers", "X,business,X,FEIN,123-45-678901,,,"),
    ("taxpayers", "X,business,X,123-45-6789,FEIN,,,"),
    ("taxpayers", "X,123456789,X,FEIN,FEIN,,,"),
    ("taxpayers", "X,business,X,FEIN,10-0000001,,,"),
    ("proofs", "BAKERY,payment,Last,-123456789,"),
    ("proofs", "BAKERY,123-45-6789,Last,5,"),
    ("proofs", "BAKERY,letter_id,Letter of March,ZZZZ-YYYY,"),
])  # fmt: skip
def test_no_identifier_and_no_proof_is_in_a_report(files: Files, name: str, row: str) -> None:
    files.add(name, row)
    text = str(files.bring_in().as_json())
    for secret in ("123-45", "12345", "678901", "10-00", "1000000", "ZZZZ", "YYYY"):
        assert secret not in text, text


def test_the_first_thousand_in_full_then_counts(files: Files) -> None:
    files.add("access", *(f"nobody.{n},BAKERY,MA" for n in range(700)))
    files.add("rights", *(f"erin.b,B-{n},VIEW_ONLY" for n in range(700)))
    files.add("accounts", *(f"N-{n},BAKERY,WTH,soon," for n in range(50)))
    report = files.bring_in()
    assert report.bad.total == 1450 and len(report.bad.first) == 1000
    counts = {(row["file"], row["rows"]) for row in report.as_json()["bad"]["counts"]}
    assert counts == {("accounts.csv", 50), ("access.csv", 700), ("rights.csv", 700)}
    assert remarks(report) == sorted(
        remarks(report), key=lambda r: (["accounts.csv", "access.csv", "rights.csv"].index(r[0]), r[1])
    )


def test_only_what_the_files_grant_is_there(files: Files) -> None:
    """The laws hold on what lands: nothing of a bad row, of a person's or of a group's."""
    for name, row, _ in ONE_CELL:
        files.add(name, row)
    report = files.bring_in(skip_bad=True)
    assert report.landed
    assert not TaxpayerAccess.objects.filter(logon__in=SecondaryLogon.objects.values("logon")).exists()
    for rights in AccountRights.objects.all():
        assert TaxpayerAccess.objects.filter(
            logon=rights.logon, taxpayer=rights.account.taxpayer, access_type="TA", ended_at=None
        ).exists()
    for member in GroupMember.objects.all():
        assert SecondaryLogon.objects.filter(logon=member.logon, portfolio=member.group.portfolio).exists()
