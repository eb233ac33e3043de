"""What changing and ending live access have in common: lock, look again, replace."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from countersign.access.models import Grant
from countersign.access.operations.customers import lock_reach
from countersign.access.operations.grants import begin_grants, end_grants, lock_accounts
from countersign.events import Channel
from countersign.logons.models import Logon
from countersign.policy.errors import Invalid, Stale
from countersign.policy.reasons import Reason
from countersign.policy.rights import Rights
from countersign.submissions.models import Status, Submission
from countersign.submissions.operations import open_submission
from countersign.third_party_access.queries.grants import Holding, current_grants, holdings, version_of_holdings
from countersign.third_party_access.queries.periods import day_of


def locked_holdings(third_party: int, client: int, *, now: datetime) -> list[Holding]:
    """What the third party holds on the client's accounts, held still until the transaction ends."""
    accounts = current_grants(third_party, at=now).filter(account__taxpayer_id=client)
    lock_accounts(accounts.values_list("account_id", flat=True))
    lock_reach(third_party, sources_change=False)
    return holdings(third_party, client, at=now)


def check_version(held: Collection[Holding], version: str) -> None:
    """Raises ``Stale`` unless the actor saw exactly this."""
    if version_of_holdings(held) != version:
        raise Stale(what=Reason.ACCESS_CHANGED if held else Reason.GRANT_ENDED)


def check_open(widened: Iterable[Holding], *, field: str, now: datetime) -> None:
    """Raises ``Invalid`` at the field where access to a closed account would be widened."""
    closed = [holding.account.number for holding in widened if holding.closed(day_of(now))]
    if closed:
        told = _("%(account)s is closed: its access can only be lowered or ended.")
        raise Invalid({field: told % {"account": ", ".join(closed)}})


def replace_grant(grant: Grant, *, rights: Rights, ends_at: datetime | None, submission: str, now: datetime) -> None:
    """End a grant and begin another in its place: facts never change. One that has not begun keeps its begin."""
    end_grants(grants=[grant], submission=submission, now=now)
    begin_grants(
        third_party=grant.third_party_id,
        rights={grant.account_id: rights},
        begins_at=max(grant.begins_at, now),
        ends_at=ends_at,
        submission=submission,
        now=now,
    )


def change_done(
    kind: str,
    *,
    actor: Logon,
    client: int,
    third_party: int,
    token: UUID | None,
    channel: Channel,
    now: datetime,
) -> Submission:
    """The receipt of a change that is processed at once."""
    return open_submission(
        kind=kind,
        actor=actor,
        now=now,
        channel=channel,
        status=Status.PROCESSED,
        taxpayer=client,
        third_party=third_party,
        token=token,
    )
