"""The register as the agency's other systems hand it over: account types, taxpayers, accounts, proofs."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class TaxpayerKind(models.TextChoices):
    """What a taxpayer is. A representative has no accounts of its own and acts for others."""

    INDIVIDUAL = "individual", _("Individual")
    BUSINESS = "business", _("Business")
    FIDUCIARY = "fiduciary", _("Fiduciary")
    REPRESENTATIVE = "representative", _("Representative")


class IdType(models.TextChoices):
    """Types of taxpayer identifiers."""

    FEIN = "FEIN", _("Federal Employer Identification Number (FEIN)")
    SSN = "SSN", _("Social Security Number (SSN)")
    ITIN = "ITIN", _("Individual Taxpayer Identification Number (ITIN)")
    AGENCY = "AGENCY", _("Agency-issued number")


class AccountType(models.Model):
    """A kind of tax: withholding, sales and use, …"""

    code = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name


class Taxpayer(models.Model):
    """A person, business, fiduciary or representative known to the agency.

    The identifier itself is not kept: only its keyed hash (for exact look-up) and the last four characters.
    Whether it is frozen, deceased or dissolved is a fact with a period, in :mod:`countersign.access`.
    """

    key = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=14, choices=TaxpayerKind.choices)
    legal_name = models.CharField(max_length=300)
    name_folded = models.CharField(max_length=300, help_text="Lower case, without accents: for search and order")
    id_type = models.CharField(max_length=6, choices=IdType.choices)
    id_number_hash = models.BinaryField(max_length=32)
    id_number_last4 = models.CharField(max_length=4)
    address1 = models.CharField(max_length=200, blank=True)
    address2 = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=40, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    listed_in_directory = models.BooleanField(default=False)
    self_registered = models.BooleanField(
        db_default=False, help_text="A representative that named itself; the agency did not check the name"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id_type", "id_number_hash"], name="one_taxpayer_per_identifier"),
        ]

    def __str__(self) -> str:
        return f"taxpayer {self.pk}"


class Account(models.Model):
    """A taxpayer's account of one account type. It never changes its taxpayer or its type."""

    number = models.CharField(max_length=64, unique=True)
    taxpayer = models.ForeignKey(Taxpayer, on_delete=models.PROTECT, related_name="accounts", db_index=False)
    account_type = models.ForeignKey(AccountType, on_delete=models.PROTECT, db_index=False)
    opened_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["taxpayer", "number"], name="accounts_of_taxpayer")]

    def __str__(self) -> str:
        return f"account {self.pk}"


class ProofKind(models.TextChoices):
    """What the agency holds that only the taxpayer should know."""

    LETTER_ID = "letter_id", _("Letter ID")
    RETURN_FIGURE = "return_figure", _("Figure from a recent return")
    PAYMENT = "payment", _("Recent payment")


class Proof(models.Model):
    """Something that proves the right to act for a taxpayer. Its value is stored as a keyed hash."""

    taxpayer = models.ForeignKey(Taxpayer, on_delete=models.PROTECT, related_name="proofs")
    kind = models.CharField(max_length=13, choices=ProofKind.choices)
    label = models.CharField(max_length=300)
    value_hash = models.BinaryField(max_length=32)
    expires_on = models.DateField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["taxpayer", "kind", "label"], name="one_value_per_proof"),
        ]
        indexes = [
            models.Index(fields=["kind", "id"], condition=models.Q(used_at__isnull=True), name="unused_proofs_by_kind"),
        ]

    def __str__(self) -> str:
        return f"proof {self.pk}"
