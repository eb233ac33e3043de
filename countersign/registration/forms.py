"""The shape of what people enter on the way in. Whether it is right is asked elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from countersign.logons.usernames import check_shape
from countersign.policy.rights import AccessType, Rights
from countersign.registration.models import Door
from countersign.taxpayers.models import Account, IdType, ProofKind
from countersign.ui.forms import ChoiceField, Form, PasswordField, TextField
from countersign.ui.words import RIGHTS

ASK, DISPUTE = "ask", "dispute"
_ID_TYPES = {
    Door.MYSELF: (IdType.SSN, IdType.ITIN, IdType.AGENCY),
    Door.BUSINESS: (IdType.FEIN, IdType.AGENCY),
    Door.THIRD_PARTY: (IdType.FEIN, IdType.SSN, IdType.ITIN, IdType.AGENCY),
}


class DoorForm(Form):
    """Which of the three doors."""

    door = ChoiceField(
        label=_("How do you register?"),
        choices=Door.choices,
        hints={
            Door.MYSELF: _("Your own income tax. You need your number and one proof."),
            Door.BUSINESS: _("A business or an estate that you may act for. You need its number and one proof."),
            Door.THIRD_PARTY: _("You prepare taxes for others, with or without tax accounts of your own here."),
        },
    )


class ProofForm(Form):
    """ID type and number, legal name, and one proof that the agency holds."""

    id_type = forms.ChoiceField(label=_("ID type"))
    id_number = TextField(label=_("ID number"), max_length=64, help_text=_("Dashes may be left out."))
    legal_name = TextField(
        label=_("Legal name"),
        max_length=300,
        help_text=_("As on a letter from the agency. Capitals, punctuation, Inc and LLC do not matter."),
    )
    kind = ChoiceField(label=_("What can you prove it with?"), choices=ProofKind.choices)
    value = TextField(
        label=_("The Letter ID, or the amount"),
        max_length=100,
        help_text=_("A Letter ID stands at the top of a letter. Write an amount with cents, such as 1234.50."),
    )

    def __init__(self, *args: Any, door: Door, hints: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        id_type, kind = self.fields["id_type"], self.fields["kind"]
        assert isinstance(id_type, forms.ChoiceField) and isinstance(kind, ChoiceField)
        offered = [(one.value, one.label) for one in _ID_TYPES[door]]
        id_type.choices = [("", _("Choose one")), *offered]
        kind.hints = hints


class RepresentativeForm(Form):
    """The name of a third party without accounts."""

    name = TextField(
        label=_("Your name, or your firm's"),
        max_length=300,
        help_text=_("Taxpayers see it when you ask them for access, and that the agency did not check it."),
        spellcheck=False,
        autocomplete="organization",
    )


class EmailForm(Form):
    """Where the confirmation goes."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("Your own: forgotten passwords and warnings go there."),
    )


class DigitsForm(Form):
    """The six digits of the mail."""

    digits = forms.RegexField(
        r"^[0-9 ]{6,12}$",
        label=_("Six digits from the mail"),
        max_length=12,
        error_messages={"invalid": _("Enter the six digits, such as 123456.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class LogonForm(Form):
    """Who one is, and the username."""

    first_name = TextField(label=_("First name"), max_length=100, autocomplete="given-name")
    last_name = TextField(label=_("Last name"), max_length=100, autocomplete="family-name")
    username = TextField(
        label=_("Username"),
        max_length=254,
        validators=[check_shape],
        autocomplete="username",
        help_text=_(
            "6 to 50 letters, digits and . _ - @. Capitals do not matter. It can never be changed, so choose one that "
            "you will like in ten years."
        ),
    )


class PasswordForm(Form):
    """A password and the terms; where somebody administers the taxpayer already, what to do about it."""

    what = ChoiceField(
        label=_("Somebody administers this taxpayer already"),
        choices=[(ASK, _("Ask to be let in")), (DISPUTE, _("Dispute who administers it"))],
        hints={
            ASK: _("Its Master Administrators decide."),
            DISPUTE: _("Nobody who administers it should. Agency staff look into it; until then you have no access."),
        },
        initial=ASK,
    )
    password = PasswordField(label=_("Password"), autocomplete="new-password")
    password_again = PasswordField(label=_("The same password again"), autocomplete="new-password")
    terms = forms.BooleanField(
        label=_("I have read the terms of use and accept them"),
        error_messages={"required": _("Tick this to go on. Without the terms there is no logon.")},
    )

    def __init__(self, *args: Any, may_dispute: bool, signed_in: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_dispute:
            del self.fields["what"]
        if signed_in:
            for name in ("password", "password_again", "terms"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Both passwords are the same."""
        entered = super().clean() or self.cleaned_data
        first, again = entered.get("password"), entered.get("password_again")
        if first and again and first != again:
            self.add_error("password_again", _("The two passwords are not the same. Type it again."))
        return entered

    @property
    def disputes(self) -> bool:
        """Whether a dispute is to be opened, after ``is_valid``."""
        return self.cleaned_data.get("what") == DISPUTE


class LetterCodeForm(Form):
    """The Letter ID of the letter to the address on record."""

    code = TextField(
        label=_("Letter ID"), max_length=100, help_text=_("As it stands in the letter. Dashes may be left out.")
    )


class DecisionForm(Form):
    """As what to let a person in, and with which rights."""

    access_type = ChoiceField(
        label=_("Access type"),
        choices=[
            (AccessType.TAX_ADMINISTRATOR.value, _("Tax Administrator: the rights below, account by account")),
            (AccessType.MASTER_ADMINISTRATOR.value, _("Master Administrator: everything, also future accounts")),
        ],
        hints={AccessType.MASTER_ADMINISTRATOR.value: _("Can let in and cancel others, as you can.")},
        initial=AccessType.TAX_ADMINISTRATOR.value,
    )

    def __init__(self, *args: Any, accounts: Sequence[Account], **kwargs: Any) -> None:
        self.accounts = accounts
        super().__init__(*args, **kwargs)
        for account in accounts:
            self.fields[f"rights_{account.pk}"] = forms.TypedChoiceField(
                label=f"{account.account_type} {account.number}",
                choices=[(int(level), RIGHTS[level]) for level in Rights],
                coerce=lambda typed: Rights(int(typed)),
                empty_value=None,
                required=False,
                initial=int(Rights.NO_ACCESS),
            )

    def rows(self) -> list[tuple[Account, BoundField]]:
        """Account and the field of its rights."""
        return [(account, self[f"rights_{account.pk}"]) for account in self.accounts]

    @property
    def rights(self) -> dict[int, Rights]:
        """Account key → rights, after ``is_valid``."""
        return {account.pk: self.cleaned_data[f"rights_{account.pk}"] or Rights.NO_ACCESS for account in self.accounts}
