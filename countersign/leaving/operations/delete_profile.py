"""Delete My Profile: the logon ends for good, its username stays reserved."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from countersign.access.operations.customers import lock_portfolio
from countersign.access.operations.secondary import end_everything
from countersign.access.operations.standing import change_standing
from countersign.events import Channel, record
from countersign.leaving.events import ProfileDeleted
from countersign.leaving.kinds import DELETE_PROFILE
from countersign.leaving.operations.parting import Choices, check_active, hold, part
from countersign.leaving.queries import consequences_of_deleting
from countersign.logons import links
from countersign.logons.known_devices import end_known_devices
from countersign.logons.models import Logon
from countersign.logons.sessions import end_all_sessions
from countersign.policy.errors import Invalid, Stale
from countersign.policy.facts import Standing
from countersign.policy.reasons import Reason
from countersign.submissions.models import Status, Submission
from countersign.submissions.operations import open_submission


@transaction.atomic
def delete_profile(
    *,
    actor: Logon,
    typed_username: str,
    version: str,
    choices: Choices,
    now: datetime,
    channel: Channel = Channel.ONLINE,
) -> Submission:
    """End the actor's logon for good: accesses, links, sessions, known devices; what it asked for ends by subscribers.

    SPEC 3: "Delete My Profile ends the logon for good: access, requests and invitations end, the username stays
    reserved". Third-party grants belong to the firm and stay. Raises ``Invalid`` when the username was not typed,
    ``Refused`` when the logon is not active, ``Stale`` when other things end or stay than were shown.
    """
    if typed_username.strip().lower() != actor.username:
        raise Invalid({"username": _("Type your own username as it is shown above.")})
    before = consequences_of_deleting(actor, at=now)
    if before.secondary is not None:
        lock_portfolio(before.secondary.portfolio_id)
    hold(actor, None, now=now)
    check_active(actor, now=now)
    seen = consequences_of_deleting(actor, at=now)
    if seen.version != version:
        raise Stale(what=Reason.ACCESS_CHANGED)
    submission = open_submission(kind=DELETE_PROFILE, actor=actor, now=now, channel=channel, status=Status.PROCESSED)
    number = submission.confirmation_number
    without = part(actor=actor, seen=seen, choices=choices, submission=submission, now=now)
    if seen.secondary is not None:
        end_everything(fact=seen.secondary, submission=number, now=now)
    change_standing(logon=actor, standing=Standing.CLOSED, submission=number, now=now)
    links.void(None, logon=actor, now=now)
    end_all_sessions(actor, now=now)
    end_known_devices(actor, now)
    left = tuple(one.taxpayer.pk for one in seen.taxpayers)
    record(
        ProfileDeleted(taxpayers=left, without=without),
        actor=actor,
        channel=channel,
        at=now,
        submission=number,
        taxpayers=left,
    )
    return submission
