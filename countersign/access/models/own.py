"""What a parentless logon is for a taxpayer, and what a Tax Administrator holds account by account."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from countersign.access.models.fact import NOT_ENDED, Fact
from countersign.taxpayers.models import Account, Taxpayer


class TaxpayerAccess(Fact):
    """Master Administrator or Tax Administrator of one taxpayer.

    ``provisional``: an MA whose right is not proved by a mailed Letter ID yet. ``accepted``: the person has
    signed in and accepted; before that the access is held, not usable.
    """

    logon = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="taxpayer_accesses", db_index=False
    )
    taxpayer = models.ForeignKey(Taxpayer, models.PROTECT, related_name="accesses", db_index=False)
    access_type = models.CharField(max_length=2)
    provisional = models.BooleanField(default=False)
    accepted = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["logon", "taxpayer"], condition=NOT_ENDED, name="one_access_per_logon_and_taxpayer"
            ),
            models.CheckConstraint(name="access_type_is_ma_or_ta", condition=models.Q(access_type__in=["MA", "TA"])),
            models.CheckConstraint(
                name="only_an_ma_is_provisional",
                condition=models.Q(provisional=False) | models.Q(access_type="MA"),
            ),
        ]
        indexes = [
            models.Index(fields=["logon", "taxpayer"], name="access_by_logon"),
            models.Index(fields=["taxpayer", "logon"], name="access_by_taxpayer"),
        ]

    def __str__(self) -> str:
        return f"logon {self.logon_id} {self.access_type} of taxpayer {self.taxpayer_id}"


class AccountRights(Fact):
    """What a Tax Administrator holds on one account. Counts only beside a live access to its taxpayer."""

    logon = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="account_rights", db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="account_rights", db_index=False)
    rights = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["logon", "account"], condition=NOT_ENDED, name="one_right_per_logon_and_account"
            ),
            models.CheckConstraint(name="account_rights_in_range", condition=models.Q(rights__gte=1, rights__lte=3)),
        ]
        indexes = [
            models.Index(fields=["logon", "account"], name="rights_by_logon"),
            models.Index(fields=["account", "logon"], name="rights_by_account"),
        ]

    def __str__(self) -> str:
        return f"logon {self.logon_id} rights {self.rights} on account {self.account_id}"
