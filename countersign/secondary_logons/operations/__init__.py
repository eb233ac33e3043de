"""Changes of secondary logons, one module per thing. Each locks, loads, asks, writes and records, in that order."""

from countersign.secondary_logons.operations.add import NewPerson, add_secondary
from countersign.secondary_logons.operations.copying import copy_settings
from countersign.secondary_logons.operations.endings import (
    cancel_access,
    deactivate_access,
    reactivate_access,
)
from countersign.secondary_logons.operations.enroll import enroll, invited_by
from countersign.secondary_logons.operations.groups import change_groups
from countersign.secondary_logons.operations.invitations import send_again
from countersign.secondary_logons.operations.rights import give_rights
from countersign.secondary_logons.operations.settings import change_settings

__all__ = [
    "NewPerson",
    "add_secondary",
    "cancel_access",
    "change_groups",
    "change_settings",
    "copy_settings",
    "deactivate_access",
    "enroll",
    "give_rights",
    "invited_by",
    "reactivate_access",
    "send_again",
]
