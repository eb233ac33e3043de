"""Who may change third-party access (SPEC 6, laws 5 and 6). Pure: facts in, the reason against it out.

Every question returns None when it may be done, else the :class:`Reason` why not. That the actor can see the
object at all is asked before, by whoever loads the facts. Reductions never ask for a freeze (SPEC 2: "a freeze
never stops a reduction").
"""

from __future__ import annotations

from dataclasses import dataclass

from countersign.policy.facts import ENDED_LIFE, Condition, TaxpayerFacts
from countersign.policy.reasons import Reason


@dataclass(frozen=True, slots=True)
class Standpoint:
    """What the actor is to the two sides of third-party access.

    ``administers_*`` is true for a full, active, parentless Master Administrator and for nobody else;
    ``speaks_for_third_party`` for its every Master Administrator, provisional ones too; ``submitted`` when the
    actor itself submitted the request in question.
    """

    administers_client: bool = False
    administers_third_party: bool = False
    speaks_for_third_party: bool = False
    submitted: bool = False


def may_request(standpoint: Standpoint, *, third_party: TaxpayerFacts, client: int | None) -> Reason | None:
    """Whether the third party may ask ``client`` (its key; None while unknown) for access."""
    if not standpoint.administers_third_party:
        return Reason.NOT_MASTER_ADMINISTRATOR
    if client == third_party.key:
        return Reason.SAME_TAXPAYER
    return third_party_closed(third_party)


def may_decide(standpoint: Standpoint) -> Reason | None:
    """Whether the actor may answer a request at all; declining needs no more than this."""
    return None if standpoint.administers_client else Reason.NOT_MASTER_ADMINISTRATOR


def may_approve(standpoint: Standpoint, *, client: TaxpayerFacts, third_party: TaxpayerFacts) -> Reason | None:
    """Whether the actor may approve (law 6: a third party never approves its own request).

    Own is what the actor submitted, and whatever a third party asks of which the actor is Master
    Administrator, be it the client's Master Administrator or not.
    """
    return may_decide(standpoint) or _may_give(standpoint, client, third_party)


def may_widen(standpoint: Standpoint, *, client: TaxpayerFacts, third_party: TaxpayerFacts) -> Reason | None:
    """Whether the actor may raise rights or let them last longer: as for approving."""
    return may_revoke(standpoint) or _may_give(standpoint, client, third_party)


def may_narrow(standpoint: Standpoint) -> Reason | None:
    """Whether the actor may lower rights or let them end sooner. Never refused by a freeze."""
    return may_revoke(standpoint)


def may_revoke(standpoint: Standpoint) -> Reason | None:
    """Whether the actor may end the third party's access for the taxpayer. Never refused by a freeze."""
    return None if standpoint.administers_client else Reason.NOT_MASTER_ADMINISTRATOR


def may_withdraw(standpoint: Standpoint) -> Reason | None:
    """Whether the actor may take a pending request back: whoever submitted it, or the firm's administrators."""
    if standpoint.submitted or standpoint.administers_third_party:
        return None
    return Reason.NOT_MASTER_ADMINISTRATOR


def may_drop(standpoint: Standpoint) -> Reason | None:
    """Whether the actor may give up a client for the third party. Never refused by a freeze."""
    return None if standpoint.administers_third_party else Reason.NOT_MASTER_ADMINISTRATOR


def third_party_closed(third_party: TaxpayerFacts) -> Reason | None:
    """Why nothing new can be given to this third party, if so."""
    if Condition.FROZEN_AS_THIRD_PARTY in third_party.conditions:
        return Reason.THIRD_PARTY_FROZEN
    if third_party.conditions & ENDED_LIFE:
        return Reason.THIRD_PARTY_CLOSED
    return None


def _may_give(standpoint: Standpoint, client: TaxpayerFacts, third_party: TaxpayerFacts) -> Reason | None:
    if standpoint.submitted or standpoint.administers_third_party or standpoint.speaks_for_third_party:
        return Reason.OWN_REQUEST
    if client.frozen:
        return Reason.TAXPAYER_FROZEN
    if client.paused:
        return Reason.TAXPAYER_PAUSED
    return third_party_closed(third_party)
