"""Pages of leaving."""

from countersign.leaving.views.deleting import delete_my_profile, deleted
from countersign.leaving.views.falling_away import falls_away, falls_away_csv
from countersign.leaving.views.following import follow, take_over, take_over_one
from countersign.leaving.views.leaving import leave

__all__ = [
    "delete_my_profile",
    "deleted",
    "falls_away",
    "falls_away_csv",
    "follow",
    "leave",
    "take_over",
    "take_over_one",
]
