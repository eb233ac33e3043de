"""A Master Administrator of the firm takes over a portfolio that a departed one left."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from countersign.access.operations.customers import lock_portfolio, lock_reach
from countersign.access.operations.handing_over import take_over
from countersign.access.operations.holding import hold_standing
from countersign.access.queries.own import mastered_taxpayers
from countersign.events import Channel, record
from countersign.leaving.events import PortfolioTakenOver
from countersign.leaving.kinds import TAKE_OVER
from countersign.leaving.queries import parked_portfolios
from countersign.logons.models import Logon
from countersign.policy.errors import Refused
from countersign.policy.reasons import Reason
from countersign.submissions.models import Status, Submission
from countersign.submissions.operations import open_submission


@transaction.atomic
def take_over_portfolio(
    *, actor: Logon, portfolio: int, now: datetime, channel: Channel = Channel.ONLINE
) -> Submission:
    """Hold a portfolio that rests (SPEC 3: "parked, unusable, for 90 days, and the firm's next MA may take it over").

    Raises a hidden ``Refused`` for whoever is not Master Administrator of one of its sources, or after that time.
    """
    own = mastered_taxpayers(actor.pk, at=now)
    hold_standing(actor=actor.pk, taxpayers=own)
    for taxpayer in own:
        lock_reach(taxpayer, sources_change=True)
    lock_portfolio(portfolio)
    if not parked_portfolios(actor, at=now, only=portfolio):
        raise Refused(Reason.NOT_FOUND, hidden=True)
    submission = open_submission(kind=TAKE_OVER, actor=actor, now=now, channel=channel, status=Status.PROCESSED)
    take_over(portfolio=portfolio, by=actor.pk, submission=submission.confirmation_number, now=now)
    record(
        PortfolioTakenOver(portfolio=portfolio),
        actor=actor,
        channel=channel,
        at=now,
        submission=submission.confirmation_number,
    )
    return submission
