"""Find the taxpayer that a request names, without telling more than SPEC 6 allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from countersign.logons.models import Logon
from countersign.policy.errors import Invalid, Refused
from countersign.policy.reasons import Reason
from countersign.taxpayers.identifiers import id_number_hash, normal_id_number
from countersign.taxpayers.matching import is_named, named_taxpayer
from countersign.taxpayers.models import IdType, Taxpayer, TaxpayerKind
from countersign.third_party_access.models import PERSONAL_ID_TYPES, MismatchCount
from countersign.third_party_access.queries.periods import day_of

AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Match:
    """What was found. ``neutral``: the answer may not say whether anything was.

    ``client`` is None only where ``neutral``. ``number_hash`` and ``last4`` are of the number as typed.
    """

    client: Taxpayer | None
    neutral: bool
    number_hash: bytes
    last4: str


def match_client(
    *, actor: Logon, third_party: Taxpayer, id_type: str, id_number: str, legal_name: str, now: datetime
) -> Match:
    """The taxpayer with this identifier and (forgivingly compared) legal name.

    For a business a mismatch is told: ``Invalid``, and counted against the logon and the third party; above
    the limit of the day ``Refused`` with ``too_many_mismatches``, matching or not. For an individual the answer
    is the same whether it matches or not. Commits its count by itself: whatever the caller then does, a try
    stays counted.
    """
    number = normal_id_number(id_type, id_number)
    if number is None:
        raise Invalid({"id_number": _how_to_write(id_type)})
    number_hash = id_number_hash(id_type, number)
    if bytes(third_party.id_number_hash) == number_hash and third_party.id_type == id_type:
        raise Invalid({"id_number": _("This is the number of the taxpayer that you act for. Enter your client's.")})
    found, matches = named_taxpayer(id_type, number_hash, legal_name)
    if id_type in PERSONAL_ID_TYPES or (found is not None and found.kind == TaxpayerKind.INDIVIDUAL):
        return Match(found if matches else None, True, number_hash, number[-4:])
    with transaction.atomic():
        mismatches = max(
            _locked_count(counted, key, now) for counted, key in (("logon", actor.pk), ("third_party", third_party.pk))
        )
        if mismatches >= settings.REQUEST_MISMATCHES_PER_DAY:
            raise Refused(Reason.TOO_MANY_MISMATCHES)
        if matches:
            return Match(found, False, number_hash, number[-4:])
        _count(actor, third_party, now)
    unknown = _(
        "We find no business with this number and this name. Check both against a letter from the agency: "
        "capitals, punctuation and endings such as Inc or LLC do not matter."
    )
    raise Invalid({"id_number": unknown})


class Named(NamedTuple):
    """Whom a row of a file names: the number as its keyed hash."""

    id_type: str
    number_hash: bytes
    legal_name: str


class Found(NamedTuple):
    """What there is by a number and a name; as :class:`Match` where it ``matches`` or is ``neutral``."""

    client: Taxpayer | None
    matches: bool
    neutral: bool


def find_clients(named: Sequence[Named]) -> list[Found]:
    """As :func:`match_client` looks, for many at once; nothing is counted or told by it."""
    known: dict[tuple[str, bytes], Taxpayer] = {}
    hashes = sorted({one.number_hash for one in named})
    for first in range(0, len(hashes), AT_ONCE):
        for taxpayer in Taxpayer.objects.filter(id_number_hash__in=hashes[first : first + AT_ONCE]):
            known[taxpayer.id_type, bytes(taxpayer.id_number_hash)] = taxpayer
    found = []
    for one in named:
        taxpayer_or_none = known.get((one.id_type, one.number_hash))
        matches = is_named(taxpayer_or_none, one.legal_name)
        neutral = one.id_type in PERSONAL_ID_TYPES or (
            taxpayer_or_none is not None and taxpayer_or_none.kind == TaxpayerKind.INDIVIDUAL
        )
        found.append(Found(taxpayer_or_none if matches else None, matches, neutral))
    return found


@transaction.atomic
def judge_clients(*, actor: Logon, third_party: Taxpayer, named: Sequence[Named], now: datetime) -> list[Verdict]:
    """Look for those that a file names, in its order, within the same limit of the day as one request after the other.

    What is told of a business that is not found counts, as in the single form; from the limit on nothing is told of a
    business, matching or not.
    """
    counted = (("logon", actor.pk), ("third_party", third_party.pk))
    mismatches = before = max(_locked_count(what, key, now) for what, key in counted)
    verdicts = []
    for one in find_clients(named):
        if one.neutral:
            verdicts.append(Verdict.FINE)
        elif mismatches >= settings.REQUEST_MISMATCHES_PER_DAY:
            verdicts.append(Verdict.LIMIT)
        elif one.matches:
            verdicts.append(Verdict.FINE)
        else:
            mismatches += 1
            verdicts.append(Verdict.UNKNOWN)
    if mismatches > before:
        _count(actor, third_party, now, mismatches - before)
    return verdicts


class Verdict(StrEnum):
    """What is told of whom a row names. The first says of an individual nothing at all."""

    FINE = ""
    UNKNOWN = "unknown"
    LIMIT = "limit"


def _how_to_write(id_type: str) -> str:
    if id_type == IdType.AGENCY:
        return _("Enter the number as on a letter from the agency.")
    return _("Enter nine digits, with or without dashes.")


def _locked_count(counted: str, key: int, now: datetime) -> int:
    """Today's count, its row locked until the transaction ends; the row is made if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO third_party_access_mismatchcount AS seen (counted, key, day, mismatches)
            VALUES (%s, %s, %s, 0)
            ON CONFLICT (counted, key, day) DO UPDATE SET mismatches = seen.mismatches
            RETURNING mismatches""",
            [counted, key, day_of(now)],
        )
        return int(cursor.fetchone()[0])


def _count(actor: Logon, third_party: Taxpayer, now: datetime, mismatches: int = 1) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE third_party_access_mismatchcount SET mismatches = mismatches + %s
            WHERE day = %s AND (counted, key) IN (('logon', %s), ('third_party', %s))""",
            [mismatches, day_of(now), actor.pk, third_party.pk],
        )


def forget_old_counts(*, now: datetime) -> int:
    """Delete the counts of days that are over. Returns how many."""
    return MismatchCount.objects.filter(day__lt=day_of(now)).delete()[0]
