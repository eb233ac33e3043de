from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ThirdPartyAccessConfig(AppConfig):
    name = "countersign.third_party_access"
    label = "third_party_access"

    def ready(self) -> None:
        """Make the kinds of notices and submissions known; what they say names models, so not before this moment."""
        import_module("countersign.third_party_access.notice_kinds")
        kinds = import_module("countersign.submissions.kinds")
        own = import_module("countersign.third_party_access.kinds")
        lists = import_module("countersign.third_party_access.queries.receipts.lists")
        requests = import_module("countersign.third_party_access.queries.receipts.requests")
        files = import_module("countersign.third_party_access.queries.receipts.files")
        changes = import_module("countersign.third_party_access.queries.receipts.changes")
        kinds.register(
            kinds.Kind(
                own.REQUEST,
                _("Request to Manage Other Taxpayer's Accounts"),
                lists.about_requests,
                requests.request_receipt,
                lists.request_tasks,
            )
        )
        kinds.register(
            kinds.Kind(own.REQUESTS_FILE, _("Requests submitted from a file"), files.about_files, files.file_receipt)
        )
        for name, title in (
            (own.RIGHTS_CHANGE, _("Change of a third party's rights")),
            (own.END_CHANGE, _("Change of the last day of third-party access")),
            (own.REVOCATION, _("Revocation of third-party access")),
            (own.DROP, _("Access to a client given up")),
        ):
            kinds.register(kinds.Kind(name, title, changes.about_changes, changes.change_receipt))
