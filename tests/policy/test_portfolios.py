"""Who may change a portfolio."""

from __future__ import annotations

import pytest

from countersign.policy.portfolios import (
    PortfolioStandpoint,
    may_manage_logon,
    may_place,
    may_see_portfolio,
    may_shape_groups,
)
from countersign.policy.reasons import Reason
from countersign.policy.rights import AccessType

HOLDER, SECONDARY, NOBODY = (
    PortfolioStandpoint(holds=True),
    PortfolioStandpoint(secondary_master=True),
    PortfolioStandpoint(),
)
MA, TA = AccessType.MASTER_ADMINISTRATOR, AccessType.TAX_ADMINISTRATOR


def test_the_holder_may_do_everything() -> None:
    assert may_see_portfolio(HOLDER) is may_shape_groups(HOLDER) is may_place(HOLDER, covered=False) is None
    assert may_manage_logon(HOLDER, access_type=MA, itself=False, covered=False) is None


def test_a_stranger_does_not_even_see_it() -> None:
    assert may_see_portfolio(NOBODY) == may_shape_groups(NOBODY) == may_place(NOBODY, covered=True) == Reason.NOT_FOUND
    assert may_manage_logon(NOBODY, access_type=TA, itself=False, covered=True) == Reason.NOT_FOUND


@pytest.mark.parametrize(
    ("access_type", "itself", "covered", "reason"),
    [
        (TA, False, True, None),
        (TA, False, False, Reason.BEYOND_OWN_REACH),
        (MA, False, True, Reason.BEYOND_OWN_REACH),
        (TA, True, True, Reason.BEYOND_OWN_REACH),
    ],
)
def test_a_secondary_master_manages_tax_administrators_within_its_reach(
    access_type: AccessType, itself: bool, covered: bool, reason: Reason | None
) -> None:
    assert may_manage_logon(SECONDARY, access_type=access_type, itself=itself, covered=covered) == reason


def test_a_secondary_master_moves_customers_within_its_reach_and_shapes_no_groups() -> None:
    assert may_place(SECONDARY, covered=True) is None
    assert may_place(SECONDARY, covered=False) == Reason.BEYOND_OWN_REACH
    assert may_shape_groups(SECONDARY) == Reason.BEYOND_OWN_REACH
