"""What one fills in to add secondary logons and to change what they may do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from countersign.access.models import SecurityGroup
from countersign.access.operations.secondary import Place, Terms
from countersign.logons.usernames import check_shape
from countersign.policy.rights import AccessType, Rights
from countersign.secondary_logons.operations.add import NewPerson
from countersign.secondary_logons.queries.accounts import GivableRow
from countersign.secondary_logons.queries.logon_files import SHAPE
from countersign.taxpayers.models import AccountType
from countersign.ui.forms import (
    ChoiceField,
    Form,
    MultipleChoiceField,
    OnceForm,
    PasswordField,
    PhoneField,
    RightsField,
    TextField,
)
from countersign.ui.words import RIGHTS

ALL_TYPES = "all"
DEFAULT = "default"

ACCESS_TYPE_CHOICES = [
    (AccessType.TAX_ADMINISTRATOR.value, _("Tax Administrator")),
    (AccessType.MASTER_ADMINISTRATOR.value, _("Master Administrator")),
]
ACCESS_TYPE_HINTS = {
    AccessType.TAX_ADMINISTRATOR.value: _("Has the rights that you choose, and manages nobody."),
    AccessType.MASTER_ADMINISTRATOR.value: _(
        "Has All Access in its security groups, and manages secondary Tax Administrators within its own reach."
    ),
}


class VersionForm(OnceForm):
    """A change of something that was seen: ``version`` names what, ``preview`` the outcome that was shown."""

    version = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    preview = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)


class PersonForm(Form):
    """The Add Access step: who gets the logon, and of which access type."""

    first_name = TextField(label=_("First name"), max_length=100)
    last_name = TextField(label=_("Last name"), max_length=100)
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("The confirmation e-mail goes there. It should be an address that only this person reads."),
    )
    phone = PhoneField(label=_("Phone"), required=False)
    username = TextField(
        label=_("Username"),
        max_length=50,
        validators=[check_shape],
        help_text=_("6 to 50 small letters, digits and . _ - @. It can never be changed."),
    )
    language = forms.ChoiceField(label=_("Language of the e-mail"), choices=settings.LANGUAGES)
    access_type = ChoiceField(label=_("Access type"), choices=ACCESS_TYPE_CHOICES, hints=ACCESS_TYPE_HINTS)

    @property
    def person(self) -> NewPerson:
        """Who it is, after ``is_valid``."""
        entered = self.cleaned_data
        return NewPerson(
            entered["first_name"],
            entered["last_name"],
            entered["email"],
            entered["username"],
            entered["phone"],
            entered["language"],
        )

    @property
    def chosen_type(self) -> AccessType:
        """The access type, after ``is_valid``."""
        return AccessType(self.cleaned_data["access_type"])


def group_choices(groups: Iterable[SecurityGroup]) -> list[tuple[str, str]]:
    """Security groups to tick, by key."""
    return [(str(group.pk), group.name) for group in groups]


class GroupsForm(VersionForm):
    """Security groups to tick; none is a choice, too."""

    groups = MultipleChoiceField(label=_("Security groups"), required=False)

    def __init__(self, *args: Any, groups: Sequence[SecurityGroup], hints: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["groups"]
        assert isinstance(field, MultipleChoiceField)
        field.choices = group_choices(groups)
        field.hints = dict(hints)

    @property
    def chosen_groups(self) -> frozenset[int]:
        """Keys of the groups ticked, after ``is_valid``."""
        return frozenset(int(key) for key in self.cleaned_data["groups"])


class TermsForm(VersionForm):
    """Account types and default rights; of an existing logon also its access type."""

    access_type = ChoiceField(label=_("Access type"), choices=ACCESS_TYPE_CHOICES, hints=ACCESS_TYPE_HINTS)
    account_types = MultipleChoiceField(
        label=_("Account types"), help_text=_("Accounts of other types stay closed to this logon.")
    )
    default_rights = RightsField(
        label=_("Default rights"),
        none=True,
        required=False,
        help_text=_("For every account where you set nothing else. A Master Administrator always has All Access here."),
    )

    def __init__(self, *args: Any, account_types: Sequence[AccountType], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["account_types"]
        assert isinstance(field, MultipleChoiceField)
        field.choices = [
            *((str(one.pk), one.name) for one in account_types),
            (ALL_TYPES, _("All account types, also those that are added later")),
        ]

    def clean(self) -> dict[str, Any]:
        """A Tax Administrator needs default rights."""
        entered = super().clean() or self.cleaned_data
        if entered.get("access_type") != AccessType.MASTER_ADMINISTRATOR and entered.get("default_rights") is None:
            self.add_error("default_rights", _("Choose the default rights."))
        return entered

    @property
    def terms(self) -> Terms:
        """The terms chosen, after ``is_valid``."""
        entered = self.cleaned_data
        types = entered["account_types"]
        return Terms(
            AccessType(entered["access_type"]),
            entered["default_rights"] if entered["default_rights"] is not None else Rights.NO_ACCESS,
            None if ALL_TYPES in types else frozenset(int(key) for key in types),
        )


def initial_terms(terms: Terms) -> dict[str, Any]:
    """How :class:`TermsForm` shows these terms."""
    types = terms.account_types
    return {
        "access_type": terms.access_type.value,
        "default_rights": int(terms.default_rights),
        "account_types": [ALL_TYPES] if types is None else [str(key) for key in sorted(types)],
    }


class AccessSettingsForm(TermsForm):
    """The Access Settings step of Add User: security groups, account types, default rights."""

    groups = MultipleChoiceField(
        label=_("Security groups"),
        required=False,
        help_text=_("The logon is let in to the customers of these groups. Without any it reaches nothing."),
    )
    access_type = forms.CharField(widget=forms.HiddenInput, max_length=2)  # type: ignore[assignment]
    field_order = ("token", "groups", "account_types", "default_rights")

    def __init__(self, *args: Any, groups: Sequence[SecurityGroup], hints: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["groups"]
        assert isinstance(field, MultipleChoiceField)
        field.choices = group_choices(groups)
        field.hints = dict(hints)

    @property
    def chosen_groups(self) -> frozenset[int]:
        """Keys of the groups ticked, after ``is_valid``."""
        return frozenset(int(key) for key in self.cleaned_data["groups"])


class GiveRightsForm(VersionForm):
    """New rights for the accounts whose button was selected."""

    def __init__(self, *args: Any, rows: Sequence[GivableRow], **kwargs: Any) -> None:
        self.rows = rows
        super().__init__(*args, **kwargs)
        for row in rows:
            self.fields[f"rights_{row.account.account}"] = forms.ChoiceField(
                label=f"{row.account.account_type} {row.account.account_number}",
                choices=[
                    (DEFAULT, _("By its default")),
                    *((str(int(level)), RIGHTS[level]) for level in Rights),
                ],
                initial=DEFAULT if row.set_here is None else str(int(row.set_here)),
            )

    def field_of(self, row: GivableRow) -> BoundField:
        """The field of the row's new rights."""
        return self[f"rights_{row.account.account}"]

    @property
    def rights(self) -> dict[Place, Rights | None]:
        """Place → rights, after ``is_valid``."""
        return {row.place: _level(self.cleaned_data[f"rights_{row.account.account}"]) for row in self.rows}


