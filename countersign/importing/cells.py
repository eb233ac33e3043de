"""What a single cell may hold. Each check returns what is kept, or raises :class:`BadCell`."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher, ScryptPasswordHasher
from django.utils import timezone

from countersign.logons.hashers import Argon2Hasher

MOST_BYTES = 65_536
UNUSABLE = re.compile("[\x00\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""NUL, what was no UTF-8, and bidirectional controls."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_USERNAME = re.compile(r"[a-z0-9._@-]{6,50}")
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+"
)
_DECIMAL = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?")
_LOOKS_LIKE_IDENTIFIER = re.compile(r"(?<![0-9])(?:[0-9]-?){9}(?![0-9])")
_ARGON2 = re.compile(r"argon2\$argon2id\$v=19\$m=([0-9]+),t=([0-9]+),p=([0-9]+)\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+")
_PBKDF2 = re.compile(r"pbkdf2_sha256\$([0-9]+)\$[^$]+\$[A-Za-z0-9+/=]+")
_SCRYPT = re.compile(r"scrypt\$([0-9]+)\$[^$]+\$([0-9]+)\$([0-9]+)\$[A-Za-z0-9+/=]+")
# A hash that costs far more than ours would be a way to keep the server busy with one sign-in; more memory than
# OpenSSL's 32 MiB for scrypt makes Django's check fail with an error.
_MOST_ARGON2_MEMORY, _MOST_ARGON2_PASSES = 262_144, 16
_MOST_PBKDF2_ITERATIONS = 10_000_000
_MOST_SCRYPT_BYTES, _MOST_SCRYPT_LANES = 32 * 2**20, 32


class BadCell(Exception):
    """The cell cannot be used: column, value, reason; ``secret``: nothing of the value may be shown as it is."""

    def __init__(self, column: str, value: str, reason: str, *, secret: bool = False) -> None:
        super().__init__(reason)
        self.column, self.reason = column, reason
        self.value = masked(value) if secret else value


def shown(value: str) -> str:
    """A value as a report may show it: short, and printable."""
    plain = "".join(character if character.isprintable() else "�" for character in value[:60])
    return plain + ("…" if len(value) > 60 else "")


def masked(value: str) -> str:
    """An identifier or proof: nothing of it but how long it is."""
    return "*" * min(len(value), 12)


def without_identifiers(value: str) -> str:
    """Text in which an identifier may stand by mistake, as in swapped columns: of nine digits four are left."""
    return _LOOKS_LIKE_IDENTIFIER.sub(lambda found: masked(found[0][:-4]) + found[0][-4:], value)


def key(column: str, value: str, most: int = 64) -> str:
    """A key of the agency's own: 1 to ``most`` printable characters, without blanks around it."""
    if not value or len(value) > most or value != value.strip() or not value.isprintable():
        if not value:
            raise BadCell(column, value, "is empty")
        if value != value.strip():
            raise BadCell(column, value, "has a blank before or after it")
        raise BadCell(column, value, f"is no key: 1 to {most} printable characters")
    return value


def text(column: str, value: str, most: int, *, required: bool = False) -> str:
    """Text as people read it. What looks like a formula is accepted as text; exports escape it."""
    if len(value) > most:
        raise BadCell(column, value, f"is longer than {most} characters")
    if required and not value.strip():
        raise BadCell(column, value, "is empty")
    return value.strip()


def name(column: str, value: str, most: int) -> str:
    """A name, which stands in the subjects of mails too: on one line."""
    return " ".join(text(column, value, most, required=True).split())


def one_of(column: str, value: str, choices: frozenset[str]) -> str:
    """A code, exactly as IMPORT.md writes it."""
    if value not in choices:
        raise BadCell(column, value, "is none of " + ", ".join(sorted(choice or "(empty)" for choice in choices)))
    return value


def username(column: str, value: str) -> str:
    """A username, lower-cased: 6 to 50 of ``a-z 0-9 . _ - @`` (SPEC 3)."""
    name = value.lower()
    if not value.isascii() or not _USERNAME.fullmatch(name):
        raise BadCell(column, value, "is no username: 6 to 50 of a-z 0-9 . _ - @")
    return name


def email(column: str, value: str) -> str:
    """An e-mail address that mail can be sent to."""
    if not _EMAIL.fullmatch(value) or ".." in value or len(value) > 254:
        raise BadCell(column, value, "is no e-mail address")
    return value


@lru_cache(maxsize=4096)
def day(column: str, value: str) -> date | None:
    """``YYYY-MM-DD``, or None when empty."""
    if not value:
        return None
    try:
        if not _DATE.fullmatch(value):
            raise ValueError
        found = date.fromisoformat(value)
    except ValueError:
        raise BadCell(column, value, "is no date: write YYYY-MM-DD") from None
    if not 1900 <= found.year <= 9000:
        raise BadCell(column, value, "is no date between 1900 and 9000")
    return found


@lru_cache(maxsize=4096)
def start_of(found: date) -> datetime:
    """The first moment of a day in the agency's time zone."""
    return timezone.make_aware(datetime.combine(found, time()))


def end_of(found: date) -> datetime:
    """An end date is the last day that counts: the first moment of the day after."""
    return start_of(found + timedelta(days=1))


def amount(column: str, value: str, *, negative: bool) -> str:
    """A decimal with a point, in its one written form."""
    plain = value.strip()
    try:
        if not _DECIMAL.fullmatch(plain):
            raise InvalidOperation
        found = Decimal(plain)
    except InvalidOperation:
        raise BadCell(column, value, "is no amount: digits with a decimal point", secret=True) from None
    if found < 0 and not negative:
        raise BadCell(column, value, "is negative", secret=True)
    return f"{found.normalize() + 0:f}"


@lru_cache(maxsize=1024)
def password_hash(column: str, value: str) -> str:
    """A Django-format hash at the current cost or above; empty stays empty."""
    if not value:
        return ""
    if len(value) <= 256:
        if found := _ARGON2.fullmatch(value):
            memory, passes, lanes = map(int, found.groups())
            if (
                Argon2Hasher.memory_cost <= memory <= _MOST_ARGON2_MEMORY
                and Argon2Hasher.time_cost <= passes <= _MOST_ARGON2_PASSES
                and Argon2Hasher.parallelism <= lanes <= 16
            ):
                return value
        elif found := _PBKDF2.fullmatch(value):
            if PBKDF2PasswordHasher.iterations <= int(found[1]) <= _MOST_PBKDF2_ITERATIONS:
                return value
        elif found := _SCRYPT.fullmatch(value):
            cost, block, lanes = map(int, found.groups())
            if (
                cost >= ScryptPasswordHasher.work_factor
                and cost & (cost - 1) == 0
                and block >= ScryptPasswordHasher.block_size
                and ScryptPasswordHasher.parallelism <= lanes <= _MOST_SCRYPT_LANES
                and 128 * block * (cost + lanes + 2) <= _MOST_SCRYPT_BYTES
            ):
                return value
    raise BadCell(column, "", "is no Argon2id, scrypt or PBKDF2 hash in Django's format at the current cost")


assert settings.USE_TZ
