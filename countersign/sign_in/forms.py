"""The Log In form."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from countersign.ui.forms import Form, PasswordField, TextField


class LogInForm(Form):
    """Username and password. Managers and paste work; the browser may offer what it knows."""

    username = TextField(label=_("Username"), max_length=254, autocomplete="username")
    password = PasswordField(label=_("Password"))
