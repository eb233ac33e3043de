"""Import a folder: one transaction, repeatable, every bad row named (IMPORT.md)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime
from pathlib import Path

from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected, LockNotAvailable

from countersign.access.operations.customers import refresh
from countersign.events import record
from countersign.importing.cells import shown, start_of
from countersign.importing.events import AccessImported
from countersign.importing.files import BY_NAME, FILES, File
from countersign.importing.merges import access, groups, logons, missing_logons, register
from countersign.importing.merges.merge import Merge, end_missing
from countersign.importing.merges.portfolios import ensure_portfolios_for_clients
from countersign.importing.reading import BadFile
from countersign.importing.report import Report
from countersign.importing.staging import stage
from countersign.policy.errors import Invalid
from countersign.submissions.confirmation_numbers import new_confirmation_number
from countersign.submissions.models import Status, Submission

Progress = Callable[[str, int, int], None]
_ONE_IMPORT = (20_102, 1)
FACTS_AT_REST = (20_102, 2)
"""Whoever begins or ends a fact shares this lock: see the trigger of migration 0003."""


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
    except OSError as error:
        raise Invalid({"folder": f"{Path(error.filename or folder).name} cannot be read: {error.strerror}"}) from error
    except IntegrityError as error:
        raise Invalid({"folder": "something changed in the portal at the same moment; run the import again"}) from error
    except OperationalError as error:
        if not isinstance(error.__cause__, (DeadlockDetected, LockNotAvailable)):
            raise
        raise Invalid({"folder": "the portal was in the way; nothing was changed; run the import again"}) from error
    report.sort()
    return report


def _paths(folder: Path, replace: Collection[str]) -> dict[str, Path]:
    if not folder.is_dir():
        raise Invalid({"folder": f"{folder} is no folder"})
    paths = {}
    for entry in sorted(folder.iterdir()):
        if entry.name not in BY_NAME or not entry.is_file():
            raise Invalid(
                {"folder": f"{shown(entry.name)} is none of the files that can be imported: {', '.join(BY_NAME)}"}
            )
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
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", _ONE_IMPORT)
        if not cursor.fetchone()[0]:
            raise Invalid({"folder": "another import is under way; wait until it has ended"})
        cursor.execute("SET LOCAL work_mem = '64MB'")
        for file in FILES:
            report.rows[file.name] = stage(file, paths.get(file.name), report, progress)
        merge = Merge(cursor, report, now, begin, new_confirmation_number())
        merge.run("DROP TABLE IF EXISTS pg_temp.taken")
        merge.run("CREATE TEMPORARY TABLE taken (line integer, value text) ON COMMIT DROP")
        # From here to the end no fact is begun or ended by anybody else, so that what is compared stays true.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", FACTS_AT_REST)
        _merge(merge, replace, progress)
        if report.changes:
            _record(merge)
            refresh(portfolios=None, taxpayers=None)
            merge.learn("access_customer", "importing_importedrow")
        progress("lists", sum(report.rows.values()), 100)


def _merge(merge: Merge, replace: Collection[str], progress: Progress) -> None:
    """In the order in which files depend on one another: what a later one names, an earlier one may bring."""
    for file in FILES:
        if file.name in replace:
            _end_missing(merge, file)
    rows, done = merge.report.rows, 0
    for name, step in _STEPS.items():
        step(merge)
        done += rows[name]
        progress("facts", done, done * 99 // max(sum(rows.values()), 1))
    if merge.report.changes:
        ensure_portfolios_for_clients(merge)


_STEPS: dict[str, Callable[[Merge], None]] = {
    "account_types.csv": register.merge_account_types,
    "taxpayers.csv": register.merge_taxpayers,
    "accounts.csv": register.merge_accounts,
    "proofs.csv": register.merge_proofs,
    "logons.csv": logons.merge_logons,
    "access.csv": access.merge_access,
    "rights.csv": access.merge_rights,
    "grants.csv": access.merge_grants,
    "security_groups.csv": groups.merge_groups,
    "placements.csv": groups.merge_placements,
    "group_members.csv": groups.merge_members,
    "refinements.csv": groups.merge_refinements,
}
_ENDINGS: dict[str, Callable[[Merge], None]] = {
    "proofs.csv": register.end_missing_proofs,
    "logons.csv": missing_logons.end_missing_logons,
    "access.csv": access.end_missing_access,
    "rights.csv": lambda merge: end_missing(merge, access.RIGHTS_FACTS),
    "grants.csv": lambda merge: end_missing(merge, access.GRANT_FACTS),
    "security_groups.csv": groups.end_missing_groups,
    "placements.csv": lambda merge: end_missing(merge, groups.PLACEMENT_FACTS),
    "group_members.csv": lambda merge: end_missing(merge, groups.MEMBER_FACTS),
    "refinements.csv": lambda merge: end_missing(merge, groups.REFINEMENT_FACTS),
}


def _end_missing(merge: Merge, file: File) -> None:
    """``--replace``: rows missing from the file end, and what depends on them. Of the register nothing ends."""
    if merge.report.unread[file.name]:
        # One of them may be the very row that seems to be missing.
        merge.report.notes.append(f"{file.name}: nothing was ended, because rows of it could not be read")
    elif file.name in _ENDINGS:
        _ENDINGS[file.name](merge)
    else:
        register.note_kept(merge, file)


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
