"""Recovery codes: ten on paper, each good once, for the day when the phone or the passkey is lost."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils.crypto import salted_hmac

from countersign.logons.models import Logon, RecoveryCode
from countersign.logons.second_factors.limits import RECOVERY_CODE, Wrong, counted

HOW_MANY = 10
# Without letters and digits that look like others.
ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
LENGTH = 12
GROUP = 4


def make_codes(logon: Logon, *, now: datetime) -> list[str]:
    """Ten new codes; all older ones end. In the caller's transaction. They cannot be had again."""
    codes = [_in_groups("".join(secrets.choice(ALPHABET) for _ in range(LENGTH))) for _ in range(HOW_MANY)]
    store_codes(logon, codes, now=now)
    return codes


def store_codes(logon: Logon, codes: Iterable[str], *, now: datetime) -> None:
    """Let these be the recovery codes of the logon, and no older ones."""
    RecoveryCode.objects.filter(logon=logon, removed_at=None).update(removed_at=now)
    RecoveryCode.objects.bulk_create(
        RecoveryCode(logon=logon, code_hash=_hash(logon, normal_code(code)), made_at=now) for code in codes
    )


def use_code(logon: Logon, typed: str, *, now: datetime, apart: str = "") -> int:
    """Use one code up; returns how many are left. Of any number of parallel uses of one code, one succeeds.

    ``apart`` as in ``limit_of``. Raises ``Wrong``, and ``Locked`` after too many. Outside a transaction: what is
    counted must stay.
    """
    with counted(RECOVERY_CODE, logon, now=now, apart=apart):
        open_codes = RecoveryCode.objects.filter(logon=logon, removed_at=None, used_at=None)
        if not open_codes.filter(code_hash=_hash(logon, normal_code(typed))).update(used_at=now):
            raise Wrong
    return open_codes.count()


def normal_code(typed: str) -> str:
    """As it was made: small letters, without blanks and hyphens."""
    folded = unicodedata.normalize("NFKC", typed).lower()
    return "".join(character for character in folded if character.isalnum())


def _in_groups(code: str) -> str:
    return "-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def _hash(logon: Logon, code: str) -> bytes:
    keyed = salted_hmac(
        "countersign.logons.recovery_code", f"{logon.pk}:{code}", secret=settings.IDENTIFIER_KEY, algorithm="sha256"
    )
    return keyed.digest()
