"""Requests from a file: kept without identifiers, then asked by the worker, all together or with bad rows skipped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from countersign.access.operations.holding import hold_standing
from countersign.events import Channel, record
from countersign.logons.models import Logon
from countersign.policy.errors import Invalid, Stale
from countersign.policy.reasons import Reason
from countersign.submissions.models import Status, Submission
from countersign.submissions.operations import open_submission, open_submissions
from countersign.submissions.queries import submitted_before
from countersign.taxpayers.models import Taxpayer
from countersign.third_party_access.events import ThirdPartyAccessRequested
from countersign.third_party_access.kinds import REQUEST, REQUESTS_FILE
from countersign.third_party_access.models import AccessRequest, AskedRights, RequestFile
from countersign.third_party_access.operations.closing import expire_lapsed
from countersign.third_party_access.operations.match_client import Found, Named, find_clients, judge_clients
from countersign.third_party_access.operations.request_access import asking_firm, expiry_of
from countersign.third_party_access.queries.request_files import SHAPE, Outcome, Planned, file_of, plan, row_to_keep
from countersign.uploads.reading import rows_of
from countersign.uploads.working import BAD_ROW, QUEUE, note_results, work_off

ASK_FILE = "third_party_access.ask_file"
BATCH = 200
TRIES = 5
_SUBJECTS = """
UPDATE submissions_submission s SET subject = r.id FROM third_party_access_accessrequest r
WHERE r.id = ANY(%s) AND s.confirmation_number = r.confirmation_number
"""


def keep_requests(*, actor: Logon, third_party: int, content: bytes, now: datetime) -> RequestFile:
    """Keep an uploaded file without its identifiers; nobody is asked yet. What is told of businesses counts by then.

    Raises ``Refused`` as :func:`request_access` does, and ``Invalid`` for what is no such file.
    """
    firm = asking_firm(actor, third_party, now=now)
    rows = [row_to_keep(cells) for cells in rows_of(content, SHAPE)]
    with transaction.atomic():
        _judge(actor, firm, rows, now)
        return RequestFile.objects.create(third_party=firm, uploaded_by=actor, uploaded_at=now, rows=rows)


@transaction.atomic
def submit_requests(
    *, actor: Logon, third_party: int, file: int, skip_bad: bool, now: datetime, token: UUID | None = None
) -> Submission:
    """Have the rows of a kept file asked by the worker, whether or not the browser stays open.

    Raises ``Refused``, ``Stale`` where it was submitted before, and ``Invalid`` where a row cannot be asked and bad
    ones shall not be skipped, or none can. The same ``token`` again returns the first receipt.
    """
    firm = asking_firm(actor, third_party, now=now)
    hold_standing(actor=actor.pk, taxpayers=[firm.pk])
    asking_firm(actor, third_party, now=now)
    earlier = submitted_before(actor, token)
    if earlier is not None:
        return earlier
    file_of(actor, third_party, file, at=now)
    kept = RequestFile.objects.select_for_update().get(pk=file)
    if kept.submission:
        raise Stale(what=Reason.FILE_SUBMITTED)
    planned = plan(firm, kept.rows, at=now)
    bad = sum(one.outcome is not Outcome.READY for one in planned)
    if bad == len(planned):
        raise Invalid({"file": _("No row of the file can be asked.")})
    if bad and not skip_bad:
        raise Invalid({"file": _("Some rows cannot be asked. Mend the file, or skip these rows.")})
    submission = open_submission(
        kind=REQUESTS_FILE, actor=actor, now=now, status=Status.PROCESSED, third_party=firm.pk, token=token
    )
    Submission.objects.filter(pk=submission.pk).update(subject=kept.pk)
    kept.submission, kept.skip_bad = submission.confirmation_number, skip_bad
    kept.save(update_fields=["submission", "skip_bad"])
    app.configure_task(ASK_FILE, queue=QUEUE).defer(file=kept.pk)
    return submission


def ask_rows(file: int) -> None:
    """Ask what is left of a submitted file: all or nothing in one transaction; with bad rows skipped in batches."""
    work_off(RequestFile, file, _ask_next)


def _judge(actor: Logon, firm: Taxpayer, rows: Sequence[list[Any]], now: datetime) -> None:
    """Note in each row what may be told of a business; a row that is wrong anyway is not looked up."""
    planned = plan(firm, rows, at=now)
    ready = [number for number, one in enumerate(planned) if one.outcome is Outcome.READY]
    named = [_named(planned[number]) for number in ready]
    verdicts = judge_clients(actor=actor, third_party=firm, named=named, now=now)
    for number, verdict in zip(ready, verdicts, strict=True):
        rows[number][-1] = verdict.value


def _ask_next(kept: RequestFile, now: datetime) -> None:
    actor = kept.uploaded_by
    firm = asking_firm(actor, kept.third_party_id, now=now)
    hold_standing(actor=actor.pk, taxpayers=[firm.pk])
    asking_firm(actor, kept.third_party_id, now=now)
    total, first = kept.counted()
    rows = kept.rows_from(first, BATCH if kept.skip_bad else total)
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                results = _ask(kept, firm, rows, now)
            break
        except IntegrityError as conflict:
            # Somebody else of the firm asked for the same meanwhile: looked at again, it is pending now.
            if "one_pending_request_per_account_type" not in str(conflict) or attempt == TRIES - 1:
                raise
    note_results(kept, results, done=sum(row[4] == Outcome.ASKED for row in results), now=now)


def _ask(kept: RequestFile, firm: Taxpayer, rows: Sequence[Sequence[Any]], now: datetime) -> list[list[object]]:
    hashes = [bytes.fromhex(row[2]) for row in rows if len(row) > 1 and row[2]]
    lapsed = AccessRequest.objects.filter(third_party=firm, id_number_hash__in=hashes, expires_at__lte=now)
    while expire_lapsed(lapsed, now=now):
        pass
    planned = plan(firm, rows, at=now)
    ready = [one for one in planned if one.outcome is Outcome.READY]
    found = dict(zip((one.line for one in ready), find_clients([_named(one) for one in ready]), strict=True))
    # What was told of a business at the upload stands; one that is not found any more is not asked.
    gone = {line for line, one in found.items() if not (one.matches or one.neutral)}
    ready = [one for one in ready if one.line not in gone]
    if len(ready) < len(planned) and not kept.skip_bad:
        raise Invalid({"file": BAD_ROW})
    numbers = _create(kept.uploaded_by, firm, ready, found, now)
    return [
        one.result(Outcome.UNKNOWN if one.line in gone else None)
        if one.line not in numbers
        else one.result(Outcome.ASKED, numbers[one.line])
        for one in planned
    ]


def _create(
    actor: Logon, firm: Taxpayer, ready: Sequence[Planned], found: dict[int, Found], now: datetime
) -> dict[int, str]:
    """Submissions, requests and what they ask for, each in one statement; returns line → confirmation number."""
    clients = [found[one.line].client for one in ready]
    submissions = open_submissions(
        kind=REQUEST,
        actor=actor,
        now=now,
        third_party=firm.pk,
        taxpayers=[client.pk if client else None for client in clients],
    )
    requests = AccessRequest.objects.bulk_create(
        [
            AccessRequest(
                confirmation_number=submission.confirmation_number,
                third_party=firm,
                client=client,
                id_type=one.id_type,
                id_number_hash=one.number_hash,
                id_number_last4=one.last4,
                name_given=one.name,
                begins_on=one.begins_on,
                ends_on=one.ends_on,
                message=one.message,
                requested_by=actor,
                requested_at=now,
                expires_at=expiry_of(one.ends_on, now),
            )
            for one, submission, client in zip(ready, submissions, clients, strict=True)
        ],
        batch_size=1_000,
    )
    with connection.cursor() as cursor:
        cursor.execute(_SUBJECTS, [[request.pk for request in requests]])
    AskedRights.objects.bulk_create(
        [
            AskedRights(
                request=request,
                account_type_id=account_type,
                rights=int(rights),
                third_party=firm,
                id_number_hash=one.number_hash,
            )
            # In the same order for everybody: two files that ask for the same never wait for each other in a circle.
            for one, request in sorted(zip(ready, requests, strict=True), key=lambda pair: pair[0].number_hash)
            for account_type, rights in sorted(one.rights.items())
        ],
        batch_size=1_000,
    )
    for request in requests:
        record(
            ThirdPartyAccessRequested(request=request.pk, from_file=True),
            actor=actor,
            channel=Channel.ONLINE,
            at=now,
            submission=request.confirmation_number,
            taxpayers=[firm.pk] if request.client_id is None else [request.client_id, firm.pk],
        )
    return {one.line: request.confirmation_number for one, request in zip(ready, requests, strict=True)}


def _named(one: Planned) -> Named:
    return Named(one.id_type, one.number_hash, one.name)
