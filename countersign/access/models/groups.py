"""Security groups: which customers a secondary logon is let in to."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Lower

from countersign.access.models.fact import NOT_ENDED, Fact
from countersign.access.models.portfolios import Portfolio
from countersign.taxpayers.models import Taxpayer


class SecurityGroup(Fact):
    """A named set of the taxpayers that a parent logon reaches. Name and description only inform."""

    display_columns: ClassVar[tuple[str, ...]] = ("name", "description")

    portfolio = models.ForeignKey(Portfolio, models.PROTECT, related_name="groups", db_index=False)
    is_default = models.BooleanField(default=False)
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["portfolio"],
                condition=NOT_ENDED & models.Q(is_default=True),
                name="one_default_group_per_portfolio",
            ),
            models.UniqueConstraint("portfolio", Lower("name"), condition=NOT_ENDED, name="one_group_per_name"),
        ]
        indexes = [models.Index(fields=["portfolio", "is_default"], name="groups_of_portfolio")]

    def __str__(self) -> str:
        return f"security group {self.pk}"


class Placement(Fact):
    """A customer placed in a group other than the one it would be in by itself. One group only (law 3)."""

    portfolio = models.ForeignKey(Portfolio, models.PROTECT, related_name="placements", db_index=False)
    taxpayer = models.ForeignKey(Taxpayer, models.PROTECT, related_name="+", db_index=False)
    group = models.ForeignKey(SecurityGroup, models.PROTECT, related_name="placements", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["portfolio", "taxpayer"], condition=NOT_ENDED, name="one_group_per_customer"
            ),
        ]
        indexes = [
            models.Index(fields=["portfolio", "taxpayer"], name="placement_of_customer"),
            models.Index(fields=["group", "taxpayer"], name="placements_in_group"),
        ]

    def __str__(self) -> str:
        return f"taxpayer {self.taxpayer_id} in group {self.group_id}"


class GroupMember(Fact):
    """A secondary logon let in to a group. It may be in several; with none it reaches nothing (law 3)."""

    group = models.ForeignKey(SecurityGroup, models.PROTECT, related_name="members", db_index=False)
    logon = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="group_memberships", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["logon", "group"], condition=NOT_ENDED, name="one_membership_per_group"),
        ]
        indexes = [
            models.Index(fields=["logon", "group"], name="groups_of_logon"),
            models.Index(fields=["group", "logon"], name="members_of_group"),
        ]

    def __str__(self) -> str:
        return f"logon {self.logon_id} in group {self.group_id}"


class Customer(models.Model):
    """Derived: a portfolio's customers in name order, each with its group, so that lists need no sorting.

    No decision reads it. It holds every taxpayer that the holder of the portfolio may reach now or by plan; each
    list asks the rule about every row that it shows. ``group`` is null for what is kept to the parent,
    and ``passed_on`` false for what the holder reaches itself but can never pass on (as a Tax Administrator).
    ``timed`` says that the group may change by itself, because something planned begins or ends: whether such a
    customer is let in, only the rule tells. ``account_types`` are those of the accounts on which something passes, for
    counting without looking at each account; ``type_ends``, in the same order, when the last of it ends (null: open;
    empty: all open). ``planned`` says that something begins by plan, so that whoever counts asks the facts. Kept in
    the transaction of each change by :mod:`countersign.access.operations.customers`, and compared with the rule by
    ``countersign customers verify``.
    """

    pk = models.CompositePrimaryKey("portfolio_id", "taxpayer_id")
    portfolio = models.ForeignKey(Portfolio, models.PROTECT, related_name="+", db_index=False)
    taxpayer = models.ForeignKey(Taxpayer, models.PROTECT, related_name="+")
    group = models.ForeignKey(SecurityGroup, models.PROTECT, related_name="+", null=True, db_index=False)
    passed_on = models.BooleanField(default=True)
    timed = models.BooleanField(default=False)
    account_types = ArrayField(models.BigIntegerField(), default=list)
    type_ends = ArrayField(models.DateTimeField(null=True), default=list)
    planned = models.BooleanField(default=False)
    name_folded = models.CharField(max_length=300)

    class Meta:
        indexes = [
            models.Index(fields=["portfolio", "name_folded", "taxpayer"], name="customers_by_name"),
            models.Index(fields=["portfolio", "group", "name_folded", "taxpayer"], name="customers_by_group"),
            models.Index(fields=["portfolio"], condition=models.Q(timed=True), name="timed_customers"),
            models.Index(fields=["portfolio"], condition=models.Q(planned=True), name="planned_customers"),
            GinIndex("portfolio", OpClass("name_folded", "gin_trgm_ops"), name="customers_by_part_of_name"),
        ]

    def __str__(self) -> str:
        return f"customer {self.taxpayer_id} of portfolio {self.portfolio_id}"
