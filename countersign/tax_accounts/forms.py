"""What one can ask about accounts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from countersign.policy.rights import Action
from countersign.tax_accounts.words import ACTIONS
from countersign.ui.forms import ChoiceField, DateField, Form, TextField

LONGEST_NUMBER = 64


class WhoForm(Form):
    """Who had access on a day (empty means now), narrowed to a part of a name or username."""

    q = TextField(label=_("Name or username"), required=False, help_text=_("A part of it will do."))
    on = DateField(label=_("On this day"), required=False, help_text=_("Leave it empty for now."))


class WhyNotForm(Form):
    """Which account, and what one would like to do there."""

    account = TextField(
        label=_("Account number"), max_length=LONGEST_NUMBER, help_text=_("As it stands on the agency's letters.")
    )
    action = ChoiceField(label=_("What you want to do"), choices=[(action.value, ACTIONS[action]) for action in Action])

    def clean_action(self) -> Action:
        """The action itself."""
        chosen: Any = self.cleaned_data["action"]
        return Action(chosen)
