"""Place customers in a security group: one, those ticked, or all that match a search."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from countersign.access.operations.groups import keep, place
from countersign.access.queries.chosen_customers import Chosen
from countersign.access.queries.covering import covers_groups
from countersign.access.queries.group_changes import Preview, preview_of_placing
from countersign.access.queries.live import after_waiting
from countersign.access.queries.mapping_changes import Move
from countersign.events import Channel
from countersign.logons.models import Logon
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.portfolios import may_place
from countersign.policy.reasons import Reason
from countersign.portfolios.queries import Standing, held_portfolio
from countersign.security_groups.events import CustomersKept, CustomersPlaced
from countersign.security_groups.kinds import KEEP, PLACE
from countersign.security_groups.operations.recording import receipt, record_change
from countersign.security_groups.queries.customers import groups_of_chosen
from countersign.security_groups.queries.groups import target_group
from countersign.submissions.models import Submission
from countersign.submissions.queries import submitted_before


@transaction.atomic
def place_customers(
    *,
    actor: Logon,
    portfolio: int,
    chosen: Chosen,
    group: int | None,
    version: str,
    now: datetime,
    token: UUID | None = None,
    channel: Channel = Channel.ONLINE,
) -> Submission:
    """Put the chosen customers in the group, each out of the one it was in (law 3), effective on commit.

    ``group`` None keeps them to the parent logon again, in no group: only its own individuals can be (SPEC 2), and only
    the parent logon does it. ``version`` names the preview that was shown: ``Stale`` when it would do something else
    by now, as when somebody else placed one of them meanwhile. Raises ``Refused``, and ``Invalid`` when the group is
    gone or nothing moves. The same ``token`` again returns the first receipt.
    """
    standing = held_portfolio(actor, portfolio, at=now)
    earlier = submitted_before(actor, token)
    if earlier is not None:
        return earlier
    name = "" if group is None else target_group(standing, group, at=now).name
    at = after_waiting(now)
    check_may_place(standing, chosen, group, at=at)
    preview = preview_of_placing(portfolio, chosen, group=group, at=at)
    if preview.version != version:
        raise Stale(what=Reason.ACCESS_CHANGED)
    if not preview.customers:
        raise Invalid({"group": nothing_moves(group, name)})
    if group is None:
        return _keep(standing, chosen, preview, token=token, channel=channel, now=now)
    submission = receipt(PLACE, actor=actor, token=token, channel=channel, now=now)
    moved = place(portfolio=portfolio, chosen=chosen, group=group, submission=submission.confirmation_number, now=now)
    event = CustomersPlaced(group=group, portfolio=portfolio, customers=moved)
    return record_change(
        event, group, standing=standing, submission=submission, channel=channel, now=now, changes=preview.logons
    )


def _keep(
    standing: Standing, chosen: Chosen, preview: Preview, *, token: UUID | None, channel: Channel, now: datetime
) -> Submission:
    submission = receipt(KEEP, actor=standing.actor, token=token, channel=channel, now=now)
    number = submission.confirmation_number
    kept = keep(portfolio=standing.portfolio, chosen=chosen, submission=number, now=now)
    event = CustomersKept(portfolio=standing.portfolio, customers=kept)
    return record_change(
        event,
        standing.default_group,
        standing=standing,
        submission=submission,
        channel=channel,
        now=now,
        changes=preview.logons,
    )


def check_may_place(standing: Standing, chosen: Chosen, group: int | None, *, at: datetime) -> None:
    """Raises ``Refused`` unless the actor may move these customers to that group.

    "Only where its own reach covers the whole reach of what it touches, before and after" (SPEC 2, ``administer``).
    """
    covered = True
    if standing.limits is not None:
        left = groups_of_chosen(standing.portfolio, chosen, at=at)
        touched = {group, *left}
        covered = None not in touched and covers_groups(standing.limits, {key for key in touched if key})
    reason = may_place(standing.standpoint, covered=covered)
    if reason is not None:
        raise Refused(reason)


def check_may_place_all(standing: Standing, moves: Mapping[int, Move]) -> None:
    """The same for many customers, each with a group of its own to come to."""
    covered = True
    if standing.limits is not None and moves:
        touched = {group for move in moves.values() for group in move}
        covered = None not in touched and covers_groups(standing.limits, {group for group in touched if group})
    reason = may_place(standing.standpoint, covered=covered)
    if reason is not None:
        raise Refused(reason)


def nothing_moves(group: int | None, name: str) -> str:
    """What is said when every chosen customer is in the group already, or none can be kept to the parent logon."""
    if group is None:
        return _("Only your own individual tax can be kept to you, while it is in a security group.")
    return _("Everything that you chose is in %(group)s already. Select another security group.") % {"group": name}
