"""Leave one taxpayer, delete one's profile, follow somebody who left, take over what rests."""

from countersign.leaving.operations.delete_profile import delete_profile
from countersign.leaving.operations.leave import leave_taxpayer
from countersign.leaving.operations.parting import Choices
from countersign.leaving.operations.resting import close_resting, park_unfed
from countersign.leaving.operations.succession import accept_succession, decline_succession
from countersign.leaving.operations.take_over import take_over_portfolio

__all__ = [
    "Choices",
    "accept_succession",
    "close_resting",
    "decline_succession",
    "delete_profile",
    "leave_taxpayer",
    "park_unfed",
    "take_over_portfolio",
]
