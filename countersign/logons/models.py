"""The logon: one person's credential, never shared (SPEC 1, 3)."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Now


class LogonQueries(BaseUserManager["Logon"]):
    """Look-ups by the one thing that people type."""

    def get_by_natural_key(self, username: str | None) -> Logon:
        """The logon of this username, in any case. Raises ``Logon.DoesNotExist``."""
        return self.get(username=(username or "").lower())


class Logon(AbstractBaseUser):
    """A username with its password and the person it belongs to.

    Whether it is active is a fact with a period and stands in :mod:`countersign.access`; a row here is never
    deleted, so that a username is never issued again (law 9).
    """

    username = models.CharField(max_length=50, unique=True)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    email = models.EmailField(max_length=254)
    email_confirmed = models.BooleanField(default=False)
    phone = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=2, default="en")
    password = models.CharField(max_length=256, blank=True)
    must_change_password = models.BooleanField(default=False, help_text="Came with an import; changed at first sign-in")
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[LogonQueries] = LogonQueries()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="username_as_specified",
                condition=models.Q(username__regex=r"^[a-z0-9._@-]{6,50}$"),
            ),
        ]
        indexes = [models.Index(models.functions.Lower("email"), name="logon_by_email")]

    def __str__(self) -> str:
        return f"logon {self.pk}"

    @property
    def full_name(self) -> str:
        """First and last name, as pages and mails show them."""
        return f"{self.first_name} {self.last_name}".strip()


class FailureCounter(models.Model):
    """Wrong secrets in a row: for one username, or from one source. Written only by the limiter.

    ``subject`` is a keyed hash, so that a username nobody has is counted and answered exactly as one that
    somebody has, and no address of a person is kept.
    """

    pk = models.CompositePrimaryKey("kind", "subject")
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=64)
    failures = models.PositiveIntegerField()
    began_at = models.DateTimeField(help_text="When the first of these failures was counted")
    last_at = models.DateTimeField()
    blocked_until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["last_at"], name="failure_counters_by_age")]

    def __str__(self) -> str:
        return f"{self.failures} failures of kind {self.kind}"
