"""A Master Administrator decides a request for access: as MA, as TA with rights per account, or no (SPEC 3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from countersign.access.operations.holding import hold_standing
from countersign.access.operations.own import begin_access
from countersign.access.queries.conditions import facts_of
from countersign.access.queries.own import administered_taxpayer, is_active
from countersign.events import Channel, record
from countersign.logons.models import Logon
from countersign.policy.entry import may_let_in
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.reasons import Reason
from countersign.policy.rights import AccessType, Rights
from countersign.registration.events import (
    AccessGivenOnRequest,
    AccessRequestDeclined,
    RequestForAccessExpired,
    RequestForAccessWithdrawn,
)
from countersign.registration.models import RequestForAccess, RequestState
from countersign.registration.operations.requests import check_pending, close_request, held_request
from countersign.registration.queries import own_access
from countersign.taxpayers.models import Account

BATCH = 200


@transaction.atomic
def let_in(
    *,
    actor: Logon,
    taxpayer: int,
    request: int,
    access_type: AccessType,
    rights: Mapping[int, Rights],
    now: datetime,
) -> RequestForAccess:
    """Approve: the person is Master or Tax Administrator at once, it has asked for it itself.

    ``rights``: account key → rights of a Tax Administrator. Raises ``Refused`` (hidden where the actor may not know;
    own request; frozen), ``Invalid`` by field, ``Stale`` when it was answered, withdrawn or expired before, or the
    person is full Master Administrator by now.
    """
    locked = held_request(request)
    hold_standing(actor=actor.pk, taxpayers=[taxpayer])
    administered_taxpayer(actor, taxpayer, at=now)
    if locked.taxpayer_id != taxpayer:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    reason = may_let_in(
        administers=True, own_request=locked.requested_by_id == actor.pk, taxpayer=facts_of(locked.taxpayer, at=now)
    )
    if reason is not None:
        raise Refused(reason)
    check_pending(locked, now=now)
    if not is_active(locked.requested_by_id, at=now):
        raise Refused(Reason.LOGON_NOT_ACTIVE)
    held = own_access(locked.requested_by_id, taxpayer, at=now)
    if held is not None and held.access_type == AccessType.MASTER_ADMINISTRATOR.value and not held.provisional:
        # It has become one in another way: no Master Administrator takes that from another (SPEC 4).
        raise Stale(what=Reason.ACCESS_CHANGED)
    given = check_rights(taxpayer, access_type, rights)
    close_request(locked, state=RequestState.APPROVED, actor=actor, now=now, given=access_type.value)
    begin_access(
        logon=locked.requested_by,
        taxpayer=locked.taxpayer,
        access_type=access_type,
        rights=given,
        submission=locked.confirmation_number,
        now=now,
    )
    pairs = tuple((account, int(level)) for account, level in sorted(given.items()))
    _record(locked, AccessGivenOnRequest(request=locked.pk, access_type=access_type.value, rights=pairs), actor, now)
    return locked


def check_rights(taxpayer: int, access_type: AccessType, rights: Mapping[int, Rights]) -> dict[int, Rights]:
    """The rights that count. Raises ``Invalid`` for a Tax Administrator without any, or for others' accounts."""
    if access_type is AccessType.MASTER_ADMINISTRATOR:
        return {}
    given = {account: level for account, level in rights.items() if level > Rights.NO_ACCESS}
    if not given:
        raise Invalid({"access_type": _("Choose rights for at least one account, or decline the request.")})
    if Account.objects.filter(pk__in=given, taxpayer_id=taxpayer).count() != len(given):
        raise Invalid({"access_type": _("Choose from the accounts that are listed.")})
    return given


@transaction.atomic
def decline(*, actor: Logon, taxpayer: int, request: int, now: datetime) -> RequestForAccess:
    """Do not let the person in; what it held provisionally ends. Raises as :func:`let_in`, but no freeze stops it."""
    locked = held_request(request)
    hold_standing(actor=actor.pk, taxpayers=[taxpayer])
    administered_taxpayer(actor, taxpayer, at=now)
    if locked.taxpayer_id != taxpayer:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    if locked.requested_by_id == actor.pk:
        raise Refused(Reason.OWN_REQUEST)
    check_pending(locked, now=now)
    close_request(locked, state=RequestState.DECLINED, actor=actor, now=now)
    _record(locked, AccessRequestDeclined(request=locked.pk), actor, now)
    return locked


@transaction.atomic
def withdraw(*, actor: Logon, request: int, now: datetime) -> RequestForAccess:
    """Whoever asked takes it back. Raises a hidden ``Refused`` for anybody else, ``Stale`` when it is closed."""
    locked = held_request(request)
    if locked.requested_by_id != actor.pk or not is_active(actor.pk, at=now):
        raise Refused(Reason.NOT_FOUND, hidden=True)
    check_pending(locked, now=now)
    close_request(locked, state=RequestState.WITHDRAWN, actor=actor, now=now)
    _record(locked, RequestForAccessWithdrawn(request=locked.pk), actor, now)
    return locked


def end_requests_of(*, logon: int, now: datetime) -> int:
    """What a logon asked for ends with it (SPEC 3, Delete My Profile). Inside the caller's transaction. How many."""
    pending = RequestForAccess.objects.filter(requested_by_id=logon, state=RequestState.PENDING)
    keys = list(pending.order_by("taxpayer_id").values_list("pk", flat=True))
    ended = 0
    for key in keys:
        locked = held_request(key)
        if locked.state == RequestState.PENDING:
            close_request(locked, state=RequestState.WITHDRAWN, actor=None, now=now)
            _record(locked, RequestForAccessWithdrawn(request=locked.pk), None, now)
            ended += 1
    return ended


def expire_requests_for_access(*, now: datetime) -> int:
    """Periodic: close pending requests for access whose 30 days are over. Returns how many."""
    closed = 0
    pending = RequestForAccess.objects.filter(state=RequestState.PENDING, expires_at__lte=now)
    for key in pending.order_by("expires_at").values_list("pk", flat=True)[:BATCH]:
        with transaction.atomic():
            locked = held_request(key)
            if locked.state != RequestState.PENDING:
                continue
            close_request(locked, state=RequestState.EXPIRED, actor=None, now=now)
            _record(locked, RequestForAccessExpired(request=locked.pk), None, now)
            closed += 1
    return closed


def _record(
    request: RequestForAccess,
    event: AccessGivenOnRequest | AccessRequestDeclined | RequestForAccessWithdrawn | RequestForAccessExpired,
    actor: Logon | None,
    now: datetime,
) -> None:
    record(
        event,
        actor=actor,
        channel=Channel.ONLINE if actor is not None else Channel.SYSTEM,
        at=now,
        submission=request.confirmation_number,
        taxpayers=[request.taxpayer_id],
        logons=[request.requested_by_id],
    )
