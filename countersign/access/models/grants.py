"""Third-party access that is live, was live, or will be."""

from __future__ import annotations

from django.db import models

from countersign.access.models.fact import NOT_ENDED, Fact
from countersign.taxpayers.models import Account, Taxpayer


class Grant(Fact):
    """A client's account, given to a third party: rights, begin, planned end.

    It belongs to the third party, not to the person who asked for it (SPEC 6). Periods of one pair never
    overlap; the operations that begin a grant hold the account's lock and see to it.
    """

    third_party = models.ForeignKey(Taxpayer, models.PROTECT, related_name="grants_held", db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="grants", db_index=False)
    rights = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "third_party", "begins_at"],
                condition=NOT_ENDED,
                name="one_grant_per_begin",
            ),
            models.CheckConstraint(name="grant_rights_in_range", condition=models.Q(rights__gte=1, rights__lte=3)),
        ]
        indexes = [
            models.Index(fields=["third_party", "account"], name="grants_of_third_party"),
            models.Index(fields=["account", "third_party"], name="grants_on_account"),
        ]

    def __str__(self) -> str:
        return f"grant {self.pk}"
