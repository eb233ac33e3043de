from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistrationConfig(AppConfig):
    name = "countersign.registration"
    label = "registration"

    def ready(self) -> None:
        """Make the kinds of submissions and notices known; what they say names models, so not before this moment."""
        kinds = import_module("countersign.submissions.kinds")
        own = import_module("countersign.registration.kinds")
        receipts = import_module("countersign.registration.receipts")
        kinds.register(
            kinds.Kind(
                own.REQUEST_FOR_ACCESS,
                _("Request for access"),
                receipts.about_requests,
                receipts.request_receipt,
                receipts.request_tasks,
            )
        )
        for name, title, receipt in (
            (own.REGISTRATION, _("Registration"), receipts.registration_receipt),
            (own.LETTER_CODE, _("Code of a letter"), receipts.full_receipt),
            (own.WAITING_OVER, _("End of the waiting time"), receipts.full_receipt),
            (own.DISPUTE, _("Dispute about who administers a taxpayer"), receipts.dispute_receipt),
        ):
            kinds.register(kinds.Kind(name, title, receipts.about_taxpayers, receipt))
        import_module("countersign.registration.notice_kinds")
