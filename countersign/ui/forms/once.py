"""A form that can be submitted once: two tabs, the back button and a second click find what the first made."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django import forms

from countersign.ui.forms.base import Form


class OnceForm(Form):
    """Carries a token of the page; an operation that gets the same one again returns the first receipt."""

    token = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"token": uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)

    @property
    def page_token(self) -> UUID | None:
        """The token of the page that was submitted; None for one that is none."""
        try:
            return UUID(self.cleaned_data.get("token", ""))
        except ValueError:
            return None
