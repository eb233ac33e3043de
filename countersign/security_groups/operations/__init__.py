"""Changes of security groups and placements. Each locks, loads, asks, writes and records, in that order."""

from countersign.security_groups.operations.placing import place_customers
from countersign.security_groups.operations.shaping import add_group, change_group, delete_group

__all__ = ["add_group", "change_group", "delete_group", "place_customers"]
