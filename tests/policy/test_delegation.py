"""Who may change third-party access: every question, every reason."""

from __future__ import annotations

import pytest

from countersign.policy.delegation import (
    Standpoint,
    may_approve,
    may_decide,
    may_drop,
    may_narrow,
    may_request,
    may_revoke,
    may_widen,
    may_withdraw,
)
from countersign.policy.facts import Condition, TaxpayerFacts
from countersign.policy.reasons import Reason

CLIENT = TaxpayerFacts(1, False)
FIRM = TaxpayerFacts(2, False)
OF_CLIENT = Standpoint(administers_client=True)
OF_FIRM = Standpoint(administers_third_party=True, speaks_for_third_party=True)
NOBODY = Standpoint()


def with_condition(facts: TaxpayerFacts, *conditions: Condition) -> TaxpayerFacts:
    return TaxpayerFacts(facts.key, facts.individual, frozenset(conditions))


def test_the_clients_master_administrator_gives() -> None:
    assert may_decide(OF_CLIENT) is None
    assert may_approve(OF_CLIENT, client=CLIENT, third_party=FIRM) is None
    assert may_widen(OF_CLIENT, client=CLIENT, third_party=FIRM) is None


@pytest.mark.parametrize("standpoint", [NOBODY, OF_FIRM, Standpoint(submitted=True)])
def test_nobody_else_decides_or_changes(standpoint: Standpoint) -> None:
    for reason in (
        may_decide(standpoint),
        may_approve(standpoint, client=CLIENT, third_party=FIRM),
        may_widen(standpoint, client=CLIENT, third_party=FIRM),
        may_narrow(standpoint),
        may_revoke(standpoint),
    ):
        assert reason is Reason.NOT_MASTER_ADMINISTRATOR


@pytest.mark.parametrize(
    "standpoint",
    [
        Standpoint(administers_client=True, administers_third_party=True),
        Standpoint(administers_client=True, speaks_for_third_party=True),
        Standpoint(administers_client=True, submitted=True),
    ],
)
def test_a_third_party_never_approves_its_own_request(standpoint: Standpoint) -> None:
    assert may_approve(standpoint, client=CLIENT, third_party=FIRM) is Reason.OWN_REQUEST
    assert may_widen(standpoint, client=CLIENT, third_party=FIRM) is Reason.OWN_REQUEST
    assert may_decide(standpoint) is None
    assert may_narrow(standpoint) is None
    assert may_revoke(standpoint) is None


@pytest.mark.parametrize(
    ("client", "firm", "reason"),
    [
        ((Condition.FROZEN_AS_TAXPAYER,), (), Reason.TAXPAYER_FROZEN),
        ((Condition.DECEASED,), (), Reason.TAXPAYER_PAUSED),
        ((Condition.DISSOLVED,), (), Reason.TAXPAYER_PAUSED),
        ((Condition.DECEASED, Condition.FIDUCIARY_CONFIRMED), (), None),
        ((Condition.FROZEN_AS_THIRD_PARTY,), (), None),
        ((), (Condition.FROZEN_AS_THIRD_PARTY,), Reason.THIRD_PARTY_FROZEN),
        ((), (Condition.DECEASED,), Reason.THIRD_PARTY_CLOSED),
        ((), (Condition.DISSOLVED, Condition.FIDUCIARY_CONFIRMED), Reason.THIRD_PARTY_CLOSED),
        ((), (Condition.FROZEN_AS_TAXPAYER,), None),
    ],
)
def test_what_widens_asks_for_freezes_and_endings(
    client: tuple[Condition, ...], firm: tuple[Condition, ...], reason: Reason | None
) -> None:
    facts = {"client": with_condition(CLIENT, *client), "third_party": with_condition(FIRM, *firm)}
    assert may_approve(OF_CLIENT, **facts) is reason
    assert may_widen(OF_CLIENT, **facts) is reason


def test_who_asks() -> None:
    assert may_request(OF_FIRM, third_party=FIRM, client=1) is None
    assert may_request(OF_FIRM, third_party=FIRM, client=None) is None
    assert may_request(OF_FIRM, third_party=FIRM, client=2) is Reason.SAME_TAXPAYER
    assert may_request(OF_CLIENT, third_party=FIRM, client=1) is Reason.NOT_MASTER_ADMINISTRATOR
    frozen = with_condition(FIRM, Condition.FROZEN_AS_THIRD_PARTY)
    assert may_request(OF_FIRM, third_party=frozen, client=1) is Reason.THIRD_PARTY_FROZEN


def test_who_withdraws_and_drops() -> None:
    assert may_withdraw(OF_FIRM) is None
    assert may_withdraw(Standpoint(submitted=True)) is None
    assert may_withdraw(OF_CLIENT) is Reason.NOT_MASTER_ADMINISTRATOR
    assert may_drop(OF_FIRM) is None
    assert may_drop(OF_CLIENT) is Reason.NOT_MASTER_ADMINISTRATOR
    assert may_drop(Standpoint(speaks_for_third_party=True)) is Reason.NOT_MASTER_ADMINISTRATOR
