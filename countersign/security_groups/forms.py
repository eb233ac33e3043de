"""The shape of what people enter about security groups. Whether it may be done is asked elsewhere."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from countersign.security_groups.queries.placement_files import SHAPE
from countersign.ui.converters import LARGEST_KEY
from countersign.ui.forms import Form, OnceForm, TextField

LONGEST_NAME, LONGEST_DESCRIPTION = 100, 500

KEPT = "kept"
"""Instead of a group: kept to the parent logon, in none."""


class SeenForm(OnceForm):
    """A change of something that was seen: ``version`` names what."""

    version = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)


class GroupForm(SeenForm):
    """Name and description of a security group."""

    name = TextField(label=_("Name"), max_length=LONGEST_NAME, help_text=_("For example “Restaurants” or “Firm”."))
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=LONGEST_DESCRIPTION,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What belongs in it, for whoever looks after it later."),
    )


class DefaultGroupForm(GroupForm):
    """The Default group keeps its name."""

    name = None  # type: ignore[assignment]


class FileForm(Form):
    """A file of placements."""

    file = forms.FileField(label=_("CSV file"))

    def clean_file(self) -> bytes:
        """Its content, if it is not too long."""
        given = self.cleaned_data["file"]
        if given.size > SHAPE.most_bytes:
            raise forms.ValidationError(_("The file is too long. Split it into files of at most 10 MB."))
        content: bytes = given.read()
        return content


class PlaceForm(SeenForm):
    """The security group that customers come to."""

    group = forms.CharField(
        label=_("Security group"),
        max_length=20,
        error_messages={"required": _("Select the button of the security group that you want.")},
    )

    def clean_group(self) -> int | str:
        """The key of a group, or ``KEPT``; whether it is one is the operation's to judge."""
        typed = self.cleaned_data["group"]
        if typed == KEPT:
            return KEPT
        if not (typed.isascii() and typed.isdigit() and 0 < int(typed) <= LARGEST_KEY):
            raise forms.ValidationError(_("Select the button of the security group that you want."))
        return int(typed)

    @property
    def target(self) -> int | None:
        """The key of the group, None for ``KEPT``; after ``is_valid``."""
        typed = self.cleaned_data["group"]
        return None if typed == KEPT else int(typed)
