"""What is true of a taxpayer now: frozen, deceased, and so on."""

from __future__ import annotations

from datetime import datetime

from countersign.access.models import TaxpayerCondition
from countersign.access.queries.own import live_at
from countersign.policy.facts import Condition, TaxpayerFacts
from countersign.taxpayers.models import Taxpayer, TaxpayerKind


def facts_of(taxpayer: Taxpayer, *, at: datetime) -> TaxpayerFacts:
    """The taxpayer as the policy reads it."""
    rows = TaxpayerCondition.objects.filter(live_at(at), taxpayer=taxpayer).values_list("condition", flat=True)
    conditions = frozenset(Condition(row) for row in rows)
    return TaxpayerFacts(taxpayer.pk, taxpayer.kind == TaxpayerKind.INDIVIDUAL, conditions)
