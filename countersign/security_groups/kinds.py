"""The kinds of submissions that this feature opens. ``subject`` of each is the key of the security group."""

ADD = "security_group_added"
CHANGE = "security_group_changed"
DELETE = "security_group_deleted"
PLACE = "customers_placed"
KEEP = "customers_kept"  # its subject is the key of the Default group
UPLOAD = "placements_uploaded"  # its subject is the key of the file
