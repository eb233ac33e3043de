"""The forms of signing in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from countersign.logons.second_factors.ways import Way
from countersign.ui.forms import Form, PasswordField, TextField


class LogInForm(Form):
    """Username and password. Managers and paste work; the browser may offer what it knows, passkeys too."""

    username = TextField(label=_("Username"), max_length=254, autocomplete="username webauthn")
    password = PasswordField(label=_("Password"))


class CodeForm(Form):
    """A code of the authenticator app, or a recovery code."""

    code = TextField(label=_("Code"), max_length=40, autocomplete="one-time-code")

    def __init__(self, way: Way, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        if way is Way.AUTHENTICATOR:
            field.label = _("Code of your authenticator app")
            field.help_text = _("Six digits. The app shows new ones every 30 seconds.")
            field.widget.attrs["inputmode"] = "numeric"
        else:
            field.label = _("Recovery code")
            field.help_text = _("One of the ten codes that you printed or kept. Each works once.")
            field.widget.attrs["autocomplete"] = "off"

    @property
    def answer(self) -> str:
        """What was typed."""
        return str(self.cleaned_data["code"])


class PasskeyForm(Form):
    """The browser's answer for a passkey, which a script fills in."""

    credential = forms.CharField(max_length=20_000, widget=forms.HiddenInput(), label=_("Passkey"))

    @property
    def answer(self) -> str:
        """The answer as JSON, unchecked."""
        return str(self.cleaned_data["credential"])


class PasswordAgainForm(Form):
    """The password once more."""

    password = PasswordField(label=_("Password"))
