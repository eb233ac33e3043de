"""Open and close submissions. Features call these inside the transaction of their own operation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from countersign.logons.models import Logon
from countersign.policy.errors import Stale
from countersign.policy.reasons import Reason
from countersign.submissions.confirmation_numbers import new_confirmation_number
from countersign.submissions.models import Status, Submission


def open_submission(
    *,
    kind: str,
    actor: Logon,
    now: datetime,
    channel: str = "online",
    status: Status = Status.PENDING,
    taxpayer: int | None = None,
    third_party: int | None = None,
    waits_for: int | None = None,
    token: UUID | None = None,
) -> Submission:
    """One change that the actor asks for, with a fresh confirmation number (SPEC 7).

    ``taxpayer``, ``third_party`` and ``waits_for`` are keys of taxpayers. A change that is done at once is
    opened with ``Status.PROCESSED`` and is thereby closed. ``token`` is of the page submitted: a second
    submission with it violates ``one_submission_per_token``.
    """
    closed = status != Status.PENDING
    return Submission.objects.create(
        confirmation_number=_unused_number(),
        kind=kind,
        status=status,
        channel=channel,
        submitted_at=now,
        submitted_by=actor,
        taxpayer_id=taxpayer,
        third_party_id=third_party,
        waits_for_id=waits_for,
        token=token,
        closed_at=now if closed else None,
        closed_by=actor if closed else None,
    )


def open_submissions(
    *,
    kind: str,
    actor: Logon,
    now: datetime,
    channel: str = "online",
    third_party: int | None = None,
    taxpayers: Sequence[int | None],
) -> list[Submission]:
    """Pending ones for many changes at once, one for each of ``taxpayers``, which they concern and wait for."""
    numbers = _unused_numbers(len(taxpayers))
    return Submission.objects.bulk_create(
        [
            Submission(
                confirmation_number=number,
                kind=kind,
                status=Status.PENDING,
                channel=channel,
                submitted_at=now,
                submitted_by=actor,
                taxpayer_id=taxpayer,
                third_party_id=third_party,
                waits_for_id=taxpayer,
            )
            for number, taxpayer in zip(numbers, taxpayers, strict=True)
        ],
        batch_size=1_000,
    )


def close_submission(*, confirmation_number: str, status: Status, actor: Logon | None, now: datetime) -> None:
    """Close a pending submission; ``actor`` is None where time closed it. Raises ``Stale`` if it is closed."""
    closed = Submission.objects.filter(confirmation_number=confirmation_number, status=Status.PENDING).update(
        status=status, closed_at=now, closed_by=actor
    )
    if closed != 1:
        raise Stale(what=Reason.REQUEST_DECIDED)


def _unused_number() -> str:
    """The unique constraint stays the judge; this only makes its verdict next to impossible."""
    while True:
        number = new_confirmation_number()
        if not Submission.objects.filter(confirmation_number=number).exists():
            return number


def _unused_numbers(count: int) -> list[str]:
    """So many different ones, none of which is taken."""
    found: set[str] = set()
    while len(found) < count:
        fresh = {new_confirmation_number() for _ in range(count - len(found))}
        taken = Submission.objects.filter(confirmation_number__in=fresh).values_list("confirmation_number", flat=True)
        found |= fresh - set(taken)
    return list(found)
