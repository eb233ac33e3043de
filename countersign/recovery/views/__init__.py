"""Pages of recovery."""

from countersign.recovery.views.changing import change
from countersign.recovery.views.forgot import forgot, sent
from countersign.recovery.views.lost_factors import cancel, cancel_link, cancelled, lost, other_ways
from countersign.recovery.views.resetting import done, link, reset

__all__ = [
    "cancel",
    "cancel_link",
    "cancelled",
    "change",
    "done",
    "forgot",
    "link",
    "lost",
    "other_ways",
    "reset",
    "sent",
]
