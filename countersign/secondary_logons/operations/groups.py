"""Security Groups → Change: which groups a secondary logon is let in to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from countersign.access.operations.groups import set_groups
from countersign.access.operations.secondary import terms_of
from countersign.access.queries.group_changes import preview_of_groups
from countersign.access.queries.live import after_waiting
from countersign.events import Channel
from countersign.logons.models import Logon
from countersign.policy.errors import Invalid, Stale
from countersign.policy.reasons import Reason
from countersign.secondary_logons.events import SecondaryGroupsChanged
from countersign.secondary_logons.kinds import GROUPS
from countersign.secondary_logons.operations.changing import (
    check_may,
    check_seen,
    checked_groups,
    held_secondary,
    limits_with,
    receipt,
    record_change,
)
from countersign.submissions.models import Submission
from countersign.submissions.queries import submitted_before


@transaction.atomic
def change_groups(
    *,
    actor: Logon,
    portfolio: int,
    logon: int,
    groups: Collection[int],
    version: str,
    preview: str | None = None,
    now: datetime,
    token: UUID | None = None,
    channel: Channel = Channel.ONLINE,
) -> Submission:
    """Let the secondary logon in to exactly these groups, at once. With none it reaches nothing (law 3).

    ``version`` names the facts that the actor saw, ``preview`` the outcome that was shown: ``Stale`` when either is
    another by now. Raises ``Refused`` and ``Invalid``. The same ``token`` again returns the first receipt.
    """
    standing, secondary = held_secondary(actor, portfolio, logon, now=now)
    earlier = submitted_before(actor, token)
    if earlier is not None:
        return earlier
    wanted = checked_groups(portfolio, groups)
    check_may(standing, secondary, after=limits_with(terms_of(secondary.fact), wanted, secondary.limits))
    check_seen(secondary, version)
    if wanted == secondary.limits.groups:
        raise Invalid({"groups": _("Choose other security groups: so far nothing changes.")})
    if (
        preview is not None
        and preview_of_groups(portfolio, logon, groups=wanted, at=after_waiting(now)).version != preview
    ):
        raise Stale(what=Reason.ACCESS_CHANGED)
    submission = receipt(GROUPS, actor=actor, logon=logon, token=token, channel=channel, now=now)
    come, left = set_groups(logon=logon, groups=wanted, submission=submission.confirmation_number, now=now)
    record_change(
        SecondaryGroupsChanged(logon=logon, portfolio=portfolio, come=tuple(come), left=tuple(left)),
        actor=actor,
        standing=standing,
        logon=logon,
        submission=submission,
        channel=channel,
        now=now,
    )
    return submission
