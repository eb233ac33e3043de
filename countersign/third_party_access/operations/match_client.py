"""Find the taxpayer that a request names, without telling more than SPEC 6 allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from countersign.logons.models import Logon
from countersign.policy.errors import Invalid, Refused
from countersign.policy.reasons import Reason
from countersign.taxpayers.identifiers import id_number_hash, normal_id_number
from countersign.taxpayers.matching import named_taxpayer
from countersign.taxpayers.models import IdType, Taxpayer, TaxpayerKind
from countersign.third_party_access.models import PERSONAL_ID_TYPES, MismatchCount
from countersign.third_party_access.queries.periods import day_of


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


def _count(actor: Logon, third_party: Taxpayer, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE third_party_access_mismatchcount SET mismatches = mismatches + 1
            WHERE day = %s AND (counted, key) IN (('logon', %s), ('third_party', %s))""",
            [day_of(now), actor.pk, third_party.pk],
        )


def forget_old_counts(*, now: datetime) -> int:
    """Delete the counts of days that are over. Returns how many."""
    return MismatchCount.objects.filter(day__lt=day_of(now)).delete()[0]
