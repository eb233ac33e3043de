from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LeavingConfig(AppConfig):
    name = "countersign.leaving"
    label = "leaving"

    def ready(self) -> None:
        """Make the kinds of submissions known; what they say names models, so not before this moment."""
        kinds = import_module("countersign.submissions.kinds")
        own = import_module("countersign.leaving.kinds")
        receipts = import_module("countersign.leaving.receipts")
        for name, title, receipt in (
            (own.LEAVE, _("Leave a taxpayer"), receipts.leave_receipt),
            (own.DELETE_PROFILE, _("Delete My Profile"), receipts.delete_receipt),
            (own.SUCCESSION, _("Follow as Master Administrator"), receipts.succession_receipt),
            (own.TAKE_OVER, _("Take over secondary logons"), receipts.take_over_receipt),
        ):
            kinds.register(kinds.Kind(name, title, receipts.about, receipt))
        kinds.register_waiting(import_module("countersign.leaving.operations.succession").succession_tasks)
        import_module("countersign.leaving.notice_kinds")
