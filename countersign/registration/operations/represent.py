"""A third party that has no taxpayer record: it comes in under a name, and acts only once a taxpayer approves."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.utils.translation import gettext as _

from countersign.letters.operations import CODE_ALPHABET
from countersign.policy.errors import Invalid, Stale
from countersign.policy.reasons import Reason
from countersign.registration.models import Door, Registration
from countersign.taxpayers.identifiers import folded_name, forgiving_name, id_number_hash
from countersign.taxpayers.models import IdType, Taxpayer, TaxpayerKind

NUMBER_LENGTH = 10


def name_representative(*, registration: Registration, name: str, now: datetime) -> Registration:
    """Under which name the representative will act. Nothing is asked that could tell who is in the register.

    Raises ``Invalid`` for a name that reads like that of a third party in the public directory (anybody can look
    that up), and ``Stale`` when the registration is over.
    """
    given = " ".join(name.split())
    folded = folded_name(given)
    listed = Taxpayer.objects.filter(listed_in_directory=True, name_folded__startswith=folded[:3])
    if any(forgiving_name(one) == forgiving_name(given) for one in listed.values_list("legal_name", flat=True)):
        raise Invalid(
            {
                "name": _(
                    "A third party of this name is in the directory. If it is yours, go back and register with its "
                    "own number; otherwise add what tells you apart, such as your town."
                )
            }
        )
    changed = Registration.objects.filter(
        pk=registration.pk, door=Door.THIRD_PARTY, done_at__isnull=True, expires_at__gt=now
    ).update(representative=given, taxpayer=None, proof=None, proved_by="")
    if changed != 1:
        raise Stale(what=Reason.REGISTRATION_OVER)
    registration.refresh_from_db()
    return registration


def new_representative(name: str) -> Taxpayer:
    """Put the representative into the register, under a number that the agency issues at this moment."""
    number = "REP-" + "".join(secrets.choice(CODE_ALPHABET) for _ in range(NUMBER_LENGTH))
    return Taxpayer.objects.create(
        key=number,
        kind=TaxpayerKind.REPRESENTATIVE,
        legal_name=name,
        name_folded=folded_name(name),
        id_type=IdType.AGENCY,
        id_number_hash=id_number_hash(IdType.AGENCY, number),
        id_number_last4=number[-4:],
        self_registered=True,
    )
