"""Access Settings of a secondary logon: access type, default rights, account types."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from countersign.access.operations.secondary import Terms, replace_secondary, terms_of
from countersign.events import Channel
from countersign.logons.models import Logon
from countersign.policy.errors import Invalid
from countersign.secondary_logons.events import SecondarySettingsChanged
from countersign.secondary_logons.kinds import SETTINGS
from countersign.secondary_logons.operations.changing import (
    check_may,
    check_seen,
    checked_terms,
    held_secondary,
    limits_with,
    receipt,
    record_change,
)
from countersign.submissions.models import Submission
from countersign.submissions.queries import submitted_before


@transaction.atomic
def change_settings(
    *,
    actor: Logon,
    portfolio: int,
    logon: int,
    terms: Terms,
    version: str,
    now: datetime,
    token: UUID | None = None,
    channel: Channel = Channel.ONLINE,
) -> Submission:
    """Give the secondary logon these terms instead, at once; its groups and refinements stay.

    Raises ``Refused`` (hidden, or beyond the actor's own reach before or after), ``Invalid``, or ``Stale`` when
    ``version`` is not what is there now. The same ``token`` again returns the first receipt.
    """
    standing, secondary = held_secondary(actor, portfolio, logon, now=now)
    earlier = submitted_before(actor, token)
    if earlier is not None:
        return earlier
    terms = checked_terms(terms)
    check_may(standing, secondary, after=limits_with(terms, secondary.limits.groups, secondary.limits))
    check_seen(secondary, version)
    if terms == terms_of(secondary.fact):
        raise Invalid({"": _("Choose something else: so far nothing changes.")})
    submission = receipt(SETTINGS, actor=actor, logon=logon, token=token, channel=channel, now=now)
    replace_secondary(fact=secondary.fact, terms=terms, submission=submission.confirmation_number, now=now)
    record_change(
        SecondarySettingsChanged(
            logon=logon,
            portfolio=portfolio,
            access_type=terms.access_type,
            default_rights=terms.default_rights,
            account_types=None if terms.account_types is None else tuple(sorted(terms.account_types)),
        ),
        actor=actor,
        standing=standing,
        logon=logon,
        submission=submission,
        channel=channel,
        now=now,
    )
    return submission
