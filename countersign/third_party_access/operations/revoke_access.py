"""The client ends a third party's access (SPEC 6: at any time, effective on commit)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from countersign.access.operations.holding import hold_standing
from countersign.events import Channel, record
from countersign.logons.models import Logon
from countersign.policy.delegation import may_revoke
from countersign.policy.errors import Refused
from countersign.submissions.models import Submission
from countersign.submissions.queries import submitted_before
from countersign.third_party_access.events import AccessRevoked
from countersign.third_party_access.kinds import REVOCATION
from countersign.third_party_access.operations.ending import end_access
from countersign.third_party_access.queries.clients import acting_firm
from countersign.third_party_access.queries.sides import sides


@transaction.atomic
def revoke_access(
    *,
    actor: Logon,
    taxpayer: int,
    third_party: int,
    accounts: Collection[int] | None,
    now: datetime,
    token: UUID | None = None,
    channel: Channel = Channel.ONLINE,
) -> Submission:
    """Revoke a third party's access to some accounts of the taxpayer (keys), or to all of them (None).

    It ends whatever is there at that moment, so that no change made meanwhile saves it, and no freeze stops it.
    Raises ``Refused`` (hidden where the actor may not know), or ``Stale`` when nothing was left to revoke. The
    same ``token`` again returns the first receipt.
    """
    hold_standing(actor=actor.pk, taxpayers=[taxpayer])
    client, firm, _held = acting_firm(actor, taxpayer=taxpayer, third_party=third_party, at=now)
    reason = may_revoke(sides(actor, client=client, third_party=firm, at=now).standpoint)
    if reason is not None:
        raise Refused(reason)
    earlier = submitted_before(actor, token)
    if earlier is not None:
        return earlier
    submission, ended, everything = end_access(
        REVOCATION,
        actor=actor,
        client=client.pk,
        third_party=firm.pk,
        accounts=accounts,
        token=token,
        channel=channel,
        now=now,
    )
    record(
        AccessRevoked(client=client.pk, third_party=firm.pk, accounts=ended, everything=everything),
        actor=actor,
        channel=channel,
        at=now,
        submission=submission.confirmation_number,
        taxpayers=[client.pk, firm.pk],
    )
    return submission
