from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SecurityGroupsConfig(AppConfig):
    name = "countersign.security_groups"
    label = "security_groups"

    def ready(self) -> None:
        """Make the kinds of submissions known; what they say names models, so not before this moment."""
        import_module("countersign.security_groups.notice_kinds")
        kinds = import_module("countersign.submissions.kinds")
        own = import_module("countersign.security_groups.kinds")
        receipts = import_module("countersign.security_groups.queries.receipts")
        for name, title in (
            (own.ADD, _("Security group added")),
            (own.CHANGE, _("Security group changed")),
            (own.DELETE, _("Security group deleted")),
            (own.PLACE, _("Customers placed in a security group")),
            (own.KEEP, _("Kept to the parent logon")),
            (own.UPLOAD, _("Customers placed from a file")),
        ):
            kinds.register(kinds.Kind(name, title, receipts.about, receipts.receipt))
