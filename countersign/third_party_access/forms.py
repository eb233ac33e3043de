"""The shape of what people enter about third-party access. Whether it may be done is asked elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from countersign.policy.rights import Rights
from countersign.taxpayers.models import AccountType, IdType
from countersign.third_party_access.operations.request_access import LONGEST_MESSAGE, LONGEST_NAME, Asked
from countersign.third_party_access.queries.grants import Holding
from countersign.third_party_access.queries.request_files import SHAPE
from countersign.third_party_access.queries.requests import AskedAccount
from countersign.ui.converters import LARGEST_KEY
from countersign.ui.forms import ChoiceField, DateField, Form, MultipleChoiceField, OnceForm, TextField
from countersign.ui.words import RIGHTS

ALL, SOME = "all", "some"


def _rights_field(
    label: str, offered: Iterable[Rights], *, initial: Rights, none: Any = None
) -> forms.TypedChoiceField:
    """A short list of rights, least first, for a table's cell. ``none`` is what No Access is called there."""
    return forms.TypedChoiceField(
        label=label,
        choices=[
            (int(level), none if none is not None and level is Rights.NO_ACCESS else RIGHTS[level]) for level in offered
        ],
        coerce=lambda typed: Rights(int(typed)),
        empty_value=None,
        initial=int(initial),
    )


class RequestForm(OnceForm):
    """Request to Manage Other Taxpayer's Accounts."""

    id_type = forms.ChoiceField(label=_("ID type"), choices=[("", _("Choose one")), *IdType.choices])
    id_number = TextField(label=_("ID number"), max_length=64, help_text=_("Dashes may be left out."))
    legal_name = TextField(
        label=_("Legal name"),
        max_length=LONGEST_NAME,
        help_text=_("As on a letter from the agency. Capitals, punctuation, Inc and LLC do not matter."),
    )
    begins_on = DateField(label=_("First day"))
    ends_on = DateField(
        label=_("Last day"),
        required=False,
        help_text=_("The last day on which you have access. Leave it empty for access until somebody ends it."),
    )
    message = forms.CharField(
        label=_("Message to the taxpayer"),
        required=False,
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example what you do for them. At most 1,000 characters."),
    )

    def __init__(self, *args: Any, account_types: Sequence[AccountType], **kwargs: Any) -> None:
        self.account_types = account_types
        super().__init__(*args, **kwargs)
        for account_type in account_types:
            self.fields[f"rights_{account_type.pk}"] = _rights_field(
                account_type.name, Rights, initial=Rights.NO_ACCESS, none=_("Do not ask")
            )

    def rights_rows(self) -> list[tuple[AccountType, BoundField]]:
        """Account type and the field of its rights."""
        return [(account_type, self[f"rights_{account_type.pk}"]) for account_type in self.account_types]

    @property
    def asked(self) -> Asked:
        """What is asked, after ``is_valid``."""
        entered = self.cleaned_data
        rights = {
            account_type.pk: entered[f"rights_{account_type.pk}"]
            for account_type in self.account_types
            if entered[f"rights_{account_type.pk}"] > Rights.NO_ACCESS
        }
        return Asked(
            entered["id_type"],
            entered["id_number"],
            entered["legal_name"],
            rights,
            entered["begins_on"],
            entered["ends_on"],
            entered["message"],
        )


class FileForm(Form):
    """A file of requests."""

    file = forms.FileField(label=_("CSV file"), help_text=_("At most 10,000 rows."))

    def clean_file(self) -> bytes:
        """Its content, if it is not too long."""
        given = self.cleaned_data["file"]
        if given.size > SHAPE.most_bytes:
            raise forms.ValidationError(_("The file is too large. Split it."))
        content: bytes = given.read()
        return content


class SubmitFileForm(OnceForm):
    """Submit of a kept file."""


class DecisionForm(Form):
    """Decide a request: rights per account, at most what was asked, and an end."""

    ends_on = DateField(label=_("Last day"), required=False)
    version = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(self, *args: Any, accounts: Sequence[AskedAccount], **kwargs: Any) -> None:
        self.accounts = accounts
        super().__init__(*args, **kwargs)
        for row in accounts:
            offered = [level for level in Rights if level <= row.asked]
            label = f"{row.account.account_type} {row.account.number}"
            self.fields[f"rights_{row.account.pk}"] = _rights_field(label, offered, initial=row.asked)

    def rights_rows(self) -> list[tuple[AskedAccount, BoundField]]:
        """Asked account and the field of the rights given."""
        return [(row, self[f"rights_{row.account.pk}"]) for row in self.accounts]

    @property
    def rights(self) -> dict[int, Rights]:
        """Account key → rights given, after ``is_valid``."""
        return {row.account.pk: self.cleaned_data[f"rights_{row.account.pk}"] for row in self.accounts}


