"""Prove the right to act for a taxpayer (SPEC 3, Register)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from countersign.access.queries.conditions import facts_of
from countersign.events import Channel, record
from countersign.logons import limiter
from countersign.policy.entry import may_enter
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.reasons import Reason
from countersign.registration.events import ProofRefused
from countersign.registration.models import Registration
from countersign.taxpayers.identifiers import id_number_hash, normal_id_number
from countersign.taxpayers.matching import named_taxpayer
from countersign.taxpayers.models import IdType, ProofKind
from countersign.taxpayers.proofs import find_proof, normal_proof

NOBODY = 0
# The same whichever part was wrong, and whether the taxpayer exists (SPEC 3: "No answer says which part was wrong").
NO_MATCH = gettext_lazy(
    "What you entered does not match what the agency has on record. Check each part against a letter or a return: "
    "the number, the name and the proof. A proof that has been used before does not count again."
)


@dataclass(frozen=True, slots=True)
class Claim:
    """For whom somebody says to come, and what is to prove it."""

    id_type: str
    id_number: str
    legal_name: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class _Readable:
    """A claim in its one written form."""

    number_hash: bytes
    value: str


def prove(*, registration: Registration, claim: Claim, source: str, now: datetime) -> Registration:
    """Remember for whom the person comes, if number, name and proof all match. The proof is used up only at the end.

    Raises ``Invalid`` by field for what cannot be a number or a proof at all, and one neutral ``Invalid`` for what
    does not match; ``Locked`` after too many failures of the day (nothing was checked; the same for taxpayers that
    do not exist); ``Refused`` when it matched, but nobody may come in (frozen, deceased); ``Stale`` when the
    registration is over.
    """
    readable = _readable(claim)
    whom = f"{claim.id_type}:{readable.number_hash.hex()}"
    counted = _limits(claim.kind, whom, source)
    _reserve(counted, now)
    named = named_taxpayer(claim.id_type, readable.number_hash, claim.legal_name)
    key = named.taxpayer.pk if named.taxpayer is not None else NOBODY
    proof = find_proof(key, claim.kind, readable.value, now=now)
    if named.taxpayer is None or not named.matches or proof is None:
        _record_failure(registration, claim, key, now)
        raise Invalid({"": str(NO_MATCH)})
    for limit in counted:
        limiter.release(limit)
    reason = may_enter(facts_of(named.taxpayer, at=now))
    if reason is not None:
        raise Refused(reason)
    changed = Registration.objects.filter(pk=registration.pk, done_at__isnull=True, expires_at__gt=now).update(
        taxpayer=named.taxpayer, proof=proof.pk, proved_by=proof.kind, representative=""
    )
    if changed != 1:
        raise Stale(what=Reason.REGISTRATION_OVER)
    registration.refresh_from_db()
    return registration


def _readable(claim: Claim) -> _Readable:
    problems = {}
    number = normal_id_number(claim.id_type, claim.id_number)
    if number is None:
        problems["id_number"] = (
            _("Enter the number as on a letter from the agency.")
            if claim.id_type == IdType.AGENCY
            else _("Enter nine digits, with or without dashes.")
        )
    value = normal_proof(claim.kind, claim.value)
    if value is None:
        problems["value"] = (
            _("Enter the Letter ID as it stands on the letter.")
            if claim.kind == ProofKind.LETTER_ID
            else _("Enter an amount in dollars and cents, such as 1234.50.")
        )
    if number is None or value is None:
        raise Invalid(problems)
    return _Readable(id_number_hash(claim.id_type, number), value)


def _limits(kind: str, whom: str, source: str) -> list[limiter.Limit]:
    """Failures of the day. A Letter ID has its own counters, so that a stranger cannot block the owner (SPEC 3)."""
    letter = "_letter" if kind == ProofKind.LETTER_ID else ""
    limits = [
        limiter.limit(f"proof_source{letter}", source, "proof_source"),
        limiter.limit(f"proof{letter}", f"{whom} {source}", "proof"),
    ]
    if not letter:
        # Amounts are short: nobody guesses them from many places at once.
        limits.append(limiter.limit("proof_taxpayer", whom, "proof_taxpayer"))
    return limits


def _reserve(counted: list[limiter.Limit], now: datetime) -> None:
    reserved: list[limiter.Limit] = []
    for limit in counted:
        try:
            limiter.reserve(limit, now=now)
        except limiter.Locked:
            for earlier in reserved:
                limiter.release(earlier)
            raise
        reserved.append(limit)


def _record_failure(registration: Registration, claim: Claim, taxpayer: int, now: datetime) -> None:
    """Put it on record. Where there is no such taxpayer the same is written and taken back: equal work."""
    event = ProofRefused(door=registration.door, proof=claim.kind)
    with transaction.atomic(), transaction.atomic():
        record(event, actor=None, channel=Channel.ONLINE, at=now, reason="no_match", taxpayers=[taxpayer])
        if taxpayer == NOBODY:
            transaction.set_rollback(True)  # of the inner one: both ways end with a commit
