"""Words that components write by themselves. The wording of reasons is not here: it comes from the settings."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from countersign.policy.rights import Rights

RIGHTS: dict[Rights, Promise] = {
    Rights.NO_ACCESS: _("No Access"),
    Rights.VIEW_ONLY: _("View Only"),
    Rights.FILE_AND_PAY: _("File and Pay"),
    Rights.ALL_ACCESS: _("All Access"),
}

# UX rule 3: rights are always explained where they are chosen.
RIGHTS_EXPLAINED: dict[Rights, Promise] = {
    Rights.NO_ACCESS: _("Sees nothing of this account."),
    Rights.VIEW_ONLY: _("Sees balances, returns and letters."),
    Rights.FILE_AND_PAY: _("Also files and pays."),
    Rights.ALL_ACCESS: _("Also changes account, bank and contact details."),
}

PATH_KINDS: dict[str, Promise] = {
    "logon": _("Logon"),
    "parent": _("Parent logon"),
    "third_party": _("Third party"),
    "group": _("Security group"),
    "taxpayer": _("Taxpayer"),
    "account": _("Account"),
}


def in_fours(number: str) -> str:
    """A long number as people read it out, in groups of four: 7K3M-PQ2X-W9."""
    return "-".join(number[begin : begin + 4] for begin in range(0, len(number), 4))
