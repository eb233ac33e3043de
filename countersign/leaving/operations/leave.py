"""Leave: a Tax or Master Administrator gives up one taxpayer, effective on commit."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from countersign.events import Channel, record
from countersign.leaving.events import TaxpayerLeft
from countersign.leaving.kinds import LEAVE
from countersign.leaving.operations.parting import Choices, check_active, hold, part
from countersign.leaving.queries import consequences_of_leaving
from countersign.logons.models import Logon
from countersign.policy.errors import Stale
from countersign.policy.reasons import Reason
from countersign.submissions.models import Status, Submission
from countersign.submissions.operations import open_submission
from countersign.submissions.queries import submitted_before


@transaction.atomic
def leave_taxpayer(
    *,
    actor: Logon,
    taxpayer: int,
    version: str,
    choices: Choices,
    now: datetime,
    token: UUID | None = None,
    channel: Channel = Channel.ONLINE,
) -> Submission:
    """Give up what the actor is for the taxpayer (SPEC 3: "Leave (a TA or MA gives up one taxpayer)").

    Raises a hidden ``Refused`` when it is nothing to it, ``Stale`` when leaving would do other than was shown: of two
    last Master Administrators who leave at once, the second is told that it is the last. A repeat returns the first
    receipt.
    """
    earlier = submitted_before(actor, token)
    if earlier is not None:
        return earlier
    consequences_of_leaving(actor, taxpayer, at=now)
    hold(actor, [taxpayer], now=now)
    earlier = submitted_before(actor, token)
    if earlier is not None:
        return earlier
    check_active(actor, now=now)
    seen = consequences_of_leaving(actor, taxpayer, at=now)
    if seen.version != version:
        raise Stale(what=Reason.ACCESS_CHANGED)
    submission = open_submission(
        kind=LEAVE, actor=actor, now=now, channel=channel, status=Status.PROCESSED, taxpayer=taxpayer, token=token
    )
    without = part(actor=actor, seen=seen, choices=choices, submission=submission, now=now)
    record(
        TaxpayerLeft(taxpayer=taxpayer, last=bool(without)),
        actor=actor,
        channel=channel,
        at=now,
        submission=submission.confirmation_number,
        taxpayers=[taxpayer],
    )
    return submission
