"""Give Rights: the most that a secondary logon may have on a customer, or on one account of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from countersign.access.operations.secondary import Place, refine
from countersign.access.queries.covering import Limits
from countersign.access.queries.live import after_waiting
from countersign.events import Channel
from countersign.logons.models import Logon
from countersign.policy.errors import Invalid
from countersign.policy.rights import Rights
from countersign.portfolios.queries import Standing
from countersign.secondary_logons.events import SecondaryRightsChanged
from countersign.secondary_logons.kinds import RIGHTS
from countersign.secondary_logons.operations.changing import (
    check_may,
    check_seen,
    held_secondary,
    receipt,
    record_change,
)
from countersign.secondary_logons.queries.accounts import limits_after
from countersign.secondary_logons.queries.visible import visible_places
from countersign.submissions.models import Submission
from countersign.submissions.queries import submitted_before

MOST = 1_000

NewRights = Mapping[Place, Rights | None]


@transaction.atomic
def give_rights(
    *,
    actor: Logon,
    portfolio: int,
    logon: int,
    rights: NewRights,
    version: str,
    now: datetime,
    token: UUID | None = None,
    channel: Channel = Channel.ONLINE,
) -> Submission:
    """Let these rights be the most on these accounts and customers, at once; None lets the default hold again.

    They never give more than the parent itself has (law 2). Raises ``Refused`` (hidden, or beyond the actor's own
    reach), ``Invalid`` for what is not among the logon's customers or changes nothing, or ``Stale``. The same
    ``token`` again returns the first receipt.
    """
    standing, secondary = held_secondary(actor, portfolio, logon, now=now)
    earlier = submitted_before(actor, token)
    if earlier is not None:
        return earlier
    after = limits_after(secondary.limits, rights)
    check_may(standing, secondary, after=after)
    check_seen(secondary, version)
    changes = changed_places(secondary.limits, rights)
    check_places(standing, changes, secondary.limits, now=now)
    submission = receipt(RIGHTS, actor=actor, logon=logon, token=token, channel=channel, now=now)
    for place, level in changes.items():
        refine(logon=logon, place=place, rights=level, submission=submission.confirmation_number, now=now)
    record_change(
        SecondaryRightsChanged(
            logon=logon,
            portfolio=portfolio,
            rights=tuple(
                (place.taxpayer, place.account or 0, -1 if level is None else int(level))
                for place, level in changes.items()
            ),
        ),
        actor=actor,
        standing=standing,
        logon=logon,
        submission=submission,
        channel=channel,
        now=now,
    )
    return submission


def changed_places(limits: Limits, rights: NewRights) -> dict[Place, Rights | None]:
    """Those of the new rights that differ from what is on record. Raises ``Invalid`` when none does."""
    changes = {place: level for place, level in rights.items() if limits.refined.get(place) != level}
    if not changes:
        raise Invalid({"rights": _("Choose other rights for at least one account: so far nothing changes.")})
    if len(changes) > MOST:
        raise Invalid({"rights": _("These are too many accounts at once. Choose fewer.")})
    return dict(sorted(changes.items(), key=lambda one: (one[0].taxpayer, one[0].account or 0)))


def check_places(standing: Standing, changes: NewRights, limits: Limits, *, now: datetime) -> None:
    """Raises ``Invalid`` for what the portfolio does not pass on or the actor may not know of, and for no effect.

    Lowering to No Access and taking a refinement away are never refused: they only narrow, or let a default hold.
    """
    raised = [place for place, level in changes.items() if level is not None and level > Rights.NO_ACCESS]
    known = visible_places(standing, changes.keys(), at=after_waiting(now))
    strange = [place for place in changes if place not in known]
    if strange:
        raise Invalid({"rights": _("One of these accounts is not among the customers of this logon any more.")})
    after = limits_after(limits, changes)
    for place in raised:
        if place.account is not None and after.refined.get((place.taxpayer, None)) == Rights.NO_ACCESS:
            raise Invalid(
                {"rights": _("No Access is set for the whole customer. Change that first: it holds for each account.")}
            )
