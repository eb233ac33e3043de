"""End access, whoever of the two sides does it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from countersign.access.operations.grants import end_grants
from countersign.events import Channel
from countersign.logons.models import Logon
from countersign.policy.errors import Stale
from countersign.policy.reasons import Reason
from countersign.submissions.models import Submission
from countersign.third_party_access.operations.changing import change_done, locked_holdings


def end_access(
    kind: str,
    *,
    actor: Logon,
    client: int,
    third_party: int,
    accounts: Collection[int] | None,
    token: UUID | None,
    channel: Channel,
    now: datetime,
) -> tuple[Submission, tuple[int, ...], bool]:
    """End what is held on these accounts (None: on all), live or planned, whatever it has become meanwhile.

    Returns the receipt, the accounts, and whether nothing is left. Raises ``Stale`` when nothing was there.
    """
    held = locked_holdings(third_party, client, now=now)
    ending = [holding for holding in held if accounts is None or holding.account.pk in accounts]
    if not ending:
        raise Stale(what=Reason.GRANT_ENDED)
    submission = change_done(
        kind, actor=actor, client=client, third_party=third_party, token=token, channel=channel, now=now
    )
    end_grants(grants=[holding.grant for holding in ending], submission=submission.confirmation_number, now=now)
    ended = tuple(sorted({holding.account.pk for holding in ending}))
    return submission, ended, len(ending) == len(held)
