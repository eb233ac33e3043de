"""A Master Administrator of the client gives what was asked, or less (SPEC 6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from countersign.access.operations.customers import lock_reach
from countersign.access.operations.grants import begin_grants, end_grants, lock_accounts
from countersign.access.operations.holding import hold_standing
from countersign.access.queries.own import administered_taxpayer
from countersign.events import Channel, record
from countersign.logons.models import Logon
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.reasons import Reason
from countersign.policy.rights import Rights
from countersign.taxpayers.models import Account
from countersign.third_party_access.events import ThirdPartyAccessApproved
from countersign.third_party_access.models import AccessRequest, State
from countersign.third_party_access.operations.closing import (
    both_sides,
    check_pending,
    close_request,
    locked_request,
)
from countersign.third_party_access.queries.grants import current_grants
from countersign.third_party_access.queries.periods import day_of, end_of, start_of
from countersign.third_party_access.queries.requests import RequestSeen, seen


@transaction.atomic
def approve_access(
    *,
    actor: Logon,
    taxpayer: int,
    request: int,
    rights: Mapping[int, Rights],
    ends_on: date | None,
    version: str,
    now: datetime,
    channel: Channel = Channel.ONLINE,
) -> AccessRequest:
    """Approve a request in whole or in part, effective on commit.

    ``rights``: account key → rights given, No Access or absent for none; at most what was asked. ``ends_on``: the
    last day that counts, at most what was asked. ``version``: what the actor saw and signs. Access that the
    third party already holds on an account that is given is replaced; on other accounts it stays as it is.

    Raises ``Refused`` (law 6: own request; client frozen or paused; third party frozen or closed; hidden where
    the actor may not know of it), ``Invalid`` by field, or ``Stale`` if it was answered, withdrawn or expired
    before, or if anything of what the actor saw has changed.
    """
    locked = locked_request(request)
    hold_standing(actor=actor.pk, taxpayers=[taxpayer, locked.third_party_id])
    client = administered_taxpayer(actor, taxpayer, at=now)
    if locked.client_id != client.pk:
        raise Refused(Reason.NOT_FOUND, hidden=True)
    lock_accounts(
        Account.objects.filter(taxpayer=client, account_type__in=locked.asked.values("account_type")).values_list(
            "pk", flat=True
        )
    )
    lock_reach(locked.third_party_id, sources_change=False)
    present = seen(locked, actor=actor, client=client, at=now)
    if present.refusal is not None:
        raise Refused(present.refusal)
    check_pending(locked, now=now)
    if version != present.version:
        raise Stale(what=Reason.REQUEST_CHANGED, number=locked.confirmation_number)
    given = check_answer(present, rights, ends_on, now)
    _begin(locked, given, ends_on, now)
    partly = _is_less(present, given, ends_on)
    close_request(locked, state=State.PARTLY_APPROVED if partly else State.APPROVED, actor=actor, now=now)
    record(
        ThirdPartyAccessApproved(
            request=locked.pk,
            partly=partly,
            rights=tuple((account, int(level)) for account, level in sorted(given.items())),
            ends_on=ends_on,
        ),
        actor=actor,
        channel=channel,
        at=now,
        submission=locked.confirmation_number,
        taxpayers=both_sides(locked),
    )
    return locked


def check_answer(
    present: RequestSeen, rights: Mapping[int, Rights], ends_on: date | None, now: datetime
) -> dict[int, Rights]:
    """The rights given, if they are what was asked or less. Raises ``Invalid`` by field."""
    asked = {row.account.pk: row.asked for row in present.accounts}
    given = {account: level for account, level in rights.items() if level > Rights.NO_ACCESS}
    request = present.request
    problems: dict[str, str] = {}
    if not given:
        problems["rights"] = _("Choose rights for at least one account, or decline the request.")
    elif any(level > asked.get(account, Rights.NO_ACCESS) for account, level in given.items()):
        problems["rights"] = _("You can give what was asked, or less.")
    if ends_on is None and request.ends_on is not None:
        problems["ends_on"] = _("They ask for access until a day. Enter that day or an earlier one.")
    elif ends_on is not None and request.ends_on is not None and ends_on > request.ends_on:
        problems["ends_on"] = _("They ask for less time than that. Enter the day they ask for or an earlier one.")
    elif ends_on is not None and ends_on < max(request.begins_on, day_of(now)):
        problems["ends_on"] = _("The last day cannot be before access begins.")
    if problems:
        raise Invalid(problems)
    return given


def _begin(request: AccessRequest, given: Mapping[int, Rights], ends_on: date | None, now: datetime) -> None:
    begins_at = max(start_of(request.begins_on), now)
    if begins_at > now:
        _carry_over(request, given, begins_at, now)
    begin_grants(
        third_party=request.third_party_id,
        rights=given,
        begins_at=begins_at,
        ends_at=end_of(ends_on),
        submission=request.confirmation_number,
        now=now,
    )


def _carry_over(request: AccessRequest, given: Mapping[int, Rights], until: datetime, now: datetime) -> None:
    """What is held now lasts until the new access begins: it is ended and begun anew with that end.

    Facts never change, so a live grant cannot simply be given an earlier end.
    """
    held = list(current_grants(request.third_party_id, at=now).filter(account_id__in=given, begins_at__lte=now))
    held = [grant for grant in held if grant.ends_at is None or grant.ends_at > until]
    end_grants(grants=held, submission=request.confirmation_number, now=now)
    for grant in held:
        begin_grants(
            third_party=request.third_party_id,
            rights={grant.account_id: Rights(grant.rights)},
            begins_at=now,
            ends_at=until,
            submission=request.confirmation_number,
            now=now,
        )


def _is_less(present: RequestSeen, given: Mapping[int, Rights], ends_on: date | None) -> bool:
    every_right = all(given.get(row.account.pk, Rights.NO_ACCESS) == row.asked for row in present.accounts)
    return not every_right or bool(present.without_account) or ends_on != present.request.ends_on
