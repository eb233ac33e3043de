"""The logon: one person's credential, never shared (SPEC 1, 3)."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Now, Replace


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
    # The username with look-alikes made one, so that nobody registers one that reads as somebody else's.
    skeleton = models.GeneratedField(
        expression=models.Func(
            Replace(
                Replace(models.F("username"), models.Value("rn"), models.Value("m")),
                models.Value("vv"),
                models.Value("w"),
            ),
            models.Value("1i0"),
            models.Value("llo"),
            function="translate",
        ),
        output_field=models.CharField(max_length=50),
        db_persist=True,
    )
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    email = models.EmailField(max_length=254)
    email_confirmed = models.BooleanField(default=False)
    phone = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=2, default="en")
    second_email = models.EmailField(max_length=254, blank=True, db_default="")
    second_email_confirmed = models.BooleanField(db_default=False)
    password = models.CharField(max_length=256, blank=True)
    password_salt = models.CharField(
        max_length=32,
        blank=True,
        db_default="",
        help_text="One salt for all passwords of this logon: its history costs one hash",
    )
    must_change_password = models.BooleanField(default=False, help_text="Came with an import; changed at first sign-in")
    created_at = models.DateTimeField(db_default=Now())
    sessions_begin_at = models.DateTimeField(
        null=True, blank=True, help_text="Sessions that began before this are over, everywhere and at once"
    )
    sign_in_stopped_at = models.DateTimeField(
        null=True, blank=True, help_text="This wasn't me: nobody signs in until a new password is chosen by recovery"
    )

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
        indexes = [
            models.Index(models.functions.Lower("email"), name="logon_by_email"),
            models.Index(
                models.functions.Lower("second_email"),
                condition=~models.Q(second_email=""),
                name="logon_by_second_email",
            ),
            models.Index(fields=["skeleton"], name="logon_by_skeleton"),
        ]

    def __str__(self) -> str:
        return f"logon {self.pk}"

    @property
    def full_name(self) -> str:
        """First and last name, as pages and mails show them."""
        return f"{self.first_name} {self.last_name}".strip()
