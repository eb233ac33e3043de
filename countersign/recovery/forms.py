"""The forms of getting back in."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from countersign.mail.composition import usable_address
from countersign.ui.forms import Form, PasswordField, TextField


class ForgotForm(Form):
    """The e-mail address on file."""

    email = TextField(
        label=_("E-mail address"), max_length=254, autocomplete="email", help_text=_("The one that you gave us.")
    )

    def clean_email(self) -> str:
        """One plain address."""
        typed: str = self.cleaned_data["email"]
        if not usable_address(typed):
            raise ValidationError(_("Give one e-mail address, such as name@example.com."))
        return typed


class LetterCodeForm(Form):
    """The code of the letter."""

    code = TextField(label=_("Code of the letter"), max_length=40)


class NewPasswordForm(Form):
    """A new password, created and confirmed."""

    password = PasswordField(
        label=_("New password"),
        autocomplete="new-password",
    )
    again = PasswordField(label=_("Confirm the new password"), autocomplete="new-password")

    def clean(self) -> dict[str, Any]:
        """Both have to be the same."""
        entered = super().clean() or self.cleaned_data
        if entered.get("password") and entered.get("again") and entered["password"] != entered["again"]:
            self.add_error("again", _("The two passwords differ. Type the same one twice."))
        return entered
