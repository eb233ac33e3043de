"""Pages of leaving."""

from countersign.leaving.views.deleting import delete_my_profile, deleted
from countersign.leaving.views.following import follow, take_over, take_over_one
from countersign.leaving.views.leaving import leave

__all__ = ["delete_my_profile", "deleted", "follow", "leave", "take_over", "take_over_one"]
