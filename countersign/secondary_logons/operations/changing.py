"""What every change of a secondary logon has in common: hold it, ask whether the actor may, open the receipt."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from countersign.access.models import SecurityGroup
from countersign.access.operations.secondary import Terms
from countersign.access.queries.covering import Limits
from countersign.events import Channel, Event, record
from countersign.logons.models import Logon
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.reasons import Reason
from countersign.policy.rights import AccessType, Rights
from countersign.portfolios.queries import Standing, held_portfolio
from countersign.secondary_logons.queries.one import Secondary, may_manage, secondary_of
from countersign.submissions.models import Status, Submission
from countersign.submissions.operations import open_submission
from countersign.taxpayers.models import AccountType


def held_secondary(actor: Logon, portfolio: int, logon: int, *, now: datetime) -> tuple[Standing, Secondary]:
    """The portfolio, locked, and its secondary logon. Raises a hidden ``Refused`` for whoever may not see them."""
    standing = held_portfolio(actor, portfolio, at=now)
    Logon.objects.select_for_update(no_key=True).filter(pk=logon).first()
    return standing, secondary_of(standing, logon, at=now)


def check_may(standing: Standing, secondary: Secondary, *, after: Limits | None = None) -> None:
    """Raises ``Refused`` unless the actor may change the secondary logon into ``after`` (None: it only loses)."""
    reason = may_manage(standing, secondary, after=after)
    if reason is not None:
        raise Refused(reason)


def check_seen(secondary: Secondary, version: str) -> None:
    """Raises ``Stale`` unless the actor saw exactly this."""
    if secondary.version != version:
        raise Stale(what=Reason.ACCESS_CHANGED)


def checked_groups(portfolio: int, groups: Collection[int]) -> frozenset[int]:
    """The groups, if all are the portfolio's and live. Raises ``Invalid``."""
    wanted = frozenset(groups)
    known = SecurityGroup.objects.filter(portfolio_id=portfolio, pk__in=wanted, ended_at__isnull=True).count()
    if known != len(wanted):
        raise Invalid({"groups": _("One of these security groups no longer exists. Choose again.")})
    return wanted


def checked_terms(terms: Terms) -> Terms:
    """The terms as they are kept: a Master Administrator has no default rights. Raises ``Invalid``."""
    types = terms.account_types
    if types is not None and AccountType.objects.filter(pk__in=types).count() != len(types):
        raise Invalid({"account_types": _("Choose account types of the list.")})
    if types is not None and not types:
        raise Invalid({"account_types": _("Choose at least one account type.")})
    if terms.access_type is AccessType.MASTER_ADMINISTRATOR:
        return terms._replace(default_rights=Rights.NO_ACCESS)
    return terms


def limits_with(terms: Terms, groups: Collection[int], limits: Limits | None = None) -> Limits:
    """The limits of a logon with these terms and groups; refinements as in ``limits``."""
    return Limits(
        terms.access_type,
        terms.default_rights,
        terms.account_types,
        frozenset(groups),
        {} if limits is None else limits.refined,
    )


def receipt(
    kind: str, *, actor: Logon, logon: int | None, token: UUID | None, channel: Channel, now: datetime
) -> Submission:
    """The submission of a change that is processed at once."""
    submission = open_submission(kind=kind, actor=actor, now=now, channel=channel, status=Status.PROCESSED, token=token)
    Submission.objects.filter(pk=submission.pk).update(subject=logon)
    submission.subject = logon
    return submission


def record_change(
    event: Event,
    *,
    actor: Logon,
    standing: Standing,
    logon: int,
    submission: Submission,
    channel: Channel,
    now: datetime,
) -> None:
    """Into the log: it concerns the secondary logon, its parent and whoever did it (law 10)."""
    record(
        event,
        actor=actor,
        channel=channel,
        at=now,
        submission=submission.confirmation_number,
        logons=[logon, standing.holder.pk],
    )
