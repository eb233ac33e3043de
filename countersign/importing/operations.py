"""Import a folder: one transaction, repeatable, every bad row named (IMPORT.md)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime
from pathlib import Path

from django.db import IntegrityError, connection, transaction

from countersign.access.operations.customers import refresh
from countersign.events import record
from countersign.importing.cells import start_of
from countersign.importing.events import AccessImported
from countersign.importing.files import BY_NAME, FILES
from countersign.importing.merges import access, groups, logons, register
from countersign.importing.merges.merge import Merge, end_missing
from countersign.importing.reading import BadFile
from countersign.importing.report import Report
from countersign.importing.staging import stage
from countersign.policy.errors import Invalid
from countersign.submissions.confirmation_numbers import new_confirmation_number
from countersign.submissions.models import Status, Submission

Progress = Callable[[str, int, int], None]
_LOCK = (20_102, 1)


class _Undo(Exception):
    """Leaves the transaction without keeping anything."""


def import_folder(
    folder: Path,
    *,
    now: datetime,
    check_only: bool = False,
    skip_bad: bool = False,
    replace: Collection[str] = (),
    effective: date | None = None,
    progress: Progress = lambda file, rows, percent: None,
) -> Report:
    """Import the register and the access of a folder of CSV files, as IMPORT.md says; nobody acts (the operator).

    Either everything lands or nothing; with ``skip_bad`` the good rows land. ``replace`` names files whose missing
    rows end. ``effective`` is when facts without a date begin (its first moment in the agency's time zone),
    else ``now``. ``progress`` is told file, rows done and per cent of the file.

    Raises ``Invalid`` for a folder that cannot be used: unknown, hidden or missing files, a ``replace`` without its
    file, another import under way.
    """
    paths = _paths(folder, replace)
    report = Report(check_only=check_only)
    try:
        with transaction.atomic():
            _run(paths, report, now, start_of(effective) if effective else now, replace, progress)
            if check_only or (report.bad.total and not skip_bad):
                raise _Undo
            report.landed = True
    except _Undo:
        report.confirmation_number = ""
    except BadFile as error:
        report.landed = False
        report.bad.add(error.remark)
    except IntegrityError as error:
        raise Invalid({"folder": "something changed in the portal at the same moment; run the import again"}) from error
    return report


def _paths(folder: Path, replace: Collection[str]) -> dict[str, Path]:
    if not folder.is_dir():
        raise Invalid({"folder": f"{folder} is no folder"})
    paths = {}
    for entry in sorted(folder.iterdir()):
        if entry.name not in BY_NAME or not entry.is_file():
            raise Invalid({"folder": f"{entry.name} is none of the files that can be imported: {', '.join(BY_NAME)}"})
        paths[entry.name] = entry
    if not paths:
        raise Invalid({"folder": f"{folder} holds none of {', '.join(BY_NAME)}"})
    for name in replace:
        if name not in paths:
            raise Invalid({"replace": f"{name} is not in the folder, so that it cannot replace anything"})
    return paths


def _run(
    paths: dict[str, Path],
    report: Report,
    now: datetime,
    begin: datetime,
    replace: Collection[str],
    progress: Progress,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", _LOCK)
        if not cursor.fetchone()[0]:
            raise Invalid({"folder": "another import is under way; wait until it has ended"})
        cursor.execute("SET LOCAL work_mem = '64MB'")
        for file in FILES:
            report.rows[file.name] = stage(file, paths.get(file.name), report.bad.add, progress)
        merge = Merge(cursor, report, now, begin, new_confirmation_number())
        _merge(merge, paths, replace)
        if report.changes:
            _record(merge)
            refresh(portfolios=None, taxpayers=None)
            merge.learn("access_customer", "importing_importedrow")


def _merge(merge: Merge, paths: dict[str, Path], replace: Collection[str]) -> None:
    """In the order in which files depend on one another: what a later one names, an earlier one may bring."""
    for name in replace:
        _end_missing(merge, name)
    for file in FILES[4:]:
        if file.name in paths:
            merge.drop_unchanged(file)
    register.merge_account_types(merge)
    register.merge_taxpayers(merge)
    register.merge_accounts(merge)
    register.merge_proofs(merge, replace="proofs.csv" in replace)
    logons.merge_logons(merge)
    access.merge_access(merge)
    access.merge_rights(merge)
    access.merge_grants(merge)
    groups.merge_groups(merge)
    groups.merge_placements(merge)
    groups.merge_members(merge)
    groups.merge_refinements(merge)
    # Lists of clients page over a portfolio, so every Master Administrator of a third party with clients has one.
    logons.ensure_portfolios(
        merge,
        """SELECT ta.logon_id AS id FROM access_taxpayeraccess ta WHERE ta.access_type = 'MA' AND ta.accepted
        AND NOT ta.provisional AND ta.ended_at IS NULL
        AND EXISTS (SELECT FROM access_grant g WHERE g.third_party_id = ta.taxpayer_id AND g.ended_at IS NULL)""",
    )


def _end_missing(merge: Merge, name: str) -> None:
    """``--replace``: what depends on an ended fact ends with it."""
    if name == "logons.csv":
        logons.end_missing_logons(merge)
        return
    if name in ("account_types.csv", "taxpayers.csv", "accounts.csv"):
        merge.report.kept.append(f"{name}: rows of the register that are missing are kept, because history names them")
        return
    if name == "proofs.csv":
        return  # where proofs are merged
    end_missing(
        merge,
        {
            "access.csv": access.ACCESS_FACTS,
            "rights.csv": access.RIGHTS_FACTS,
            "grants.csv": access.GRANT_FACTS,
            "security_groups.csv": groups.GROUP_FACTS,
            "placements.csv": groups.PLACEMENT_FACTS,
            "group_members.csv": groups.MEMBER_FACTS,
            "refinements.csv": groups.REFINEMENT_FACTS,
        }[name],
    )
    if name == "access.csv":
        access.end_dependent_rights(merge)
    if name == "security_groups.csv":
        groups.end_dependent_placements(merge)


def _record(merge: Merge) -> None:
    report = merge.report
    report.confirmation_number = merge.submission
    Submission.objects.create(
        confirmation_number=merge.submission,
        kind="import",
        status=Status.PROCESSED,
        channel="import",
        submitted_at=merge.now,
        closed_at=merge.now,
    )
    event = AccessImported(
        begun=report.begun.total(),
        ended=report.ended.total(),
        changed=report.changed.total(),
        conflicts=report.conflicts.total,
        skipped=report.bad.total,
    )
    record(event, actor=None, channel="import", at=merge.now, submission=merge.submission)
