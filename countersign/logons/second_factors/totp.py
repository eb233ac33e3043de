"""Authenticator apps: codes of six digits that change every 30 seconds (TOTP, RFC 6238)."""

from __future__ import annotations

import hmac
import io
import unicodedata
from datetime import datetime

import pyotp
import segno
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from countersign.logons.models import Authenticator, Logon
from countersign.logons.second_factors.encryption import decrypt, encrypt, present_key_id
from countersign.logons.second_factors.limits import TOTP, Wrong, counted
from countersign.policy.errors import Invalid

STEP_SECONDS = 30
DIGITS = 6
# A clock may be one step before or behind (RFC 6238, 5.2).
STEPS_AROUND = 1


def new_secret() -> str:
    """A new secret of 160 bits in the letters that people can type (Base32)."""
    return pyotp.random_base32(32)


def address_of(secret: str, logon: Logon) -> str:
    """What the QR code says: secret, agency and username, as apps expect them."""
    return pyotp.TOTP(secret).provisioning_uri(name=logon.username, issuer_name=settings.AGENCY_NAME)


def picture_of(secret: str, logon: Logon) -> bytes:
    """The QR code as SVG, made here: the secret goes to nobody else."""
    buffer = io.BytesIO()
    segno.make(address_of(secret, logon), error="m", micro=False).save(
        buffer, kind="svg", scale=6, border=4, light="white", svgclass=None, lineclass=None
    )
    return buffer.getvalue()


def in_groups(secret: str) -> str:
    """The secret in groups of four, as one types it."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def step_at(now: datetime) -> int:
    """The time step of a moment."""
    return int(now.timestamp()) // STEP_SECONDS


def matching_step(secret: str, typed: str, *, now: datetime) -> int | None:
    """The step whose code was typed, or None. As much work for a right code as for a wrong one."""
    code = digits_of(typed)
    totp = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    present = step_at(now)
    found = None
    for step in range(present - STEPS_AROUND, present + STEPS_AROUND + 1):
        if hmac.compare_digest(totp.generate_otp(step), code):
            found = step
    return found


def digits_of(typed: str) -> str:
    """The code without blanks and hyphens; "" for what cannot be one."""
    code = "".join(unicodedata.normalize("NFKC", typed).split()).replace("-", "")
    return code if len(code) == DIGITS and code.isascii() and code.isdigit() else ""


def add_authenticator(logon: Logon, secret: str, typed: str, *, now: datetime) -> Authenticator:
    """Store the app after its first code proved that it works. In the caller's transaction.

    That code counts as used. An older app of the logon is replaced. Raises ``Invalid`` for a wrong code.
    """
    step = matching_step(secret, typed, now=now)
    if step is None:
        raise Invalid({"code": _("This is not the code that the app shows now. Type the six digits again.")})
    try:
        with transaction.atomic():
            return store_authenticator(logon, secret, last_step=step, now=now)
    except IntegrityError:
        raise Invalid({"code": _("An authenticator app was added meanwhile. Go back and look.")}) from None


def store_authenticator(logon: Logon, secret: str, *, last_step: int, now: datetime) -> Authenticator:
    """Let this be the authenticator app of the logon, and no older one."""
    Authenticator.objects.filter(logon=logon, removed_at=None).update(removed_at=now)
    text, key_id = encrypt(secret.encode())
    return Authenticator.objects.create(
        logon=logon, secret_encrypted=text, key_id=key_id, last_step=last_step, added_at=now
    )


def use_code(logon: Logon, typed: str, *, now: datetime, apart: str = "") -> None:
    """Accept a code of the logon's app: each at the most once, and none older than the newest accepted.

    ``apart`` as in ``limit_of``. Raises ``Wrong``, and ``Locked`` after too many. Outside a transaction: what is
    counted must stay.
    """
    with counted(TOTP, logon, now=now, apart=apart):
        app = Authenticator.objects.filter(logon=logon, removed_at=None).first()
        if app is None:
            raise Wrong
        secret = decrypt(app.secret_encrypted, app.key_id).decode()
        step = matching_step(secret, typed, now=now)
        if step is None:
            raise Wrong
        fresh = Authenticator.objects.filter(pk=app.pk, removed_at=None, last_step__lt=step)
        if not fresh.update(last_step=step, last_used_at=now):
            raise Wrong


def encrypt_anew(*, batch: int = 500) -> int:
    """Encrypt every secret that is under an older key under the present one. Returns how many.

    Raises ``NoKey`` when one cannot be read; those before it are done.
    """
    done, present = 0, present_key_id()
    while True:
        with transaction.atomic():
            older = Authenticator.objects.select_for_update().exclude(key_id=present).order_by("pk")[:batch]
            rows = list(older)
            for app in rows:
                app.secret_encrypted, app.key_id = encrypt(decrypt(app.secret_encrypted, app.key_id))
                app.save(update_fields=["secret_encrypted", "key_id"])
        if not rows:
            return done
        done += len(rows)
