"""The shape of what one decides on leaving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from countersign.leaving.operations import Choices
from countersign.leaving.queries import Consequences
from countersign.logons.models import Logon
from countersign.ui.forms import ChoiceField, Form, TextField

NOBODY = ""


class LeaveForm(Form):
    """Whom one names to follow, who gets one's secondary logons; and the version of what was shown."""

    token = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    version = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(self, consequences: Consequences, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"token": uuid4(), "version": consequences.version}
        super().__init__(*args, **kwargs)
        for left in consequences.taxpayers:
            if left.last and left.candidates:
                self.fields[f"successor_{left.taxpayer.pk}"] = _people(
                    _("Who may follow you at %(taxpayer)s?") % {"taxpayer": left.taxpayer.legal_name},
                    left.candidates,
                    _("Nobody: it stays without a Master Administrator"),
                )
        for one in consequences.portfolios:
            if one.receivers and one.in_use:
                self.fields[f"portfolio_{one.portfolio}"] = _people(
                    _("Who takes over your secondary logons (%(name)s)?") % {"name": one.name},
                    one.receivers,
                    _("Nobody: they rest until somebody takes them over"),
                )

    @property
    def choices(self) -> Choices:
        """What was chosen, as keys."""
        return Choices(self._chosen("successor_"), self._chosen("portfolio_"))

    @property
    def page_token(self) -> UUID | None:
        """The token of the page that was submitted; None for one that is none."""
        return self.token_of(self.cleaned_data)

    @staticmethod
    def token_of(sent: Mapping[str, Any]) -> UUID | None:
        """The token among what was sent."""
        try:
            return UUID(str(sent.get("token", "")))
        except ValueError:
            return None

    @property
    def asked(self) -> list[forms.BoundField]:
        """The questions about people, in their order."""
        return [self[name] for name in self.fields if name.startswith(("successor_", "portfolio_"))]

    def _chosen(self, prefix: str) -> dict[int, int]:
        return {
            int(name.removeprefix(prefix)): int(value)
            for name, value in self.cleaned_data.items()
            if name.startswith(prefix) and value
        }


class DeleteForm(LeaveForm):
    """The same, confirmed by typing the username."""

    username = TextField(label=_("Your username"), max_length=50, autocomplete="off")


def _people(label: Any, people: Sequence[Logon], nobody: Any) -> ChoiceField:
    choices = [(NOBODY, nobody), *((str(one.pk), _name(one)) for one in people)]
    return ChoiceField(label=label, choices=choices, required=False)


def _name(logon: Logon) -> str:
    return f"{logon.full_name} ({logon.username})"
