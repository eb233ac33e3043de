"""A small world as the files of IMPORT.md, and what the database says after an import."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from countersign.access.models import (
    AccountRights,
    Fact,
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
from countersign.importing.operations import import_folder
from countersign.importing.report import Report
from countersign.logons.models import Logon
from countersign.submissions.models import Submission
from countersign.taxpayers.models import Account, AccountType, Proof, Taxpayer

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FACTS: tuple[type[Fact], ...] = (
    LogonStanding, TaxpayerCondition, TaxpayerAccess, AccountRights, Grant, PortfolioHolder, SecondaryLogon,
    SecurityGroup, Placement, GroupMember, Refinement,
)  # fmt: skip
REGISTER = (AccountType, Taxpayer, Account, Proof, Logon)

BASE = {
    "account_types": ["code,name", "WTH,Withholding", "SUT,Sales and Use"],
    "taxpayers": [
        "taxpayer_key,kind,legal_name,id_type,id_number,listed_in_directory,status,freeze",
        "BAKERY,business,Harbor Bakery LLC,FEIN,10-0000001,,,",
        "LOPEZ,business,Lopez CPA PC,FEIN,10-0000002,yes,,",
        "BOOKS,business,Pell Street Books,FEIN,10-0000003,no,active,",
        "ANNA,individual,Anna Muster,SSN,900-00-0004,,,",
    ],
    "accounts": [
        "account_number,taxpayer_key,account_type,opened_on,closed_on",
        "B-W,BAKERY,WTH,2020-01-01,",
        "B-S,BAKERY,SUT,,",
        "K-W,BOOKS,WTH,,",
        "L-W,LOPEZ,WTH,,",
        "A-W,ANNA,WTH,,",
    ],
    "proofs": [
        "taxpayer_key,kind,label,value,expires_on",
        "BAKERY,letter_id,Letter of March,AB12-CD34,2026-12-31",
        "BAKERY,return_figure,Line 7 of the return for March 2026,-120.50,",
        "BOOKS,payment,Your last payment,80,",
    ],
    "logons": [
        "username,first_name,last_name,email,phone,status,parent_username,access_type,default_rights,account_types",
        "dana.w,Dana,Whitfield,dana@bakery.example,555 0100,active,,,,",
        "maria.lopez,Maria,Lopez,maria@lopez.example,,,,,,",
        "erin.b,Erin,Books,erin@books.example,,,,,,",
        "tom.temp,Tom,Temp,tom@lopez.example,,active,maria.lopez,TA,VIEW_ONLY,WTH",
        "sue.senior,Sue,Senior,sue@lopez.example,,active,maria.lopez,MA,,",
    ],
    "access": [
        "username,taxpayer_key,access_type",
        "dana.w,BAKERY,MA",
        "maria.lopez,LOPEZ,MA",
        "maria.lopez,ANNA,MA",
        "erin.b,BAKERY,TA",
    ],
    "rights": ["username,account_number,rights", "erin.b,B-W,VIEW_ONLY"],
    "grants": [
        "third_party_key,account_number,rights,begins_on,ends_on",
        "LOPEZ,B-W,FILE_AND_PAY,2026-01-01,",
        "LOPEZ,K-W,VIEW_ONLY,,2026-12-31",
    ],
    "security_groups": ["parent_username,name,description", "maria.lopez,Retail,Shops and bakeries"],
    "placements": ["parent_username,taxpayer_key,group_name", "maria.lopez,BAKERY,Retail"],
    "group_members": ["username,group_name", "sue.senior,Retail", "sue.senior,Default"],
    "refinements": ["username,taxpayer_key,account_number,rights", "sue.senior,BAKERY,B-W,VIEW_ONLY"],
}


class Files:
    """A folder of files that a test changes row by row."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows = {name: list(rows) for name, rows in BASE.items()}
        self.clock = NOW

    def change(self, name: str, old: str, new: str) -> None:
        """Another row in the place of one."""
        self.rows[name][self.rows[name].index(old)] = new

    def add(self, name: str, *rows: str) -> int:
        """More rows at the end; the line of the first of them."""
        self.rows[name].extend(rows)
        return len(self.rows[name]) - len(rows) + 1

    def remove(self, name: str, row: str) -> None:
        """One row less."""
        self.rows[name].remove(row)

    def only(self, *names: str) -> None:
        """Without the other files."""
        self.rows = {name: self.rows[name] for name in names}

    def write(self) -> Path:
        """On disk."""
        self.folder.mkdir(exist_ok=True)
        for path in self.folder.iterdir():
            path.unlink()
        for name, rows in self.rows.items():
            (self.folder / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8", newline="")
        return self.folder

    def bring_in(
        self,
        *,
        skip_bad: bool = False,
        check_only: bool = False,
        replace: Collection[str] = (),
        effective: date | None = None,
    ) -> Report:
        """Import, a day later than the last time."""
        self.clock += DAY
        return import_folder(
            self.write(), now=self.clock, skip_bad=skip_bad, check_only=check_only, replace=replace, effective=effective
        )

    def landed(self, **options: Any) -> Report:
        """Import what must have no bad row and no conflict."""
        report = self.bring_in(**options)
        assert report.landed and not report.bad.total and not report.conflicts.total, report
        return report


def remarks(report: Report) -> list[tuple[str, int, str]]:
    """(file, line, column) of each bad row."""
    return [(remark.file, remark.line, remark.column) for remark in report.bad.first]


def conflicts(report: Report) -> list[tuple[str, int]]:
    """(file, line) of each conflict."""
    return [(remark.file, remark.line) for remark in report.conflicts.first]


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the register and every fact."""
    return {model.__name__: sorted(model.objects.values_list(), key=str) for model in (*REGISTER, *FACTS)}


def live(model: type[Fact], **filters: Any) -> list[Any]:
    """The facts that have not been ended, oldest first."""
    return list(model._default_manager.filter(ended_at=None, **filters).order_by("pk"))


def portal_ends(fact: Fact, at: datetime) -> None:
    """As an operation of the portal ends a fact."""
    type(fact)._default_manager.filter(pk=fact.pk).update(ended_at=at, ended_by="PORTAL2345")


def portal_replaces(fact: Any, at: datetime, **changes: Any) -> Any:
    """As an operation of the portal changes what a fact says."""
    portal_ends(fact, at)
    fact.pk, fact.begins_at, fact.recorded_at, fact.begun_by = None, at, at, "PORTAL2345"
    for name, value in changes.items():
        setattr(fact, name, value)
    fact.save(force_insert=True)
    return fact


def import_submissions() -> list[Submission]:
    """The receipts of imports, oldest first."""
    return list(Submission.objects.filter(kind="import").order_by("pk"))
