"""All tables that decisions read. Whoever has read this folder has seen everything that can open a door."""

from countersign.access.models.fact import NOT_ENDED, Fact
from countersign.access.models.grants import Grant
from countersign.access.models.groups import Customer, GroupMember, Placement, SecurityGroup
from countersign.access.models.own import AccountRights, TaxpayerAccess
from countersign.access.models.portfolios import (
    Portfolio,
    PortfolioHolder,
    PortfolioSource,
    Refinement,
    SecondaryLogon,
)
from countersign.access.models.standing import LogonStanding, TaxpayerCondition

__all__ = [
    "NOT_ENDED",
    "AccountRights",
    "Customer",
    "Fact",
    "Grant",
    "GroupMember",
    "LogonStanding",
    "Placement",
    "Portfolio",
    "PortfolioHolder",
    "PortfolioSource",
    "Refinement",
    "SecondaryLogon",
    "SecurityGroup",
    "TaxpayerAccess",
    "TaxpayerCondition",
]
