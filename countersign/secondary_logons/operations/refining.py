"""Refinements from a file: kept, then set by the worker, all together or with bad rows skipped."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from countersign.access.operations.secondary import Place, refine_all
from countersign.access.queries.live import after_waiting
from countersign.access.queries.refinement_changes import preview_of_refinements
from countersign.events import Channel, record_each
from countersign.logons.models import Logon
from countersign.logons.usernames import normal_username
from countersign.policy.errors import Invalid, Stale
from countersign.policy.reasons import Reason
from countersign.policy.rights import Rights
from countersign.portfolios.queries import held_portfolio, portfolio_of
from countersign.secondary_logons.events import SecondaryRightsChanged
from countersign.secondary_logons.kinds import REFINEMENTS
from countersign.secondary_logons.models import RefinementFile
from countersign.secondary_logons.operations.changing import receipt
from countersign.secondary_logons.operations.rights import MOST
from countersign.secondary_logons.queries.refinement_files import (
    FINE,
    SHAPE,
    Outcome,
    Plan,
    Planned,
    file_of,
    plan,
)
from countersign.submissions.models import Submission
from countersign.submissions.queries import submitted_before
from countersign.uploads.reading import rows_of
from countersign.uploads.working import BAD_ROW, QUEUE, note_results, work_off

SET_FILE = "secondary_logons.set_refinements"
BATCH = 2_000


def keep_refinements(*, actor: Logon, portfolio: int, content: bytes, now: datetime) -> RefinementFile:
    """Keep an uploaded file; nothing is set yet. Raises ``Refused``, and ``Invalid`` for what is no such file."""
    standing = portfolio_of(actor, portfolio, at=now)
    return RefinementFile.objects.create(
        portfolio_id=standing.portfolio, uploaded_by=actor, uploaded_at=now, rows=rows_of(content, SHAPE)
    )


def version_of(planned: Plan, preview: str) -> str:
    """Names exactly what was shown: who gains and loses what (``preview``), and on which facts that rests."""
    seen = (preview, sorted(planned.seen().items()))
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:32]


@transaction.atomic
def submit_refinements(
    *,
    actor: Logon,
    portfolio: int,
    file: int,
    skip_bad: bool,
    version: str,
    now: datetime,
    token: UUID | None = None,
) -> Submission:
    """Have the rows of a kept file set by the worker, whether or not the browser stays open.

    Raises ``Refused``; ``Stale`` where it would do something else than was shown (``version``), or was submitted
    before; ``Invalid`` where a row cannot be set and bad ones shall not be skipped, or nothing changes. The same
    ``token`` again returns the first receipt.
    """
    standing = held_portfolio(actor, portfolio, at=now)
    earlier = submitted_before(actor, token)
    if earlier is not None:
        return earlier
    kept = file_of(standing, file)
    if kept.submission:
        raise Stale(what=Reason.FILE_SUBMITTED)
    at = after_waiting(now)
    planned = plan(standing, kept.rows, at=at)
    preview = preview_of_refinements(portfolio, planned.changes, at=at)
    if version_of(planned, preview.version) != version:
        raise Stale(what=Reason.ACCESS_CHANGED)
    if planned.problems and not skip_bad:
        raise Invalid({"file": _("Some rows cannot be set. Mend the file, or skip these rows.")})
    if not planned.changes:
        raise Invalid({"file": _("No row of the file changes anything.")})
    submission = receipt(REFINEMENTS, actor=actor, logon=None, token=token, channel=Channel.ONLINE, now=now)
    Submission.objects.filter(pk=submission.pk).update(subject=kept.pk)
    kept.submission, kept.skip_bad, kept.seen = submission.confirmation_number, skip_bad, planned.seen()
    kept.rows = sorted(kept.rows, key=_by_username)
    kept.save(update_fields=["submission", "skip_bad", "seen", "rows"])
    app.configure_task(SET_FILE, queue=QUEUE).defer(file=kept.pk)
    return submission


def set_refinements(file: int) -> None:
    """Set what is left of a submitted file: all or nothing in one transaction; with bad rows skipped in batches.

    A logon that is not as it was at Submit is left out; all or nothing then means nothing.
    """
    work_off(RefinementFile, file, _set_next)


def _set_next(kept: RefinementFile, now: datetime) -> None:
    standing = held_portfolio(kept.uploaded_by, kept.portfolio_id, at=now)
    rows = _next_rows(kept)
    planned = plan(standing, rows, at=after_waiting(now))
    seen = planned.seen()
    moved = {logon for logon in planned.changes if kept.seen.get(str(logon)) != seen[str(logon)]}
    if not kept.skip_bad:
        if moved or sum(map(len, planned.changes.values())) == 0:
            raise Stale(what=Reason.ACCESS_CHANGED)
        if planned.problems:
            raise Invalid({"file": BAD_ROW})
    changes = {logon: places for logon, places in planned.changes.items() if logon not in moved}
    refine_all(changes=changes, submission=kept.submission, now=now)
    record_each(
        [(event, [event.logon, standing.holder.pk]) for event in _events(standing.portfolio, changes)],
        actor=standing.actor,
        channel=Channel.ONLINE,
        at=now,
        submission=kept.submission,
    )
    results = [one.result(_outcome(one, moved)) for one in planned.rows]
    note_results(kept, results, done=sum(row[-1] in FINE for row in results), now=now)


def _next_rows(kept: RefinementFile) -> list[list[Any]]:
    """All rows, or the next ones as far as the end of a logon's: its rows are judged together."""
    total, first = kept.counted()
    rows = kept.rows_from(first, BATCH if kept.skip_bad else total)
    while following := kept.rows_from(first + len(rows), BATCH):
        username, _line = _by_username(rows[-1])
        same = list(takewhile(lambda row, last=username: _by_username(row)[0] == last, following))  # type: ignore[misc]
        rows += same
        if len(same) < len(following):
            break
    return rows


def _outcome(one: Planned, moved: set[int]) -> Outcome:
    if one.logon in moved and one.outcome is Outcome.READY:
        return Outcome.CHANGED
    return Outcome.SET if one.outcome in FINE and one.outcome is not Outcome.ALREADY else one.outcome


def _by_username(row: Sequence[object]) -> tuple[str, int]:
    return (normal_username(str(row[1])) if len(row) > 1 else "", int(str(row[0])))


def _events(portfolio: int, changes: Mapping[int, Mapping[Place, Rights | None]]) -> Iterator[SecondaryRightsChanged]:
    """One for each logon, and another for each further :data:`MOST` places."""
    for logon, places in sorted(changes.items()):
        ordered = sorted(places.items(), key=lambda one: (one[0].taxpayer, one[0].account or 0))
        for first in range(0, len(ordered), MOST):
            yield SecondaryRightsChanged(
                logon=logon,
                portfolio=portfolio,
                rights=tuple(
                    (place.taxpayer, place.account or 0, -1 if level is None else int(level))
                    for place, level in ordered[first : first + MOST]
                ),
                from_file=True,
            )
