"""Request to Manage Other Taxpayer's Accounts (SPEC 6, door 1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from countersign.access.operations.holding import hold_standing
from countersign.access.queries.own import administered_taxpayer
from countersign.events import Channel, record
from countersign.logons.models import Logon
from countersign.policy.delegation import Standpoint, may_request
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.reasons import Reason
from countersign.policy.rights import Rights
from countersign.submissions.models import Submission
from countersign.submissions.operations import open_submission
from countersign.submissions.queries import submitted_before
from countersign.taxpayers.models import AccountType, IdType, Taxpayer
from countersign.third_party_access.events import ThirdPartyAccessRequested
from countersign.third_party_access.kinds import REQUEST
from countersign.third_party_access.models import AccessRequest, AskedRights
from countersign.third_party_access.operations.closing import expire_lapsed
from countersign.third_party_access.operations.match_client import Match, match_client
from countersign.third_party_access.queries.periods import LAST_YEAR, day_of, end_of
from countersign.third_party_access.queries.sides import conditions_of, taxpayer_facts

LONGEST_MESSAGE = 1000
LONGEST_NAME = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """What a third party wants to ask. ``rights``: account type key → rights."""

    id_type: str
    id_number: str
    legal_name: str
    rights: Mapping[int, Rights]
    begins_on: date
    ends_on: date | None = None
    message: str = ""


def prepare_request(*, actor: Logon, third_party: int, asked: Asked, now: datetime) -> tuple[Taxpayer, Match]:
    """Everything that :func:`request_access` checks, for the review before Submit. Changes no access.

    Returns the third party and what was found. Raises as :func:`request_access` does; a mismatch counts.
    """
    firm = asking_firm(actor, third_party, now=now)
    _check_shape(asked, now)
    match = match_client(
        actor=actor,
        third_party=firm,
        id_type=asked.id_type,
        id_number=asked.id_number,
        legal_name=asked.legal_name,
        now=now,
    )
    _check_none_pending(firm, match, asked, now)
    return firm, match


def request_access(
    *,
    actor: Logon,
    third_party: int,
    asked: Asked,
    now: datetime,
    token: UUID | None = None,
    channel: Channel = Channel.ONLINE,
) -> AccessRequest:
    """Ask a taxpayer for access to its accounts (SPEC 6). The same ``token`` again returns the first request.

    Raises ``Refused`` (hidden unless the actor administers the third party; the third party is frozen or closed;
    too many mismatches today), or ``Invalid`` by field. Account types of which the client has no open account,
    and a frozen client, are not told: they are the client's own business.
    """
    earlier = _submitted(actor, token)
    if earlier is not None:
        return earlier
    try:
        firm, match = prepare_request(actor=actor, third_party=third_party, asked=asked, now=now)
    except Invalid:
        # "Already pending" may be this very page's other Submit, which ended meanwhile.
        earlier = _submitted(actor, token)
        if earlier is not None:
            return earlier
        raise
    try:
        with transaction.atomic():
            return _submit(actor, firm, match, asked, now, token, channel)
    except IntegrityError as conflict:
        earlier = _submitted(actor, token)
        if earlier is not None:
            return earlier
        if "one_pending_request_per_account_type" not in str(conflict):
            raise
        _check_none_pending(firm, match, asked, now)
        raise Stale(what=Reason.REQUEST_CHANGED) from conflict


def _submit(
    actor: Logon,
    firm: Taxpayer,
    match: Match,
    asked: Asked,
    now: datetime,
    token: UUID | None,
    channel: Channel,
) -> AccessRequest:
    client = match.client
    hold_standing(actor=actor.pk, taxpayers=[firm.pk])
    asking_firm(actor, firm.pk, now=now)
    expire_lapsed(
        AccessRequest.objects.filter(third_party=firm, id_number_hash=match.number_hash, expires_at__lte=now), now=now
    )
    submission = open_submission(
        kind=REQUEST,
        actor=actor,
        now=now,
        channel=channel,
        taxpayer=client.pk if client else None,
        third_party=firm.pk,
        waits_for=client.pk if client else None,
        token=token,
    )
    request = AccessRequest.objects.create(
        confirmation_number=submission.confirmation_number,
        third_party=firm,
        client=client,
        id_type=asked.id_type,
        id_number_hash=match.number_hash,
        id_number_last4=match.last4,
        name_given=" ".join(asked.legal_name.split()),
        begins_on=asked.begins_on,
        ends_on=asked.ends_on,
        message=asked.message.strip(),
        requested_by=actor,
        requested_at=now,
        expires_at=expiry_of(asked.ends_on, now),
    )
    Submission.objects.filter(pk=submission.pk).update(subject=request.pk)
    AskedRights.objects.bulk_create(
        AskedRights(
            request=request,
            account_type_id=account_type,
            rights=int(rights),
            third_party=firm,
            id_number_hash=match.number_hash,
        )
        for account_type, rights in sorted(asked.rights.items())
    )
    record(
        ThirdPartyAccessRequested(request=request.pk),
        actor=actor,
        channel=channel,
        at=now,
        submission=request.confirmation_number,
        taxpayers=[firm.pk] if client is None else [client.pk, firm.pk],
    )
    return request


def asking_firm(actor: Logon, third_party: int, *, now: datetime) -> Taxpayer:
    """The third party, if the actor may ask for it. Raises ``Refused`` as :func:`request_access` does."""
    firm = administered_taxpayer(actor, third_party, at=now)
    facts = taxpayer_facts(firm, conditions_of([firm.pk], at=now))
    reason = may_request(Standpoint(administers_third_party=True), third_party=facts, client=None)
    if reason is not None:
        raise Refused(reason)
    return firm


def _check_shape(asked: Asked, now: datetime) -> None:
    problems: dict[str, str] = {}
    if asked.id_type not in IdType.values:
        problems["id_type"] = _("Choose the type of the number.")
    if not asked.legal_name.strip() or len(asked.legal_name) > LONGEST_NAME:
        problems["legal_name"] = _("Enter the client's legal name, as on a letter from the agency.")
    if not asked.rights or any(not rights for rights in asked.rights.values()):
        problems["rights"] = _("Choose rights for at least one account type.")
    elif AccountType.objects.filter(pk__in=asked.rights).count() != len(asked.rights):
        problems["rights"] = _("Choose from the account types that are listed.")
    if asked.begins_on < day_of(now):
        problems["begins_on"] = _("Access cannot begin in the past. Enter today or a later day.")
    elif asked.begins_on.year > LAST_YEAR:
        problems["begins_on"] = _("Enter a day before the year 2101.")
    if asked.ends_on is not None and asked.ends_on < asked.begins_on:
        problems["ends_on"] = _("The last day cannot be before the first.")
    elif asked.ends_on is not None and asked.ends_on.year > LAST_YEAR:
        problems["ends_on"] = _("Enter a day before the year 2101, or leave it empty for no end.")
    if len(asked.message) > LONGEST_MESSAGE:
        problems["message"] = _("Shorten the message to 1,000 characters.")
    if problems:
        raise Invalid(problems)


def _check_none_pending(firm: Taxpayer, match: Match, asked: Asked, now: datetime) -> None:
    """One pending request per firm, client and account type; an expired one does not stand in the way."""
    pending = (
        AskedRights.objects.filter(
            third_party=firm,
            id_number_hash=match.number_hash,
            account_type_id__in=asked.rights,
            open=True,
            request__expires_at__gt=now,
        )
        .select_related("request", "account_type")
        .order_by("account_type__name")
        .first()
    )
    if pending is None:
        return
    told = _(
        "A request for %(account_type)s is already pending: confirmation number %(number)s. "
        "Withdraw it first, or ask for other account types."
    )
    number = pending.request.confirmation_number
    raise Invalid({"rights": told % {"account_type": pending.account_type, "number": number}})


def expiry_of(ends_on: date | None, now: datetime) -> datetime:
    """When a request that nobody answers is over: after 30 days, or with the access that it asks for."""
    lifetime = now + timedelta(days=settings.REQUEST_LIFETIME_DAYS)
    last_moment = end_of(ends_on)
    return lifetime if last_moment is None else min(lifetime, last_moment)


def _submitted(actor: Logon, token: UUID | None) -> AccessRequest | None:
    submission = submitted_before(actor, token)
    if submission is None:
        return None
    return AccessRequest.objects.filter(confirmation_number=submission.confirmation_number).first()
