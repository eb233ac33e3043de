"""The client lowers or raises what a third party may do (SPEC 6: narrowed, widened)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from countersign.access.operations.holding import hold_standing
from countersign.events import Channel, Event, record
from countersign.logons.models import Logon
from countersign.policy.delegation import may_narrow, may_widen
from countersign.policy.errors import Invalid, Refused
from countersign.policy.rights import Rights
from countersign.submissions.models import Submission
from countersign.submissions.queries import submitted_before
from countersign.third_party_access.events import AccessNarrowed, AccessWidened
from countersign.third_party_access.kinds import RIGHTS_CHANGE
from countersign.third_party_access.operations.changing import (
    change_done,
    check_open,
    check_version,
    locked_holdings,
    replace_grant,
)
from countersign.third_party_access.queries.clients import acting_firm
from countersign.third_party_access.queries.grants import Holding
from countersign.third_party_access.queries.sides import sides


@transaction.atomic
def change_rights(
    *,
    actor: Logon,
    taxpayer: int,
    third_party: int,
    rights: Mapping[int, Rights],
    version: str,
    now: datetime,
    token: UUID | None = None,
    channel: Channel = Channel.ONLINE,
) -> Submission:
    """Give each named grant (key → rights) these rights instead, for the rest of its period; at once.

    Raises ``Refused`` (hidden where the actor may not know; something is raised while the client is frozen or
    the third party closed, or by its own Master Administrator: then nothing is changed at all), ``Invalid``, or
    ``Stale`` when ``version`` is not what is there now. The same ``token`` again returns the first receipt.
    """
    hold_standing(actor=actor.pk, taxpayers=[taxpayer, third_party])
    client, firm, _held = acting_firm(actor, taxpayer=taxpayer, third_party=third_party, at=now)
    both = sides(actor, client=client, third_party=firm, at=now)
    held = locked_holdings(firm.pk, client.pk, now=now)
    earlier = submitted_before(actor, token)
    if earlier is not None:
        return earlier
    narrowed, widened = rights_changes(held, rights)
    reason = may_narrow(both.standpoint)
    if reason is None and widened:
        reason = may_widen(both.standpoint, client=both.client, third_party=both.third_party)
    if reason is not None:
        raise Refused(reason)
    check_version(held, version)
    if not narrowed and not widened:
        raise Invalid({"rights": _("Choose other rights for at least one account: so far nothing changes.")})
    check_open([holding for holding, _level in widened], field="rights", now=now)
    submission = change_done(
        RIGHTS_CHANGE, actor=actor, client=client.pk, third_party=firm.pk, token=token, channel=channel, now=now
    )
    number = submission.confirmation_number
    for holding, level in narrowed + widened:
        replace_grant(holding.grant, rights=level, ends_at=holding.grant.ends_at, submission=number, now=now)
    happened: list[Event] = []
    if narrowed:
        happened.append(
            AccessNarrowed(client=client.pk, third_party=firm.pk, rights=_pairs(narrowed), also_widened=bool(widened))
        )
    if widened:
        happened.append(AccessWidened(client=client.pk, third_party=firm.pk, rights=_pairs(widened)))
    for event in happened:
        record(
            event,
            actor=actor,
            channel=channel,
            at=now,
            submission=number,
            taxpayers=[client.pk, firm.pk],
        )
    return submission


Changes = list[tuple[Holding, Rights]]


def rights_changes(held: list[Holding], rights: Mapping[int, Rights]) -> tuple[Changes, Changes]:
    """What the new rights (grant key → rights) lower, and what they raise. No Access is for revoking."""
    narrowed: Changes = []
    widened: Changes = []
    for holding in held:
        level = rights.get(holding.grant.pk, holding.rights)
        if level == Rights.NO_ACCESS:
            raise Invalid({"rights": _("To take all rights away, revoke the access.")})
        if level < holding.rights:
            narrowed.append((holding, level))
        elif level > holding.rights:
            widened.append((holding, level))
    return narrowed, widened


def _pairs(changes: Changes) -> tuple[tuple[int, int], ...]:
    return tuple((holding.account.pk, int(level)) for holding, level in changes)
