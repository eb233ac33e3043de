from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SecondaryLogonsConfig(AppConfig):
    name = "countersign.secondary_logons"
    label = "secondary_logons"

    def ready(self) -> None:
        """Make the kinds of notices and submissions known; what they say names models, so not before this moment."""
        import_module("countersign.secondary_logons.notice_kinds")
        kinds = import_module("countersign.submissions.kinds")
        own = import_module("countersign.secondary_logons.kinds")
        receipts = import_module("countersign.secondary_logons.queries.receipts")
        for name, title in (
            (own.ADD, _("Secondary logon added")),
            (own.GROUPS, _("Security groups of a secondary logon changed")),
            (own.SETTINGS, _("Access settings of a secondary logon changed")),
            (own.RIGHTS, _("Rights of a secondary logon changed")),
            (own.DEACTIVATE, _("Access of a secondary logon deactivated")),
            (own.REACTIVATE, _("Access of a secondary logon reactivated")),
            (own.CANCEL, _("Access of a secondary logon canceled")),
            (own.COPY, _("Settings copied to a secondary logon")),
            (own.UPLOAD, _("Secondary logons added from a file")),
            (own.REFINEMENTS, _("Refinements set from a file")),
            (own.VOUCH, _("Lost second factors of a secondary logon confirmed")),
        ):
            kinds.register(kinds.Kind(name, title, receipts.about, receipts.receipt))
        asked = _("Parent logon asked to confirm lost second factors")
        kinds.register(kinds.Kind(own.LOST_FACTORS, asked, receipts.about, receipts.asked_receipt))
        kinds.register_waiting(import_module("countersign.secondary_logons.queries.vouching").vouching_tasks)
