"""The third party gives up a client, or some of its accounts (SPEC 6)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from countersign.access.operations.holding import hold_standing
from countersign.events import Channel, record
from countersign.logons.models import Logon
from countersign.policy.delegation import may_drop
from countersign.policy.errors import Refused
from countersign.submissions.models import Submission
from countersign.submissions.queries import submitted_before
from countersign.third_party_access.events import AccessDropped
from countersign.third_party_access.kinds import DROP
from countersign.third_party_access.operations.ending import end_access
from countersign.third_party_access.queries.clients import client_of
from countersign.third_party_access.queries.sides import firm_standpoint


@transaction.atomic
def drop_client(
    *,
    actor: Logon,
    third_party: int,
    client: int,
    accounts: Collection[int] | None,
    now: datetime,
    token: UUID | None = None,
    channel: Channel = Channel.ONLINE,
) -> Submission:
    """Give up access to some accounts of a client (keys), or to all of them (None). No freeze stops it.

    Raises ``Refused`` (hidden where the actor may not know), or ``Stale`` when nothing was left to give up. The
    same ``token`` again returns the first receipt.
    """
    hold_standing(actor=actor.pk, taxpayers=[third_party])
    firm, taxpayer, _held = client_of(actor, third_party=third_party, client=client, at=now)
    reason = may_drop(firm_standpoint(actor, firm.pk, at=now))
    if reason is not None:
        raise Refused(reason)
    earlier = submitted_before(actor, token)
    if earlier is not None:
        return earlier
    submission, ended, everything = end_access(
        DROP,
        actor=actor,
        client=taxpayer.pk,
        third_party=firm.pk,
        accounts=accounts,
        token=token,
        channel=channel,
        now=now,
    )
    record(
        AccessDropped(client=taxpayer.pk, third_party=firm.pk, accounts=ended, everything=everything),
        actor=actor,
        channel=channel,
        at=now,
        submission=submission.confirmation_number,
        taxpayers=[taxpayer.pk, firm.pk],
    )
    return submission
