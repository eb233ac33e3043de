"""What second factors a logon has, whether it needs one, and the end of all of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from countersign.logons.models import Authenticator, Logon, Passkey, RecoveryCode
from countersign.logons.second_factors.limits import forget_failures


class Requirement(StrEnum):
    """Policy per kind of logon (settings ``SECOND_FACTOR``)."""

    REQUIRED = "required"
    OPTIONAL = "optional"


class Factors(NamedTuple):
    """How many second factors a logon has of each kind. ``recovery_codes``: how many are left."""

    passkeys: int
    authenticator: bool
    recovery_codes: int

    @property
    def any(self) -> bool:
        """Whether the password alone does not sign in."""
        return bool(self.passkeys or self.authenticator or self.recovery_codes)

    @property
    def lasting(self) -> int:
        """How many there are that do not run out: passkeys and the authenticator app."""
        return self.passkeys + self.authenticator


_COUNTS = """
SELECT (SELECT count(*) FROM logons_passkey WHERE logon_id = %(logon)s AND removed_at IS NULL),
       (SELECT count(*) FROM logons_authenticator WHERE logon_id = %(logon)s AND removed_at IS NULL),
       (SELECT count(*) FROM logons_recoverycode
        WHERE logon_id = %(logon)s AND removed_at IS NULL AND used_at IS NULL)
"""


def factors_of(logon: Logon) -> Factors:
    """The second factors of this logon now, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"logon": logon.pk})
        passkeys, authenticators, codes = cursor.fetchone() or (0, 0, 0)
    return Factors(passkeys, bool(authenticators), codes)


def kind_of(logon: Logon) -> str:
    """ "own", "secondary" or "staff": what the policy distinguishes.

    Which it is stands in facts that this folder does not know: the settings name who answers
    (``KIND_OF_LOGON``).
    """
    return _asked(settings.KIND_OF_LOGON)(logon)


@cache
def _asked(dotted: str) -> Callable[[Logon], str]:
    answer: Callable[[Logon], str] = import_string(dotted)
    return answer


def required_for(logon: Logon) -> bool:
    """Whether the agency asks this logon for a second factor ("Required by default", SPEC 3)."""
    if len(set(settings.SECOND_FACTOR.values())) == 1:
        # The same for all: nobody has to look up which kind it is.
        return Requirement(next(iter(settings.SECOND_FACTOR.values()))) is Requirement.REQUIRED
    return Requirement(settings.SECOND_FACTOR[kind_of(logon)]) is Requirement.REQUIRED


def remove_all_factors(logon: Logon, *, now: datetime) -> None:
    """End every second factor of the logon, after recovery from the loss of all. Call it in a transaction.

    Ending sessions and known devices is the caller's; so is the event.
    """
    for model in (Passkey, Authenticator, RecoveryCode):
        model.objects.filter(logon=logon, removed_at=None).update(removed_at=now)
    forget_failures(logon)
