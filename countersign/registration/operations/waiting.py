"""How the waiting of a provisional Master Administrator ends (SPEC 3): by the letter's code, or after 10 days."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from countersign.access.models import TaxpayerAccess
from countersign.access.operations.own import hold_taxpayer, make_full
from countersign.access.queries.conditions import facts_of
from countersign.access.queries.own import is_active, is_secondary, live_at
from countersign.events import Channel, record
from countersign.logons import limiter
from countersign.logons.models import Logon
from countersign.policy.entry import may_enter, may_turn_full
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.reasons import Reason
from countersign.registration.events import WaitingEnded
from countersign.registration.kinds import LETTER_CODE, WAITING_OVER
from countersign.registration.models import Dispute, RequestForAccess, RequestState
from countersign.registration.operations.admit import ask_for_the_provisional
from countersign.registration.operations.requests import close_request
from countersign.registration.queries import masters, own_access
from countersign.submissions.models import Status
from countersign.submissions.operations import open_submission
from countersign.taxpayers.models import ProofKind
from countersign.taxpayers.proofs import find_proof, normal_proof, use_proof


def enter_code(*, actor: Logon, taxpayer: int, code: str, source: str, now: datetime) -> str:
    """End the waiting with a Letter ID mailed to the taxpayer. Returns the confirmation number.

    Raises a hidden ``Refused`` where the actor is nothing to the taxpayer, ``Stale`` where nothing waits any more,
    ``Refused`` (frozen, deceased; another full Master Administrator decides), ``Invalid`` for a wrong code, ``Locked``
    after five wrong ones of a day.
    """
    held = own_access(actor.pk, taxpayer, at=now)
    if held is None or is_secondary(actor.pk) or not is_active(actor.pk, at=now):
        raise Refused(Reason.NOT_FOUND, hidden=True)
    if not held.provisional:
        raise Stale(what=Reason.ACCESS_CHANGED)
    value = normal_proof(ProofKind.LETTER_ID, code)
    if value is None:
        raise Invalid({"code": _wrong()})
    counted = limiter.limit("letter_code", f"{taxpayer} {actor.pk}", "proof")
    limiter.reserve(counted, now=now)
    with transaction.atomic():
        locked = hold_taxpayer(taxpayer)
        proof = find_proof(taxpayer, ProofKind.LETTER_ID, value, now=now)
        if proof is None:
            raise Invalid({"code": _wrong()})
        access = own_access(actor.pk, taxpayer, at=now)
        if access is None or not access.provisional:
            raise Stale(what=Reason.ACCESS_CHANGED)
        reason = may_enter(facts_of(locked, at=now))
        if reason is None and masters(taxpayer, provisional=False, at=now).exclude(pk=actor.pk).exists():
            reason = Reason.NOT_MASTER_ADMINISTRATOR
        if reason is not None:
            raise Refused(reason)
        if not use_proof(proof.pk, now=now):
            raise Stale(what=Reason.PROOF_USED)
        number = _turn(access, kind=LETTER_CODE, why="letter_code", actor=actor, channel=Channel.ONLINE, now=now)
    limiter.forget(counted)
    return number


def end_waiting_in_time(*, now: datetime) -> int:
    """Periodic: who waited 10 days is full now, unless another decides, or the taxpayer is frozen or disputed."""
    over = now - timedelta(days=settings.PROVISIONAL_DAYS)
    waited = TaxpayerAccess.objects.filter(live_at(now), provisional=True, accepted=True, begins_at__lte=over)
    turned = 0
    for taxpayer, logon in waited.order_by("begins_at", "pk").values_list("taxpayer_id", "logon_id"):
        with transaction.atomic():
            locked = hold_taxpayer(taxpayer)
            access = own_access(logon, taxpayer, at=now)
            if access is None or not access.provisional or access.begins_at > over or not is_active(logon, at=now):
                continue
            others = masters(taxpayer, provisional=False, at=now).exclude(pk=logon)
            disputed = Dispute.objects.filter(taxpayer=taxpayer, closed_at__isnull=True)
            facts = facts_of(locked, at=now)
            if may_turn_full(other_full_master=others.exists(), disputed=disputed.exists(), taxpayer=facts) is None:
                _turn(access, kind=WAITING_OVER, why="time", actor=None, channel=Channel.SYSTEM, now=now)
                turned += 1
    return turned


def _turn(access: TaxpayerAccess, *, kind: str, why: str, actor: Logon | None, channel: Channel, now: datetime) -> str:
    submission = open_submission(
        kind=kind,
        actor=access.logon,
        now=now,
        channel=channel,
        status=Status.PROCESSED,
        taxpayer=access.taxpayer_id,
    )
    number = submission.confirmation_number
    full = make_full(access=access, submission=number, now=now)
    type(submission).objects.filter(pk=submission.pk).update(subject=full.pk)
    # What this person had asked for is answered by the proof.
    asked = RequestForAccess.objects.select_for_update(no_key=True).filter(
        taxpayer_id=access.taxpayer_id, requested_by=access.logon, state=RequestState.PENDING
    )
    for request in asked:
        close_request(request, state=RequestState.APPROVED, actor=actor, now=now, given="MA")
    ask_for_the_provisional(access.taxpayer, but=access.logon, now=now)
    record(
        WaitingEnded(logon=access.logon_id, why=why),
        actor=actor,
        channel=channel,
        at=now,
        submission=number,
        taxpayers=[access.taxpayer_id],
        logons=[access.logon_id],
    )
    return number


def _wrong() -> str:
    return _("This is not the Letter ID of a letter to the address on record. Check it, or wait for the newest letter.")
