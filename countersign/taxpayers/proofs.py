"""What proves the right to act for a taxpayer: in its one written form, found, and used once (SPEC 3)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils import timezone

from countersign.taxpayers.identifiers import keyed_hash
from countersign.taxpayers.models import Proof, ProofKind

LONGEST = 64
# How many taxpayers must share a label before strangers are told it: it then says nothing about any of them.
SHARED_BY = 10
LOOKED_AT = 2_000
_AMOUNT = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?")


def normal_proof(kind: str, typed: str) -> str | None:
    """What was typed, in the form in which imports hash it; None if it cannot be one.

    A Letter ID without blanks and dashes, in capitals; an amount without $, blanks and thousands' commas.
    """
    if kind == ProofKind.LETTER_ID:
        plain = typed.replace("-", "").replace(" ", "").upper()
        return plain if 0 < len(plain) <= LONGEST and plain.isprintable() else None
    plain = typed.strip().replace("−", "-").replace("$", "").replace(" ", "")
    if "," in plain:
        if not re.fullmatch(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?", plain):
            return None
        plain = plain.replace(",", "")
    if not plain.isascii() or not _AMOUNT.fullmatch(plain):
        return None
    found = Decimal(plain)
    if found < 0 and kind == ProofKind.PAYMENT:
        return None
    return f"{found.normalize() + 0:f}"


def proof_hash(kind: str, normal_value: str) -> bytes:
    """The stored form of what :func:`normal_proof` returned."""
    return keyed_hash(f"proof:{kind}", normal_value)


def usable(now: datetime) -> QuerySet[Proof]:
    """Proofs that nobody has used and that have not expired; the day of expiry is the last that counts."""
    today = timezone.localdate(now)
    return Proof.objects.filter(Q(expires_on__isnull=True) | Q(expires_on__gte=today), used_at__isnull=True)


def find_proof(taxpayer: int, kind: str, normal_value: str, *, now: datetime) -> Proof | None:
    """The usable proof of this kind and value. The same work for a taxpayer that does not exist (key 0)."""
    found = usable(now).filter(taxpayer_id=taxpayer, kind=kind, value_hash=proof_hash(kind, normal_value))
    return found.order_by("pk").first()


def use_proof(proof: int, *, now: datetime) -> bool:
    """Use it up, inside the caller's transaction. False for all but the first: a proof is used once."""
    return usable(now).filter(pk=proof).update(used_at=now) == 1


def add_letter_id(taxpayer: int, *, label: str, code: str, expires_on: date) -> Proof:
    """A Letter ID that goes out in a letter of ours."""
    normal = normal_proof(ProofKind.LETTER_ID, code)
    assert normal is not None
    return Proof.objects.create(
        taxpayer_id=taxpayer,
        kind=ProofKind.LETTER_ID,
        label=label,
        value_hash=proof_hash(ProofKind.LETTER_ID, normal),
        expires_on=expires_on,
    )


def shared_labels(kind: str, *, now: datetime, most: int = 4) -> Sequence[str]:
    """Labels that so many taxpayers have that telling them says nothing about any one (SPEC 3).

    Of the newest proofs only: a stranger's page must not count the whole register.
    """
    newest = usable(now).filter(kind=kind).order_by("-pk").values_list("label", flat=True)[:LOOKED_AT]
    return [label for label, taxpayers in Counter(newest).most_common(most) if taxpayers >= SHARED_BY]