class CustomerRightsForm(VersionForm):
    """The most on every account of one customer."""

    rights = ChoiceField(
        label=_("Access Rights"),
        choices=[(DEFAULT, _("By its default")), *((str(int(level)), RIGHTS[level]) for level in Rights)],
    )

    @property
    def level(self) -> Rights | None:
        """The rights chosen, None for the default; after ``is_valid``."""
        return _level(self.cleaned_data["rights"])


def _level(typed: str) -> Rights | None:
    return None if typed == DEFAULT else Rights(int(typed))


class CopyForm(OnceForm):
    """From which logon the settings are copied."""

    source = TextField(label=_("Username of the logon whose settings are copied"), max_length=50)
    version = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    source_version = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    refinements = forms.BooleanField(label=_("Also what is set for single customers and accounts"), required=False)


def sorted_keys(keys: Collection[int]) -> list[str]:
    """Keys as a form's initial value."""
    return [str(key) for key in sorted(keys)]


class EnrollForm(Form):
    """The password of a logon that somebody else created, chosen by the person it is for."""

    password = PasswordField(
        label=_("Password"),
        autocomplete="new-password",
    )
    again = PasswordField(label=_("Password once more"), autocomplete="new-password")

    def clean(self) -> dict[str, Any]:
        """Both have to be the same."""
        entered = super().clean() or self.cleaned_data
        if entered.get("password") and entered.get("again") and entered["password"] != entered["again"]:
            self.add_error("again", _("The two passwords differ. Type the same one twice."))
        return entered


class FileForm(Form):
    """A file of secondary logons, or of refinements."""

    file = forms.FileField(label=_("CSV file"), help_text=_("At most 20,000 rows."))

    def clean_file(self) -> bytes:
        """Its content, if it is not too long."""
        given = self.cleaned_data["file"]
        if given.size > SHAPE.most_bytes:
            raise forms.ValidationError(_("The file is too large. Split it."))
        content: bytes = given.read()
        return content


class SubmitFileForm(OnceForm):
    """Submit of a kept file."""


class AskParentForm(Form):
    """Ask the parent logon, or take that back."""

    step = forms.ChoiceField(choices=[("ask", ""), ("take_back", "")], widget=forms.HiddenInput, label=_("What to do"))


class VouchForm(OnceForm):
    """The parent's word that it is this person. ``asked``: the confirmation number of what was asked."""

    asked = forms.CharField(widget=forms.HiddenInput, max_length=20)
    sure = forms.BooleanField(
        label=_("I have spoken to this person, and I am sure that it is the one who asks"),
        error_messages={"required": _("Speak to the person first, then tick this. If you are not sure, decline.")},
    )
