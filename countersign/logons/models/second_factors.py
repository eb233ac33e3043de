"""Second factors: passkeys, an authenticator app, recovery codes."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from countersign.logons.models.logon import Logon

LIVE = models.Q(removed_at__isnull=True)


class Passkey(models.Model):
    """A WebAuthn credential: the public key, and what its authenticator says of itself."""

    logon = models.ForeignKey(Logon, models.PROTECT, related_name="passkeys", db_index=False)
    credential_id = models.BinaryField(max_length=1023, unique=True)
    credential_data = models.BinaryField(help_text="Attested credential data as WebAuthn defines it")
    signature_count = models.BigIntegerField(default=0)
    name = models.CharField(max_length=100)
    added_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["logon"], condition=LIVE, name="passkeys_of_logon")]

    def __str__(self) -> str:
        return f"passkey {self.pk}"


class Authenticator(models.Model):
    """An authenticator app (TOTP, RFC 6238). The secret is encrypted under the key named by ``key_id``.

    ``last_step``: the newest time step whose code was accepted; that and older ones never are again.
    """

    logon = models.ForeignKey(Logon, models.PROTECT, related_name="authenticators", db_index=False)
    secret_encrypted = models.BinaryField()
    key_id = models.CharField(max_length=20)
    last_step = models.BigIntegerField(default=0)
    added_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["logon"], condition=LIVE, name="one_authenticator_per_logon")]

    def __str__(self) -> str:
        return f"authenticator {self.pk}"


class RecoveryCode(models.Model):
    """One of ten codes on paper, each good once. Only a keyed hash is kept; new ones replace all older ones."""

    logon = models.ForeignKey(Logon, models.PROTECT, related_name="recovery_codes", db_index=False)
    code_hash = models.BinaryField(max_length=32)
    made_at = models.DateTimeField(db_default=Now())
    used_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["logon", "code_hash"], name="one_code_once_per_logon")]

    def __str__(self) -> str:
        return f"recovery code {self.pk}"
