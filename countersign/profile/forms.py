"""The shape of what one can change about oneself, and of whom one acts for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from countersign.access.acting_for import capacity_words
from countersign.access.queries.own import OwnTaxpayer
from countersign.ui.forms import ChoiceField, Form, PhoneField, TextField

_PHONE = re.compile(r"\+?[0-9 ().\-/]{5,}((x|ext\.?) ?[0-9]{1,6})?", re.IGNORECASE)


class ProfileForm(Form):
    """Phone and language. Name and e-mail are shown beside it; the username never changes (law 9)."""

    phone = PhoneField(label=_("Phone"), required=False, help_text=_("With area code, such as (555) 555-0100."))
    language = ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, help_text=_("For these pages and for e-mails to you.")
    )

    def clean_phone(self) -> str:
        """A number that somebody could dial."""
        typed: str = self.cleaned_data["phone"]
        if typed and (not _PHONE.fullmatch(typed) or sum(sign.isdigit() for sign in typed) < 5):
            raise ValidationError(_("Give the phone number in digits, such as (555) 555-0100."))
        return typed


class EmailForm(Form):
    """One plain address; a mail goes there."""

    email = forms.EmailField(
        label=_("New e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("We send a link there. Nothing changes until you use it."),
    )


class NameForm(Form):
    """First and last name."""

    first_name = TextField(label=_("First name"), max_length=100, autocomplete="given-name")
    last_name = TextField(label=_("Last name"), max_length=100, autocomplete="family-name")


class ActingForForm(Form):
    """Whom to act for, of the taxpayers listed."""

    taxpayer = ChoiceField(label=_("Taxpayer"))

    def __init__(self, own: Sequence[OwnTaxpayer], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["taxpayer"]
        assert isinstance(field, ChoiceField)
        field.choices = [(str(one.taxpayer.pk), one.taxpayer.legal_name) for one in own]
        field.hints = {str(one.taxpayer.pk): capacity_words(one) for one in own}
