"""Who may come in by proof, and as what (SPEC 3, Register). Pure: facts in; a reason against, or the outcome, out."""

from __future__ import annotations

from enum import Enum

from countersign.policy.facts import TaxpayerFacts
from countersign.policy.reasons import Reason


class Outcome(Enum):
    """What a person who proved the right to act becomes."""

    FULL = "full"
    PROVISIONAL = "provisional"
    REQUEST = "request"


def may_enter(taxpayer: TaxpayerFacts) -> Reason | None:
    """Whether anybody may come in by proof: a freeze refuses what widens; of the deceased staff confirm a fiduciary."""
    if taxpayer.frozen:
        return Reason.TAXPAYER_FROZEN
    if taxpayer.paused:
        return Reason.TAXPAYER_PAUSED
    return None


def outcome(*, full_master: bool, provisional_master: bool, by_letter: bool) -> Outcome:
    """What the person becomes, by whether others are full or provisional Master Administrators already.

    The first with proof becomes MA, provisional unless by a mailed Letter ID. Where a full one exists it decides. A
    Letter ID is stronger than a provisional one; of two without a Letter ID the first is first.
    """
    if full_master:
        return Outcome.REQUEST
    if by_letter:
        return Outcome.FULL
    return Outcome.REQUEST if provisional_master else Outcome.PROVISIONAL


def may_let_in(*, administers: bool, own_request: bool, taxpayer: TaxpayerFacts) -> Reason | None:
    """Whether the actor may approve a request for access (law 5); never its own."""
    if not administers:
        return Reason.NOT_MASTER_ADMINISTRATOR
    if own_request:
        return Reason.OWN_REQUEST
    return may_enter(taxpayer)


def may_turn_full(*, other_full_master: bool, disputed: bool, taxpayer: TaxpayerFacts) -> Reason | None:
    """Whether the waiting of a provisional MA may end by time: nobody else decides, nobody objects."""
    if other_full_master or disputed:
        return Reason.PROVISIONAL
    return may_enter(taxpayer)


def may_follow(*, administered_since: bool, administrator: bool, taxpayer: TaxpayerFacts) -> Reason | None:
    """Whether whom the last MA named may become MA in its place: it widens, so no freeze and no pause lets it.

    ``administered_since``: a full MA was there after the offer, also one that has left again: the offer is that one's
    to make by then. ``administrator``: the person still is Tax Administrator of the taxpayer.
    """
    if administered_since or not administrator:
        return Reason.ACCESS_CHANGED
    return may_enter(taxpayer)
