"""What the pages of secondary logons say more than once."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from countersign.access.wording import ACCESS_TYPES
from countersign.policy.facts import Standing as LogonStatus
from countersign.policy.rights import AccessType
from countersign.taxpayers.models import AccountType
from countersign.ui.tables import StatusWord

STATUSES = {
    LogonStatus.ACTIVE: ("good", gettext_lazy("Active")),
    LogonStatus.INVITED: ("waiting", gettext_lazy("Invited")),
    LogonStatus.DEACTIVATED: ("ended", gettext_lazy("Deactivated")),
    LogonStatus.CANCELLED: ("ended", gettext_lazy("Canceled")),
    LogonStatus.CLOSED: ("ended", gettext_lazy("Closed")),
}


def status_word(status: LogonStatus) -> StatusWord:
    """A status with its shape."""
    kind, word = STATUSES[status]
    return StatusWord(kind, word)


def access_type_words(access_type: AccessType) -> str:
    """Master Administrator or Tax Administrator."""
    return str(ACCESS_TYPES[access_type])


def account_type_words(keys: Iterable[int] | None) -> str:
    """The names of account types, or that there is no limit."""
    if keys is None:
        return _("All account types, also those that are added later")
    names = AccountType.objects.filter(pk__in=list(keys)).order_by("name").values_list("name", flat=True)
    return ", ".join(names)
