"""Secondary logons from a file: kept, then added all together or with bad rows skipped, then invited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from countersign.access.models import GroupMember, LogonStanding, SecondaryLogon
from countersign.events import Channel, record_each
from countersign.logons.models import Link, Logon
from countersign.policy.errors import Invalid, Stale
from countersign.policy.facts import Standing as LogonStatus
from countersign.policy.reasons import Reason
from countersign.portfolios.queries import Standing, held_portfolio, portfolio_of
from countersign.secondary_logons.events import SecondaryLogonAdded
from countersign.secondary_logons.invitations import invite_logon
from countersign.secondary_logons.kinds import UPLOAD
from countersign.secondary_logons.models import LogonFile
from countersign.secondary_logons.operations.changing import receipt
from countersign.secondary_logons.queries.logon_files import Outcome, Planned, file_of, kept_rows, plan
from countersign.secondary_logons.queries.one import ENROLL
from countersign.submissions.models import Submission
from countersign.submissions.queries import submitted_before
from countersign.uploads.working import BAD_ROW, QUEUE, note_results, work_off

ADD_FILE = "secondary_logons.add_file"
BATCH = 500
INVITED_AT_ONCE = 50


def keep_file(*, actor: Logon, portfolio: int, content: bytes, now: datetime) -> LogonFile:
    """Keep an uploaded file, so that it can be looked at before anything is added. Raises ``Refused``, ``Invalid``."""
    standing = portfolio_of(actor, portfolio, at=now)
    return LogonFile.objects.create(
        portfolio_id=standing.portfolio, uploaded_by=actor, uploaded_at=now, rows=kept_rows(content)
    )


@transaction.atomic
def submit_file(
    *, actor: Logon, portfolio: int, file: int, skip_bad: bool, now: datetime, token: UUID | None = None
) -> Submission:
    """Have the rows of a kept file added by the worker, whether or not the browser stays open.

    Raises ``Refused``, ``Stale`` where it was submitted before, and ``Invalid`` where a row cannot be added and bad
    ones shall not be skipped, or none can. The same ``token`` again returns the first receipt.
    """
    standing = held_portfolio(actor, portfolio, at=now)
    earlier = submitted_before(actor, token)
    if earlier is not None:
        return earlier
    kept = file_of(standing, file)
    if kept.submission:
        raise Stale(what=Reason.FILE_SUBMITTED)
    planned = plan(standing, kept.rows)
    bad = [one for one in planned if one.outcome is not Outcome.READY]
    if len(bad) == len(planned):
        raise Invalid({"file": _("No row of the file can be added.")})
    if bad and not skip_bad:
        raise Invalid({"file": _("Some rows cannot be added. Mend the file, or skip these rows.")})
    submission = receipt(UPLOAD, actor=actor, logon=None, token=token, channel=Channel.ONLINE, now=now)
    Submission.objects.filter(pk=submission.pk).update(subject=kept.pk)
    kept.submission, kept.skip_bad = submission.confirmation_number, skip_bad
    kept.save(update_fields=["submission", "skip_bad"])
    app.configure_task(ADD_FILE, queue=QUEUE).defer(file=kept.pk)
    return submission


def add_rows(file: int) -> None:
    """Add what is left of a submitted file.

    All or nothing in one transaction; with bad rows skipped in batches of 500, each with its results in the same
    transaction.
    """
    work_off(LogonFile, file, _add_next)


def invite_added(file: int, stop: Callable[[], bool]) -> None:
    """Send each added person the invitation, a few per transaction; whoever has one already is left alone."""
    kept = LogonFile.objects.defer("rows").get(pk=file)
    added = [logon for _line, _username, _outcome, logon in kept.results or [] if logon]
    for first in range(kept.invited - kept.invited % INVITED_AT_ONCE, len(added), INVITED_AT_ONCE):
        if stop():
            return
        keys = added[first : first + INVITED_AT_ONCE]
        with transaction.atomic():
            sent = set(Link.objects.filter(kind=ENROLL, logon_id__in=keys).values_list("logon_id", flat=True))
            for logon in Logon.objects.filter(pk__in=[key for key in keys if key not in sent]).order_by("pk"):
                invite_logon(logon, kept.portfolio_id, now=timezone.now())
            LogonFile.objects.filter(pk=file).update(invited=first + len(keys))


def _add_next(kept: LogonFile, now: datetime) -> None:
    """The next batch; of a file that is added as a whole, one after the other in the same transaction.

    So memory does not grow with the rows, and a username that a batch repeats is taken by then.
    """
    standing = held_portfolio(kept.uploaded_by, kept.portfolio_id, at=now)
    rows, first = kept.counted()
    added: list[list[object]] = []
    done = 0
    for start in range(first, first + BATCH if kept.skip_bad else rows, BATCH):
        planned = plan(standing, kept.rows_from(start, BATCH))
        ready = [one for one in planned if one.outcome is Outcome.READY]
        if len(ready) < len(planned) and not kept.skip_bad:
            raise Invalid({"file": BAD_ROW})
        keys = _create(standing, ready, kept.submission, now)
        done += len(ready)
        for one in planned:
            key = keys.get(one.username, 0) if one.outcome is Outcome.READY else 0
            added.append([one.line, one.username, (Outcome.ADDED if key else one.outcome).value, key])
    note_results(kept, added, done=done, now=now)


def _create(standing: Standing, ready: Sequence[Planned], number: str, now: datetime) -> dict[str, int]:
    """Write logons and facts together; returns username → key."""
    language = standing.actor.language
    try:
        with transaction.atomic():
            logons = Logon.objects.bulk_create(
                [
                    Logon(
                        username=one.username,
                        first_name=one.first_name,
                        last_name=one.last_name,
                        email=one.email,
                        language=language,
                    )
                    for one in ready
                ],
                batch_size=BATCH,
            )
    except IntegrityError as error:
        raise Invalid({"file": BAD_ROW}) from error
    begun = {"begins_at": now, "begun_by": number}
    pairs = list(zip(logons, ready, strict=True))
    LogonStanding.objects.bulk_create(
        [LogonStanding(logon=logon, status=LogonStatus.INVITED.value, **begun) for logon in logons], batch_size=BATCH
    )
    SecondaryLogon.objects.bulk_create(
        [
            SecondaryLogon(
                logon=logon,
                portfolio_id=standing.portfolio,
                access_type=one.terms.access_type.value,
                default_rights=int(one.terms.default_rights),
                account_types=None if one.terms.account_types is None else sorted(one.terms.account_types),
                accepted=False,
                **begun,
            )
            for logon, one in pairs
            if one.terms is not None
        ],
        batch_size=BATCH,
    )
    GroupMember.objects.bulk_create(
        [GroupMember(logon=logon, group_id=group, **begun) for logon, one in pairs for group in sorted(one.groups)],
        batch_size=BATCH,
    )
    record_each(
        [(_added(standing, logon, one), [logon.pk, standing.holder.pk]) for logon, one in pairs],
        actor=standing.actor,
        channel=Channel.ONLINE,
        at=now,
        submission=number,
    )
    return {logon.username: logon.pk for logon in logons}


def _added(standing: Standing, logon: Logon, one: Planned) -> SecondaryLogonAdded:
    assert one.terms is not None
    types = one.terms.account_types
    return SecondaryLogonAdded(
        logon=logon.pk,
        portfolio=standing.portfolio,
        access_type=one.terms.access_type,
        default_rights=one.terms.default_rights,
        account_types=None if types is None else tuple(sorted(types)),
        groups=tuple(sorted(one.groups)),
        from_file=True,
    )
