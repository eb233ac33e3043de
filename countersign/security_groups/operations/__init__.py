"""Changes of security groups and placements. Each locks, loads, asks, writes and records, in that order."""

from countersign.security_groups.operations.placing import place_customers
from countersign.security_groups.operations.shaping import add_group, change_group, delete_group
from countersign.security_groups.operations.uploading import keep_file, place_from_file

__all__ = ["add_group", "change_group", "delete_group", "keep_file", "place_customers", "place_from_file"]
