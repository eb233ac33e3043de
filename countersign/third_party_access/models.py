"""Requests for third-party access. No decision about an account reads them: what they lead to are grants."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from countersign.taxpayers.models import AccountType, IdType, Taxpayer
from countersign.uploads.models import UploadedFile

PERSONAL_ID_TYPES = frozenset({IdType.SSN.value, IdType.ITIN.value})
"""Whoever has such a number is an individual, whether it is in the register or not."""


class State(models.TextChoices):
    """SPEC 6: pending → approved | partly approved | declined | withdrawn | expired."""

    PENDING = "pending", pgettext_lazy("request", "Pending")
    APPROVED = "approved", pgettext_lazy("request", "Approved")
    PARTLY_APPROVED = "partly_approved", pgettext_lazy("request", "Partly approved")
    DECLINED = "declined", pgettext_lazy("request", "Declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("request", "Withdrawn")
    EXPIRED = "expired", pgettext_lazy("request", "Expired")


class AccessRequest(models.Model):
    """A third party asks a taxpayer for access to its accounts of some account types.

    ``client`` is empty where no taxpayer has this number and name; the firm cannot tell (SPEC 6: "for an
    individual the answer is always the same and neutral"), and such a request just expires. The identifier is
    kept only as its keyed hash and last four characters; ``name_given`` is what the firm typed, and all that
    the firm is shown of the client until an approval.
    """

    confirmation_number = models.CharField(max_length=10, unique=True)
    state = models.CharField(max_length=15, choices=State.choices, default=State.PENDING)
    third_party = models.ForeignKey(Taxpayer, models.PROTECT, related_name="requests_made", db_index=False)
    client = models.ForeignKey(
        Taxpayer, models.PROTECT, null=True, blank=True, related_name="requests_received", db_index=False
    )
    id_type = models.CharField(max_length=6, choices=IdType.choices)
    id_number_hash = models.BinaryField(max_length=32)
    id_number_last4 = models.CharField(max_length=4)
    name_given = models.CharField(max_length=300)
    begins_on = models.DateField(help_text=_("First day, in the agency's time zone"))
    ends_on = models.DateField(null=True, blank=True, help_text=_("Last day that counts"))
    message = models.CharField(max_length=1000, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    requested_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        indexes = [
            models.Index(fields=["third_party", "-requested_at"], name="requests_of_third_party"),
            models.Index(
                fields=["client", "requested_at"],
                condition=models.Q(state="pending"),
                name="requests_waiting_for_client",
            ),
            models.Index(fields=["expires_at"], condition=models.Q(state="pending"), name="requests_by_expiry"),
        ]

    def __str__(self) -> str:
        return f"access request {self.pk}"


class AskedRights(models.Model):
    """The rights that a request asks for on all the client's accounts of one type.

    ``open`` is true while the request is pending: one pending request per firm, client and account type.
    The client is known by its identifier here, so that a request that matches nobody counts the same.
    """

    request = models.ForeignKey(AccessRequest, models.PROTECT, related_name="asked")
    account_type = models.ForeignKey(AccountType, models.PROTECT, related_name="+", db_index=False)
    rights = models.SmallIntegerField()
    third_party = models.ForeignKey(Taxpayer, models.PROTECT, related_name="+", db_index=False)
    id_number_hash = models.BinaryField(max_length=32)
    open = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["third_party", "id_number_hash", "account_type"],
                condition=models.Q(open=True),
                name="one_pending_request_per_account_type",
            ),
            models.CheckConstraint(name="asked_rights_in_range", condition=models.Q(rights__gte=1, rights__lte=3)),
        ]

    def __str__(self) -> str:
        return f"asked rights {self.pk}"


class MismatchCount(models.Model):
    """How many requests of one day named a business that does not exist by that number and name.

    ``counted`` is ``logon`` or ``third_party``, ``key`` its key. The row is locked while a name is compared, so
    that no number of parallel tries gets past the limit.
    """

    counted = models.CharField(max_length=11)
    key = models.BigIntegerField()
    day = models.DateField()
    mismatches = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["counted", "key", "day"], name="one_count_a_day")]

    def __str__(self) -> str:
        return f"mismatches of {self.counted} {self.key} on {self.day}"


class RequestFile(UploadedFile):
    """An uploaded file of requests, and how far asking has come.

    Identifiers are not kept, not even until it is worked off. ``rows``: [line, type, number's keyed hash in hex (empty
    where it is none), its last four characters, name, account types and rights, first day, last day, message, what
    was found of a business when it was uploaded]. ``results``: [line, type, last four, name, outcome, confirmation
    number]. ``told_up_to``: the key of the last logon that was told by mail, in the order of keys.
    """

    third_party = models.ForeignKey(Taxpayer, models.PROTECT, related_name="+", db_index=False)
    told_up_to = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["uploaded_at"], name="request_files_by_age")]

    def __str__(self) -> str:
        return f"file of requests {self.pk}"
