"""Placements from a file: kept when it is uploaded; done when it is submitted, a long one by the worker."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from countersign.access.operations.groups import place
from countersign.access.queries.group_changes import LogonChange
from countersign.access.queries.live import after_waiting
from countersign.access.queries.mapping_changes import preview_of_moves
from countersign.events import Channel
from countersign.logons.models import Logon
from countersign.policy.errors import Invalid, Stale
from countersign.policy.reasons import Reason
from countersign.portfolios.queries import Standing, held_portfolio, portfolio_of
from countersign.security_groups.events import PlacementsUploaded
from countersign.security_groups.kinds import UPLOAD
from countersign.security_groups.models import PlacementFile
from countersign.security_groups.operations.placing import check_may_place_all
from countersign.security_groups.operations.recording import receipt, record_change
from countersign.security_groups.queries.placement_files import FINE, SHAPE, Meaning, file_of, meaning_of
from countersign.submissions.models import Submission
from countersign.submissions.queries import submitted_before
from countersign.uploads.reading import rows_of
from countersign.uploads.working import BAD_ROW, QUEUE, note_results, work_off

PLACE_FILE = "security_groups.place_file"
AT_ONCE = 5_000
"""A file of no more rows is done while the browser waits: it takes less than a second."""
BATCH = 20_000


@transaction.atomic
def keep_file(*, actor: Logon, portfolio: int, content: bytes, now: datetime) -> PlacementFile:
    """Keep an uploaded file; nothing is placed yet. Raises ``Refused``, and ``Invalid`` for what is no such file."""
    standing = portfolio_of(actor, portfolio, at=now)
    rows = rows_of(content, SHAPE)
    return PlacementFile.objects.create(portfolio_id=standing.portfolio, uploaded_by=actor, uploaded_at=now, rows=rows)


@transaction.atomic
def place_from_file(
    *,
    actor: Logon,
    portfolio: int,
    file: int,
    skip: bool,
    version: str,
    now: datetime,
    token: UUID | None = None,
    channel: Channel = Channel.ONLINE,
) -> Submission:
    """Do what the file says: all of it, or with ``skip`` all but the rows that cannot be done.

    A short file at once; one of more than :data:`AT_ONCE` rows is handed to the worker (:func:`place_rows`). Raises
    ``Invalid`` when a row cannot be done and ``skip`` is false (nothing is done then), or nothing moves; ``Stale``
    when it would do something else than was shown (``version``), or was submitted before; ``Refused``.
    """
    standing = held_portfolio(actor, portfolio, at=now)
    earlier = submitted_before(actor, token)
    if earlier is not None:
        return earlier
    kept = file_of(standing, file, actor=actor, lock=True)
    if kept.submission:
        raise Stale(what=Reason.FILE_SUBMITTED)
    at = after_waiting(now)
    meaning = meaning_of(standing, kept.rows, at=at)
    check_may_place_all(standing, meaning.moves)
    preview = preview_of_moves(portfolio, meaning.moves, at=at)
    if preview.version != version:
        raise Stale(what=Reason.ACCESS_CHANGED)
    if meaning.problems and not skip:
        raise Invalid({"file": _("Some rows cannot be done. Skip them, or mend the file and upload it again.")})
    if not meaning.moves:
        raise Invalid({"file": _("No row moves a customer: so far nothing changes.")})
    submission = receipt(UPLOAD, actor=actor, token=token, channel=channel, now=now)
    Submission.objects.filter(pk=submission.pk).update(subject=kept.pk)
    kept.submission, kept.skip_bad, kept.seen = submission.confirmation_number, skip, version
    kept.save(update_fields=["submission", "skip_bad", "seen"])
    if len(kept.rows) > AT_ONCE:
        app.configure_task(PLACE_FILE, queue=QUEUE).defer(file=kept.pk)
    else:
        _place(standing, kept, meaning, submission, channel=channel, now=now, changes=preview.logons)
    return submission


def place_rows(file: int) -> None:
    """Place what is left of a submitted file: all or nothing in one transaction; with bad rows skipped in batches.

    Nothing is done where it would do something else than was shown. Each batch asks anew whether the actor may.
    """
    work_off(PlacementFile, file, _place_next)


def _place_next(kept: PlacementFile, now: datetime) -> None:
    standing = held_portfolio(kept.uploaded_by, kept.portfolio_id, at=now)
    at = after_waiting(now)
    meaning = meaning_of(standing, kept.rows, at=at)
    _rows, first = kept.counted()
    changes: Sequence[LogonChange] = ()
    if not first:
        # What was shown of the whole file is also what each logon is told, once for all batches.
        preview = preview_of_moves(kept.portfolio_id, meaning.moves, at=at)
        if preview.version != kept.seen:
            raise Stale(what=Reason.ACCESS_CHANGED)
        changes = preview.logons
    if not kept.skip_bad and meaning.problems:
        raise Invalid({"file": BAD_ROW})
    rows = meaning.rows[first : first + (BATCH if kept.skip_bad else len(meaning.rows))]
    batch = Meaning(rows, meaning.moves).only({row.taxpayer for row in rows if row.taxpayer})
    check_may_place_all(standing, batch.moves)
    submission = Submission.objects.get(confirmation_number=kept.submission)
    _place(standing, kept, batch, submission, channel=Channel.ONLINE, now=now, changes=changes)


def _place(
    standing: Standing,
    kept: PlacementFile,
    batch: Meaning,
    submission: Submission,
    *,
    channel: Channel,
    now: datetime,
    changes: Sequence[LogonChange],
) -> None:
    """Move the customers of these rows, and note and record it (law 10)."""
    moved = 0
    for target, chosen in batch.chosen().items():
        moved += place(
            portfolio=standing.portfolio,
            chosen=chosen,
            group=target,
            submission=submission.confirmation_number,
            now=now,
        )
    results: list[list[object]] = [[row.line, row.number, row.customer, row.group, row.outcome] for row in batch.rows]
    note_results(kept, results, done=sum(row.outcome in FINE for row in batch.rows), now=now)
    event = PlacementsUploaded(file=kept.pk, portfolio=standing.portfolio, customers=moved, skipped=len(batch.problems))
    record_change(event, kept.pk, standing=standing, submission=submission, channel=channel, now=now, changes=changes)
