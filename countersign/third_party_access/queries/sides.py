"""The two sides of third-party access, and what the actor is to them: the facts that the policy is asked with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from countersign.access.models import TaxpayerAccess, TaxpayerCondition
from countersign.access.queries.own import is_active, is_secondary, live_at
from countersign.logons.models import Logon
from countersign.policy.delegation import Standpoint
from countersign.policy.facts import Condition, TaxpayerFacts
from countersign.policy.rights import AccessType
from countersign.taxpayers.models import Taxpayer, TaxpayerKind


@dataclass(frozen=True, slots=True)
class Sides:
    """Client, third party, and where the actor stands between them."""

    standpoint: Standpoint
    client: TaxpayerFacts
    third_party: TaxpayerFacts


def sides(
    actor: Logon, *, client: Taxpayer, third_party: Taxpayer, at: datetime, submitted_by: int | None = None
) -> Sides:
    """The facts for one actor. ``submitted_by`` is the key of the logon that submitted the request, if any."""
    conditions = conditions_of([client.pk, third_party.pk], at=at)
    masters = {
        access.taxpayer_id: access.accepted and not access.provisional
        for access in TaxpayerAccess.objects.filter(
            live_at(at),
            logon=actor,
            taxpayer_id__in=[client.pk, third_party.pk],
            access_type=AccessType.MASTER_ADMINISTRATOR.value,
        )
    }
    able = bool(masters) and is_active(actor.pk, at=at) and not is_secondary(actor.pk)
    return Sides(
        Standpoint(
            administers_client=able and masters.get(client.pk, False),
            administers_third_party=able and masters.get(third_party.pk, False),
            speaks_for_third_party=third_party.pk in masters,
            submitted=submitted_by == actor.pk,
        ),
        taxpayer_facts(client, conditions),
        taxpayer_facts(third_party, conditions),
    )


def firm_standpoint(actor: Logon, third_party: int, *, at: datetime, submitted_by: int | None = None) -> Standpoint:
    """Where the actor stands towards a third party alone, as for withdrawing and dropping."""
    master = TaxpayerAccess.objects.filter(
        live_at(at),
        logon=actor,
        taxpayer_id=third_party,
        access_type=AccessType.MASTER_ADMINISTRATOR.value,
    ).first()
    active = is_active(actor.pk, at=at) and not is_secondary(actor.pk)
    return Standpoint(
        administers_third_party=active and master is not None and master.accepted and not master.provisional,
        speaks_for_third_party=master is not None,
        submitted=active and submitted_by == actor.pk,
    )


def conditions_of(taxpayers: list[int], *, at: datetime) -> dict[int, frozenset[Condition]]:
    """What is true of these taxpayers now: key → conditions."""
    found: dict[int, set[Condition]] = {key: set() for key in taxpayers}
    for row in TaxpayerCondition.objects.filter(live_at(at), taxpayer_id__in=taxpayers):
        found[row.taxpayer_id].add(Condition(row.condition))
    return {key: frozenset(conditions) for key, conditions in found.items()}


def taxpayer_facts(taxpayer: Taxpayer, conditions: dict[int, frozenset[Condition]]) -> TaxpayerFacts:
    """The taxpayer as the policy reads it."""
    return TaxpayerFacts(
        taxpayer.pk, taxpayer.kind == TaxpayerKind.INDIVIDUAL, conditions.get(taxpayer.pk, frozenset())
    )