class RightsChangeForm(OnceForm):
    """New rights for each grant."""

    version = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(self, *args: Any, held: Sequence[Holding], **kwargs: Any) -> None:
        self.held = held
        super().__init__(*args, **kwargs)
        for holding in held:
            label = f"{holding.account.account_type} {holding.account.number}"
            offered = [level for level in Rights if level > Rights.NO_ACCESS]
            self.fields[f"rights_{holding.grant.pk}"] = _rights_field(label, offered, initial=holding.rights)

    def forget_rows(self) -> None:
        """Leave only what recognises a repeated submit: the grants that the page was about are gone."""
        self.held = []
        self.fields = {name: self.fields[name] for name in ("token", "version")}

    def rights_rows(self) -> list[tuple[Holding, BoundField]]:
        """Grant and the field of its new rights."""
        return [(holding, self[f"rights_{holding.grant.pk}"]) for holding in self.held]

    @property
    def rights(self) -> dict[int, Rights]:
        """Grant key → rights, after ``is_valid``."""
        return {holding.grant.pk: self.cleaned_data[f"rights_{holding.grant.pk}"] for holding in self.held}


def _is_key(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and len(typed) < 20 and int(typed) <= LARGEST_KEY


class _AccountsForm(OnceForm):
    """Some accounts among those that a third party holds something on."""

    accounts = MultipleChoiceField(label=_("Accounts"), required=False)

    def __init__(self, *args: Any, held: Sequence[Holding], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held_on = {holding.account.pk: holding.account for holding in held}
        choices = self.fields["accounts"]
        assert isinstance(choices, MultipleChoiceField)
        choices.choices = [(str(key), f"{account.account_type} · {account.number}") for key, account in held_on.items()]

    def offer_as_sent(self) -> None:
        """On Submit take the accounts as they were sent: what is gone of them is the operation's to judge."""
        sent = self.data.getlist("accounts") if isinstance(self.data, QueryDict) else []
        choices = self.fields["accounts"]
        assert isinstance(choices, MultipleChoiceField)
        choices.choices = [(key, key) for key in sent if _is_key(key)]

    @property
    def chosen_accounts(self) -> list[int]:
        """The keys of the accounts chosen, after ``is_valid``."""
        return [int(key) for key in self.cleaned_data["accounts"]]


class EndForm(_AccountsForm):
    """A last day for some accounts, or none."""

    accounts = MultipleChoiceField(label=_("Accounts"))

    last_day = DateField(
        label=_("Last day"),
        required=False,
        help_text=_("The last day on which the access counts. Leave it empty to let it last until you revoke it."),
    )
    version = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    @property
    def last(self) -> date | None:
        """The last day, after ``is_valid``."""
        last: date | None = self.cleaned_data["last_day"]
        return last


class EndingForm(_AccountsForm):
    """Which access to end: some accounts, or everything."""

    which = ChoiceField(label=_("What ends?"))
    accounts = MultipleChoiceField(label=_("If only some: which accounts"), required=False)
    field_order = ("token", "which", "accounts")

    def __init__(self, *args: Any, held: Sequence[Holding], **kwargs: Any) -> None:
        super().__init__(*args, held=held, **kwargs)
        which = self.fields["which"]
        assert isinstance(which, ChoiceField)
        which.choices = [
            (SOME, _("Access to the accounts that I tick")),
            (ALL, _("All access, also what is planned for later")),
        ]

    def clean(self) -> dict[str, Any]:
        """Some means at least one."""
        entered = super().clean() or self.cleaned_data
        if entered.get("which") == SOME and not entered.get("accounts"):
            self.add_error("accounts", _("Tick at least one account, or choose all access."))
        return entered

    @property
    def ending_accounts(self) -> list[int] | None:
        """The keys of the accounts, or None for everything; after ``is_valid``."""
        return None if self.cleaned_data["which"] == ALL else self.chosen_accounts
