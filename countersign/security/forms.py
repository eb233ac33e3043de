"""The forms of adding a second factor."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from countersign.ui.forms import Form, TextField


class FirstCodeForm(Form):
    """The first code that a new authenticator app shows."""

    code = TextField(
        label=_("Code that the app shows"),
        max_length=20,
        autocomplete="one-time-code",
        help_text=_("Six digits. The app shows new ones every 30 seconds."),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class EndSessionForm(Form):
    """Which session to end: a key of the list, or all others."""

    session = forms.RegexField(r"^(others|[1-9][0-9]{0,17})$", widget=forms.HiddenInput(), label=_("Session"))


class NewPasskeyForm(Form):
    """A name for the passkey, and the browser's answer, which a script fills in."""

    name = TextField(
        label=_("Name of this passkey"),
        max_length=100,
        spellcheck=True,
        help_text=_("So that you know it again, such as “My phone” or “Key on my key ring”."),
    )
    credential = forms.CharField(max_length=20_000, widget=forms.HiddenInput(), label=_("Passkey"))
