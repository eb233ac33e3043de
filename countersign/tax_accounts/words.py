"""Words of the pages about accounts."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from countersign.policy.rights import Action

ACTIONS: dict[Action, Promise] = {
    Action.VIEW: _("See balances, returns and letters"),
    Action.FILE: _("File returns"),
    Action.PAY: _("Pay"),
    Action.MAINTAIN: _("Change account, bank and contact details"),
    Action.ADMINISTER: _("Decide who has access"),
}
