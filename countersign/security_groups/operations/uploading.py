"""Placements from a file: kept when it is uploaded, done when it is submitted."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from countersign.access.operations.groups import place
from countersign.access.queries.mapping_changes import preview_of_moves
from countersign.events import Channel
from countersign.logons.models import Logon
from countersign.policy.errors import Invalid, Stale
from countersign.policy.reasons import Reason
from countersign.portfolios.queries import held_portfolio, portfolio_of
from countersign.security_groups.events import PlacementsUploaded
from countersign.security_groups.kinds import UPLOAD
from countersign.security_groups.models import PlacementFile
from countersign.security_groups.operations.placing import check_may_place_all
from countersign.security_groups.operations.recording import receipt, record_change
from countersign.security_groups.queries.placement_files import (
    file_of,
    meaning_of,
    rows_of_file,
)
from countersign.submissions.models import Submission
from countersign.submissions.queries import submitted_before

KEPT_DAYS = 7


@transaction.atomic
def keep_file(*, actor: Logon, portfolio: int, content: bytes, now: datetime) -> PlacementFile:
    """Keep an uploaded file; nothing is placed yet. Raises ``Refused``, and ``Invalid`` for what is no such file."""
    standing = portfolio_of(actor, portfolio, at=now)
    rows = rows_of_file(content)
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

    Raises ``Invalid`` when a row cannot be done and ``skip`` is false (nothing is done then), or nothing moves;
    ``Stale`` when it would do something else than was shown (``version``), or was submitted before; ``Refused``.
    """
    standing = held_portfolio(actor, portfolio, at=now)
    earlier = submitted_before(actor, token)
    if earlier is not None:
        return earlier
    kept = file_of(standing, file, actor=actor, lock=True)
    if kept.submission:
        raise Stale(what=Reason.REQUEST_DECIDED)
    meaning = meaning_of(standing, kept.rows, at=now)
    check_may_place_all(standing, meaning.moves)
    if preview_of_moves(portfolio, meaning.moves, at=now).version != version:
        raise Stale(what=Reason.ACCESS_CHANGED)
    if meaning.problems and not skip:
        raise Invalid({"file": _("Some rows cannot be done. Skip them, or mend the file and upload it again.")})
    if not meaning.moves:
        raise Invalid({"file": _("No row moves a customer: so far nothing changes.")})
    submission = receipt(UPLOAD, actor=actor, token=token, channel=channel, now=now)
    number = submission.confirmation_number
    moved = 0
    for target, chosen in meaning.chosen().items():
        moved += place(portfolio=portfolio, chosen=chosen, group=target, submission=number, now=now)
    kept.results = [[row.line, row.number, row.customer, row.group, row.outcome] for row in meaning.rows]
    kept.submission = number
    kept.save(update_fields=["results", "submission"])
    event = PlacementsUploaded(file=file, portfolio=portfolio, customers=moved, skipped=len(meaning.problems))
    return record_change(event, file, standing=standing, submission=submission, channel=channel, now=now)


def forget_old_files(*, now: datetime) -> int:
    """Periodic: files are kept for a week, so that nobody's customers lie about. Returns how many went."""
    return PlacementFile.objects.filter(uploaded_at__lt=now - timedelta(days=KEPT_DAYS)).delete()[0]
