"""Portfolios: the secondary logons that a parent logon manages, and what passes to them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from countersign.access.models.fact import NOT_ENDED, Fact
from countersign.taxpayers.models import Account, Taxpayer


class Portfolio(models.Model):
    """Secondary logons, security groups and placements held together. Portfolios never merge."""

    fact: ClassVar[bool] = True

    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"portfolio {self.pk}"


class PortfolioHolder(Fact):
    """The parent logon. ``received``: it was handed over and keeps the sources that it came with."""

    portfolio = models.ForeignKey(Portfolio, models.PROTECT, related_name="holders", db_index=False)
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="portfolios", db_index=False)
    received = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["portfolio"], condition=NOT_ENDED, name="one_holder_per_portfolio"),
        ]
        indexes = [
            models.Index(fields=["portfolio", "holder"], name="holders_of_portfolio"),
            models.Index(fields=["holder", "portfolio"], name="portfolios_of_holder"),
        ]

    def __str__(self) -> str:
        return f"logon {self.holder_id} holds portfolio {self.portfolio_id}"


class PortfolioSource(Fact):
    """A taxpayer from which a received portfolio draws its reach."""

    portfolio = models.ForeignKey(Portfolio, models.PROTECT, related_name="sources", db_index=False)
    taxpayer = models.ForeignKey(Taxpayer, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["portfolio", "taxpayer"], condition=NOT_ENDED, name="one_source_per_taxpayer"
            ),
        ]
        indexes = [models.Index(fields=["portfolio", "taxpayer"], name="sources_of_portfolio")]

    def __str__(self) -> str:
        return f"taxpayer {self.taxpayer_id} feeds portfolio {self.portfolio_id}"


class SecondaryLogon(Fact):
    """A logon that a parent created for someone else: access type, default rights, account types."""

    logon = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="secondary_facts", db_index=False)
    portfolio = models.ForeignKey(Portfolio, models.PROTECT, related_name="secondary_logons", db_index=False)
    access_type = models.CharField(max_length=2)
    default_rights = models.SmallIntegerField(default=0)
    account_types = ArrayField(models.BigIntegerField(), null=True, blank=True, help_text="Null: all")
    accepted = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["logon"], condition=NOT_ENDED, name="one_parent_per_secondary_logon"),
            models.CheckConstraint(name="secondary_is_ma_or_ta", condition=models.Q(access_type__in=["MA", "TA"])),
            models.CheckConstraint(
                name="default_rights_in_range",
                condition=models.Q(default_rights__gte=0, default_rights__lte=3),
            ),
        ]
        indexes = [
            models.Index(fields=["logon", "begins_at"], name="secondary_by_logon"),
            models.Index(fields=["portfolio", "logon"], name="secondary_by_portfolio"),
        ]

    def __str__(self) -> str:
        return f"secondary logon {self.logon_id} of portfolio {self.portfolio_id}"


class Refinement(Fact):
    """What a secondary logon may have at most on one customer, or on one account of it."""

    logon = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="refinements", db_index=False)
    taxpayer = models.ForeignKey(Taxpayer, models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", null=True, blank=True, db_index=False)
    rights = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["logon", "taxpayer", "account"],
                condition=NOT_ENDED,
                nulls_distinct=False,
                name="one_refinement_per_customer_or_account",
            ),
            models.CheckConstraint(name="refinement_in_range", condition=models.Q(rights__gte=0, rights__lte=3)),
        ]
        indexes = [models.Index(fields=["logon", "taxpayer", "account"], name="refinements_of_logon")]

    def __str__(self) -> str:
        return f"refinement {self.pk}"
