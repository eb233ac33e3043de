"""Registrations under way, requests for access, disputes. No decision reads them: what they lead to are facts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from countersign.taxpayers.models import ProofKind, Taxpayer


class Door(models.TextChoices):
    """SPEC 3: three doors."""

    MYSELF = "myself", _("For myself")
    BUSINESS = "business", _("For a business")
    THIRD_PARTY = "third_party", _("As a third party")


class Registration(models.Model):
    """Somebody on the way in. Ends after 24 hours; the session of the browser holds its key and nothing else.

    Of what was proved only keys are kept: ``taxpayer`` and ``proof``, set once both matched. ``representative``
    is the name under which a third party without accounts will act.
    """

    door = models.CharField(max_length=11, choices=Door.choices)
    language = models.CharField(max_length=2, default="en")
    begun_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    taxpayer = models.ForeignKey(Taxpayer, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    proof = models.BigIntegerField(null=True, help_text="Key of the proof; no foreign key: an import may withdraw it")
    proved_by = models.CharField(max_length=13, choices=ProofKind.choices, blank=True)
    representative = models.CharField(max_length=300, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    email_confirmed_at = models.DateTimeField(null=True, blank=True)
    code_hash = models.BinaryField(max_length=32, null=True, help_text="Keyed hash of the six digits in the mail")
    mails = models.SmallIntegerField(default=0)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    username = models.CharField(max_length=50, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    logon = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="registrations_by_expiry")]

    def __str__(self) -> str:
        return f"registration {self.pk}"

    @property
    def proved(self) -> bool:
        """Whether it is known for whom the person comes."""
        return self.taxpayer_id is not None or bool(self.representative)


class RequestState(models.TextChoices):
    """How a request for access goes on."""

    PENDING = "pending", pgettext_lazy("request", "Pending")
    APPROVED = "approved", pgettext_lazy("request", "Approved")
    DECLINED = "declined", pgettext_lazy("request", "Declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("request", "Withdrawn")
    EXPIRED = "expired", pgettext_lazy("request", "Expired")


class RequestForAccess(models.Model):
    """A person who proved the right to act asks a Master Administrator to be let in (SPEC 3)."""

    confirmation_number = models.CharField(max_length=10, unique=True)
    state = models.CharField(max_length=9, choices=RequestState.choices, default=RequestState.PENDING)
    taxpayer = models.ForeignKey(Taxpayer, models.PROTECT, related_name="+", db_index=False)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    proved_by = models.CharField(
        max_length=13, choices=ProofKind.choices, blank=True, help_text="Empty for one who was provisional before"
    )
    requested_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    given = models.CharField(max_length=2, blank=True, help_text="MA or TA, once approved")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["taxpayer", "requested_by"],
                condition=models.Q(state="pending"),
                name="one_pending_request_for_access",
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=models.Q(state="pending"), name="entries_by_expiry"),
            models.Index(fields=["requested_by"], name="entries_of_logon"),
        ]

    def __str__(self) -> str:
        return f"request for access {self.pk}"


class Dispute(models.Model):
    """A holder of a mailed Letter ID says that those who administer the taxpayer should not: an entry for staff."""

    confirmation_number = models.CharField(max_length=10, unique=True)
    taxpayer = models.ForeignKey(Taxpayer, models.PROTECT, related_name="disputes")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    opened_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"dispute {self.pk}"
