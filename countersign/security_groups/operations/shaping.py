"""Add, rename, describe and delete a security group."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from countersign.access.models import SecurityGroup
from countersign.access.operations.groups import begin_group, end_group
from countersign.access.queries.chosen_customers import Chosen
from countersign.access.queries.group_changes import preview_of_placing
from countersign.access.queries.live import after_waiting
from countersign.events import Channel
from countersign.logons.models import Logon
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.portfolios import may_shape_groups
from countersign.policy.reasons import Reason
from countersign.portfolios.queries import Standing, held_portfolio
from countersign.security_groups.events import SecurityGroupAdded, SecurityGroupChanged, SecurityGroupDeleted
from countersign.security_groups.kinds import ADD, CHANGE, DELETE
from countersign.security_groups.operations.recording import receipt, record_change
from countersign.security_groups.queries.groups import group_of
from countersign.submissions.models import Submission
from countersign.submissions.queries import submitted_before


@transaction.atomic
def add_group(
    *,
    actor: Logon,
    portfolio: int,
    name: str,
    description: str = "",
    now: datetime,
    token: UUID | None = None,
    channel: Channel = Channel.ONLINE,
) -> Submission:
    """Add a security group without customers or logons.

    Raises ``Refused`` (hidden for whoever may not see the portfolio) and ``Invalid`` for a name that is taken. The
    same ``token`` again returns the first receipt.
    """
    standing = _standing(actor, portfolio, now)
    earlier = submitted_before(actor, token)
    if earlier is not None:
        return earlier
    _check_name(portfolio, name)
    submission = receipt(ADD, actor=actor, token=token, channel=channel, now=now)
    group = begin_group(
        portfolio=portfolio,
        name=name,
        description=description,
        submission=submission.confirmation_number,
        now=now,
    )
    event = SecurityGroupAdded(group=group.pk, portfolio=portfolio)
    return record_change(event, group.pk, standing=standing, submission=submission, channel=channel, now=now)


@transaction.atomic
def change_group(
    *,
    actor: Logon,
    portfolio: int,
    group: int,
    name: str,
    description: str,
    version: str,
    now: datetime,
    token: UUID | None = None,
    channel: Channel = Channel.ONLINE,
) -> Submission:
    """Give a group another name or description; Default keeps its name. Nobody's access changes.

    ``version`` is what the actor saw (:func:`countersign.security_groups.queries.groups.version_of`). Raises
    ``Refused``, ``Invalid`` and ``Stale``.
    """
    standing = _standing(actor, portfolio, now)
    earlier = submitted_before(actor, token)
    if earlier is not None:
        return earlier
    found = group_of(standing, group, at=now)
    if found.version != version:
        raise Stale(what=Reason.REQUEST_CHANGED)
    wanted = found.group.name if found.group.is_default else name
    if wanted != found.group.name:
        _check_name(portfolio, wanted, itself=group)
    if (wanted, description) == (found.group.name, found.group.description):
        raise Invalid({"name": _("Change the name or the description: so far nothing changes.")})
    submission = receipt(CHANGE, actor=actor, token=token, channel=channel, now=now)
    changed = SecurityGroup.objects.filter(pk=group, ended_at__isnull=True).update(name=wanted, description=description)
    if changed != 1:
        raise Stale(what=Reason.REQUEST_CHANGED)
    event = SecurityGroupChanged(group=group, portfolio=portfolio)
    return record_change(event, group, standing=standing, submission=submission, channel=channel, now=now)


@transaction.atomic
def delete_group(
    *,
    actor: Logon,
    portfolio: int,
    group: int,
    version: str,
    now: datetime,
    token: UUID | None = None,
    channel: Channel = Channel.ONLINE,
) -> Submission:
    """End a group: its customers go to Default, and its logons are no longer let in through it.

    ``version`` names the preview that was shown: ``Stale`` when it would do something else by now. Raises
    ``Refused``, and ``Invalid`` for Default, which every portfolio keeps.
    """
    standing = _standing(actor, portfolio, now)
    earlier = submitted_before(actor, token)
    if earlier is not None:
        return earlier
    check_deletable(group_of(standing, group, at=now).group)
    preview = preview_of_placing(portfolio, Chosen(group=group), group=standing.default_group, at=after_waiting(now))
    if preview.version != version:
        raise Stale(what=Reason.ACCESS_CHANGED)
    submission = receipt(DELETE, actor=actor, token=token, channel=channel, now=now)
    moved = end_group(
        group=SecurityGroup.objects.get(pk=group),
        default_group=standing.default_group,
        submission=submission.confirmation_number,
        now=now,
    )
    event = SecurityGroupDeleted(group=group, portfolio=portfolio, customers=moved)
    return record_change(
        event, group, standing=standing, submission=submission, channel=channel, now=now, changes=preview.logons
    )


def check_may_shape(standing: Standing) -> None:
    """Raises ``Refused`` unless the actor may add, rename and delete groups of the portfolio."""
    reason = may_shape_groups(standing.standpoint)
    if reason is not None:
        raise Refused(reason)


def check_deletable(group: SecurityGroup) -> None:
    """Raises ``Invalid`` for the Default group."""
    if group.is_default:
        raise Invalid({"group": _("The Default group cannot be deleted: every customer without a group is in it.")})


def _standing(actor: Logon, portfolio: int, now: datetime) -> Standing:
    standing = held_portfolio(actor, portfolio, at=now)
    check_may_shape(standing)
    return standing


def _check_name(portfolio: int, name: str, *, itself: int = 0) -> None:
    others = SecurityGroup.objects.filter(portfolio_id=portfolio, ended_at__isnull=True).exclude(pk=itself)
    if _as_read(name) in map(_as_read, others.values_list("name", flat=True)):
        raise Invalid({"name": _("There is a security group of this name already. Choose another name.")})


def _as_read(name: str) -> str:
    """What a reader tells names apart by: neither capitals nor blanks nor signs that show nothing or show the same."""
    shown = unicodedata.normalize("NFKC", name)
    return " ".join("".join(sign for sign in shown if unicodedata.category(sign) != "Cf").casefold().split())
