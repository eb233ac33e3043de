"""A person who proved the right to act comes in: as Master Administrator, or with a request (SPEC 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from countersign import mail
from countersign.access.models import TaxpayerAccess
from countersign.access.operations.own import begin_access, hold_taxpayer
from countersign.access.queries.conditions import facts_of
from countersign.access.queries.own import is_secondary, live_at
from countersign.events import Channel, record
from countersign.letters.operations import new_code, spaced, write
from countersign.logons.models import Logon
from countersign.policy.entry import Outcome, may_enter
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.reasons import Reason
from countersign.policy.rights import AccessType
from countersign.registration.events import (
    BecameMasterAdministrator,
    DisputeOpened,
    RepresentativeRegistered,
)
from countersign.registration.kinds import DISPUTE, REGISTRATION
from countersign.registration.models import Dispute, Registration, RequestForAccess, RequestState
from countersign.registration.operations.represent import new_representative
from countersign.registration.operations.requests import open_request
from countersign.registration.queries import outcome_for, own_access
from countersign.submissions.models import Status
from countersign.submissions.operations import open_submission
from countersign.taxpayers.models import ProofKind, Taxpayer
from countersign.taxpayers.proofs import add_letter_id, use_proof

LETTER_KIND = "provisional_access"


@dataclass(frozen=True, slots=True)
class Entered:
    """What a registration came to, and the confirmation number under which it stands."""

    outcome: Outcome
    number: str
    disputed: bool = False


def admit(*, logon: Logon, registration: Registration, dispute: bool, now: datetime) -> Entered:
    """Let the logon in as what it proved to be. Inside the transaction that holds the registration's row.

    The taxpayer's row is held: of two who prove at once one is first. The proof is used up here. Raises ``Refused``
    (frozen, deceased; a secondary logon never has access of its own), ``Invalid`` where the logon administers the
    taxpayer already, ``Stale`` where the proof has been used meanwhile.
    """
    if is_secondary(logon.pk):
        raise Refused(Reason.NOT_MASTER_ADMINISTRATOR)
    if registration.representative:
        return _as_representative(logon, registration, now)
    assert registration.taxpayer_id is not None
    taxpayer = hold_taxpayer(registration.taxpayer_id)
    reason = may_enter(facts_of(taxpayer, at=now))
    if reason is not None:
        raise Refused(reason)
    held = own_access(logon.pk, taxpayer.pk, at=now)
    if held is not None and held.access_type == AccessType.MASTER_ADMINISTRATOR.value and not held.provisional:
        raise Invalid({"": _("You are Master Administrator of this taxpayer already: there is nothing to prove.")})
    if RequestForAccess.objects.filter(
        taxpayer=taxpayer, requested_by=logon, state=RequestState.PENDING, expires_at__gt=now
    ).exists():
        raise Invalid({"": _("You have asked for access to this taxpayer already. Its Master Administrators decide.")})
    if registration.proof is None or not use_proof(registration.proof, now=now):
        raise Stale(what=Reason.PROOF_USED)
    becomes = outcome_for(taxpayer.pk, proved_by=registration.proved_by, logon=logon.pk, at=now)
    if becomes is Outcome.REQUEST:
        if dispute and registration.proved_by == ProofKind.LETTER_ID:
            return _dispute(logon, taxpayer, now)
        request = open_request(logon=logon, taxpayer=taxpayer, proved_by=registration.proved_by, now=now)
        return Entered(becomes, request.confirmation_number)
    return _as_master(logon, taxpayer, registration, becomes, now)


def _as_master(
    logon: Logon, taxpayer: Taxpayer, registration: Registration, becomes: Outcome, now: datetime
) -> Entered:
    submission = open_submission(kind=REGISTRATION, actor=logon, now=now, status=Status.PROCESSED, taxpayer=taxpayer.pk)
    provisional = becomes is Outcome.PROVISIONAL
    begun = begin_access(
        logon=logon,
        taxpayer=taxpayer,
        access_type=AccessType.MASTER_ADMINISTRATOR,
        provisional=provisional,
        submission=submission.confirmation_number,
        now=now,
    )
    if provisional:
        write_code(taxpayer, registration.language, now)
    else:
        ask_for_the_provisional(taxpayer, but=logon, now=now)
    type(submission).objects.filter(pk=submission.pk).update(subject=begun.pk)
    record(
        BecameMasterAdministrator(proof=registration.proved_by, provisional=provisional),
        actor=logon,
        channel=Channel.ONLINE,
        at=now,
        submission=submission.confirmation_number,
        taxpayers=[taxpayer.pk],
    )
    return Entered(becomes, submission.confirmation_number)


def ask_for_the_provisional(taxpayer: Taxpayer, *, but: Logon, now: datetime) -> None:
    """There is a full Master Administrator now: it decides about those who waited as provisional ones."""
    waiting = TaxpayerAccess.objects.filter(live_at(now), taxpayer=taxpayer, provisional=True).exclude(logon=but)
    for access in waiting.select_related("logon").order_by("logon_id"):
        asked = RequestForAccess.objects.filter(
            taxpayer=taxpayer, requested_by=access.logon, state=RequestState.PENDING
        )
        if not asked.exists():
            open_request(
                logon=access.logon,
                taxpayer=taxpayer,
                proved_by="",
                now=now,
                channel=Channel.SYSTEM,
            )


def write_code(taxpayer: Taxpayer, language: str, now: datetime) -> None:
    """A letter to the address on record, at once, whose code ends the waiting (SPEC 3).

    The code is a Letter ID like any other: whoever gets the letter and did not register can register with it.
    """
    code = new_code()
    until = timezone.localdate(now) + timedelta(days=settings.LETTER_CODE_DAYS)
    with mail.in_language(language):
        letter = write(
            taxpayer=taxpayer,
            kind=LETTER_KIND,
            language=language,
            subject=_("Somebody has registered for you online"),
            paragraphs=[
                _("Somebody has registered online to act for %(name)s and proved to know a return or a payment of it.")
                % {"name": taxpayer.legal_name},
                _("If it was you: sign in, choose Manage My Profile, and enter this Letter ID: %s") % spaced(code),
                _("If it was not: register yourself with this Letter ID, or call the agency. You then decide."),
            ],
            now=now,
        )
    add_letter_id(taxpayer.pk, label=f"Letter {letter.pk}", code=code, expires_on=until)


def _as_representative(logon: Logon, registration: Registration, now: datetime) -> Entered:
    taxpayer = new_representative(registration.representative)
    submission = open_submission(kind=REGISTRATION, actor=logon, now=now, status=Status.PROCESSED, taxpayer=taxpayer.pk)
    number = submission.confirmation_number
    record(
        RepresentativeRegistered(representative=taxpayer.pk),
        actor=logon,
        channel=Channel.ONLINE,
        at=now,
        submission=number,
        taxpayers=[taxpayer.pk],
    )
    begun = begin_access(
        logon=logon,
        taxpayer=taxpayer,
        access_type=AccessType.MASTER_ADMINISTRATOR,
        submission=number,
        now=now,
    )
    type(submission).objects.filter(pk=submission.pk).update(subject=begun.pk)
    record(
        BecameMasterAdministrator(proof="none", provisional=False),
        actor=logon,
        channel=Channel.ONLINE,
        at=now,
        submission=number,
        taxpayers=[taxpayer.pk],
    )
    return Entered(Outcome.FULL, number)


def _dispute(logon: Logon, taxpayer: Taxpayer, now: datetime) -> Entered:
    """For staff: those whom it is about are not told, and do not see it in the taxpayer's history."""
    submission = open_submission(kind=DISPUTE, actor=logon, now=now)
    opened = Dispute.objects.create(
        confirmation_number=submission.confirmation_number, taxpayer=taxpayer, opened_by=logon, opened_at=now
    )
    type(submission).objects.filter(pk=submission.pk).update(subject=opened.pk)
    record(
        DisputeOpened(dispute=opened.pk, taxpayer=taxpayer.pk),
        actor=logon,
        channel=Channel.ONLINE,
        at=now,
        submission=submission.confirmation_number,
    )
    return Entered(Outcome.REQUEST, submission.confirmation_number, disputed=True)
