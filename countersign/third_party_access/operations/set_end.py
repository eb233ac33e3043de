"""The client sets, moves or removes the last day of a third party's access."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from countersign.access.operations.holding import hold_standing
from countersign.events import Channel, record
from countersign.logons.models import Logon
from countersign.policy.delegation import may_narrow, may_widen
from countersign.policy.errors import Invalid, Refused
from countersign.submissions.models import Submission
from countersign.submissions.queries import submitted_before
from countersign.third_party_access.events import AccessEndSet
from countersign.third_party_access.kinds import END_CHANGE
from countersign.third_party_access.operations.changing import (
    change_done,
    check_open,
    check_version,
    locked_holdings,
    replace_grant,
)
from countersign.third_party_access.queries.clients import acting_firm
from countersign.third_party_access.queries.grants import Holding
from countersign.third_party_access.queries.periods import LAST_YEAR, day_of, end_of
from countersign.third_party_access.queries.sides import sides


@transaction.atomic
def set_end(
    *,
    actor: Logon,
    taxpayer: int,
    third_party: int,
    accounts: Collection[int],
    last_day: date | None,
    version: str,
    now: datetime,
    token: UUID | None = None,
    channel: Channel = Channel.ONLINE,
) -> Submission:
    """Let access to these accounts (keys) last up to and including ``last_day``; None: until it is revoked.

    Ending sooner is a reduction and works during a freeze; ending later, or never, is widening and does not.
    Raises ``Refused``, ``Invalid`` and ``Stale`` as :func:`change_rights` does. The same ``token`` again returns
    the first receipt.
    """
    hold_standing(actor=actor.pk, taxpayers=[taxpayer, third_party])
    client, firm, _held = acting_firm(actor, taxpayer=taxpayer, third_party=third_party, at=now)
    both = sides(actor, client=client, third_party=firm, at=now)
    held = locked_holdings(firm.pk, client.pk, now=now)
    earlier = submitted_before(actor, token)
    if earlier is not None:
        return earlier
    sooner, later = end_changes(held, accounts, last_day)
    reason = may_narrow(both.standpoint)
    if reason is None and later:
        reason = may_widen(both.standpoint, client=both.client, third_party=both.third_party)
    if reason is not None:
        raise Refused(reason)
    check_version(held, version)
    check_last_day(sooner + later, accounts, last_day, now=now)
    check_open(later, field="last_day", now=now)
    submission = change_done(
        END_CHANGE, actor=actor, client=client.pk, third_party=firm.pk, token=token, channel=channel, now=now
    )
    for holding in sooner + later:
        replace_grant(
            holding.grant,
            rights=holding.rights,
            ends_at=end_of(last_day),
            submission=submission.confirmation_number,
            now=now,
        )
    record(
        AccessEndSet(
            client=client.pk,
            third_party=firm.pk,
            accounts=tuple(sorted({holding.account.pk for holding in sooner + later})),
            last_day=last_day,
        ),
        actor=actor,
        channel=channel,
        at=now,
        submission=submission.confirmation_number,
        taxpayers=[client.pk, firm.pk],
    )
    return submission


def end_changes(
    held: Collection[Holding], accounts: Collection[int], last_day: date | None
) -> tuple[list[Holding], list[Holding]]:
    """What of it would end sooner, and what later (or never): the last period of each account counts."""
    last = {holding.account.pk: holding for holding in sorted(held, key=lambda each: each.grant.begins_at)}
    chosen = [last[key] for key in sorted(last) if key in accounts and last[key].until != last_day]
    forever = date.max
    sooner = [holding for holding in chosen if (last_day or forever) < (holding.until or forever)]
    return sooner, [holding for holding in chosen if holding not in sooner]


def check_last_day(
    changing: Collection[Holding], accounts: Collection[int], last_day: date | None, *, now: datetime
) -> None:
    """Raises ``Invalid`` unless something changes and the day makes sense for all of it."""
    problems: dict[str, str] = {}
    if not accounts:
        problems["accounts"] = _("Choose at least one account.")
    elif last_day is not None and last_day < day_of(now):
        problems["last_day"] = _("The last day cannot be in the past. To end access now, revoke it.")
    elif last_day is not None and last_day.year > LAST_YEAR:
        problems["last_day"] = _("Enter a day before the year 2101.")
    elif last_day is not None and any(holding.since > last_day for holding in changing):
        problems["last_day"] = _("Some of this access begins after that day. Enter a later day, or revoke it.")
    elif not changing:
        problems["last_day"] = _("This is the last day already: so far nothing changes.")
    if problems:
        raise Invalid(problems)
