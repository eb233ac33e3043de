"""Copy one secondary logon's settings to another."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from countersign.access.operations.groups import set_groups
from countersign.access.operations.secondary import Place, refine, replace_secondary, terms_of
from countersign.access.queries.covering import Limits
from countersign.events import Channel
from countersign.logons.models import Logon
from countersign.policy.errors import Invalid, Stale
from countersign.policy.reasons import Reason
from countersign.policy.rights import Rights
from countersign.portfolios.queries import Standing
from countersign.secondary_logons.events import SecondarySettingsCopied
from countersign.secondary_logons.kinds import COPY
from countersign.secondary_logons.operations.changing import (
    check_may,
    check_seen,
    held_secondary,
    receipt,
    record_change,
)
from countersign.secondary_logons.queries.one import Secondary, secondary_of
from countersign.submissions.models import Submission
from countersign.submissions.queries import submitted_before


@transaction.atomic
def copy_settings(
    *,
    actor: Logon,
    portfolio: int,
    logon: int,
    source: int,
    refinements: bool,
    version: str,
    source_version: str,
    now: datetime,
    token: UUID | None = None,
    channel: Channel = Channel.ONLINE,
) -> Submission:
    """Give the logon the access type, default rights, account types and groups of ``source``, at once.

    ``refinements``: also what is set for single customers and accounts; its own ones end then. Raises ``Refused``
    (hidden, or beyond the actor's own reach), ``Invalid`` where nothing would change, ``Stale`` when either logon is
    not as it was seen.
    """
    standing, secondary = held_secondary(actor, portfolio, logon, now=now)
    earlier = submitted_before(actor, token)
    if earlier is not None:
        return earlier
    model = secondary_of(standing, source, at=now)
    after = limits_copied(secondary, model, refinements=refinements)
    check_may(standing, secondary, after=after)
    check_seen(secondary, version)
    if model.version != source_version:
        raise Stale(what=Reason.ACCESS_CHANGED)
    if after == secondary.limits:
        raise Invalid({"source": _("Both logons have the same settings: nothing would change.")})
    submission = receipt(COPY, actor=actor, logon=logon, token=token, channel=channel, now=now)
    _write(secondary, model, after, submission.confirmation_number, now)
    _record(standing, secondary, model, refinements, submission, channel, now)
    return submission


def limits_copied(secondary: Secondary, model: Secondary, *, refinements: bool) -> Limits:
    """The limits of the logon after copying those of ``model``."""
    return model.limits._replace(refined=model.limits.refined if refinements else secondary.limits.refined)


def _write(secondary: Secondary, model: Secondary, after: Limits, number: str, now: datetime) -> None:
    terms = terms_of(model.fact)
    if terms != terms_of(secondary.fact):
        replace_secondary(fact=secondary.fact, terms=terms, submission=number, now=now)
    set_groups(logon=secondary.logon.pk, groups=after.groups, submission=number, now=now)
    before = secondary.limits.refined
    for place in sorted({*before, *after.refined}, key=lambda one: (one[0], one[1] or 0)):
        level: Rights | None = after.refined.get(place)
        if level != before.get(place):
            refine(logon=secondary.logon.pk, place=Place(*place), rights=level, submission=number, now=now)


def _record(
    standing: Standing,
    secondary: Secondary,
    model: Secondary,
    refinements: bool,
    submission: Submission,
    channel: Channel,
    now: datetime,
) -> None:
    record_change(
        SecondarySettingsCopied(
            logon=secondary.logon.pk,
            portfolio=standing.portfolio,
            source=model.logon.pk,
            refinements=refinements,
        ),
        actor=standing.actor,
        standing=standing,
        logon=secondary.logon.pk,
        submission=submission,
        channel=channel,
        now=now,
    )
