"""The few fields that Django does not have as the pages need them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from countersign.policy.rights import Rights
from countersign.ui.words import RIGHTS, RIGHTS_EXPLAINED

Hints = Mapping[Any, Any]


class TextField(forms.CharField):
    """One line of text. ``kind`` is the browser's input type, ``autocomplete`` what it may offer."""

    def __init__(self, *, autocomplete: str = "off", spellcheck: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("autocomplete", autocomplete)
        if not spellcheck:
            self.widget.attrs.update(spellcheck="false", autocapitalize="off")


class PhoneField(TextField):
    """A telephone number as people write it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "tel"}))
        super().__init__(autocomplete=kwargs.pop("autocomplete", "tel"), max_length=40, **kwargs)
        self.widget.input_type = "tel"


class PasswordField(forms.CharField):
    """A password, never sent back to the page; with a *Show* button. Spaces belong to it."""

    def __init__(self, *, autocomplete: str = "current-password", **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 128)
        kwargs.setdefault("widget", forms.PasswordInput())
        super().__init__(strip=False, **kwargs)
        self.widget.attrs.setdefault("autocomplete", autocomplete)


class DateField(forms.DateField):
    """A day, chosen with the browser's own date picker or typed as 2026-12-06."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%m/%d/%Y"])
        super().__init__(**kwargs)


class ChoiceField(forms.ChoiceField):
    """One of few choices as radio buttons, each with a hint. For a long list give ``widget=forms.Select``."""

    def __init__(self, *, hints: Hints | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.RadioSelect())
        super().__init__(**kwargs)
        self.hints = {str(value): hint for value, hint in (hints or {}).items()}


class MultipleChoiceField(forms.MultipleChoiceField):
    """Any of several choices as checkboxes, each with a hint."""

    def __init__(self, *, hints: Hints | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple())
        super().__init__(**kwargs)
        self.hints = {str(value): hint for value, hint in (hints or {}).items()}


class RightsField(forms.TypedChoiceField):
    """Rights on an account, least first, each explained where it is chosen. Cleans to :class:`Rights`.

    ``at_most`` leaves out higher ones; ``none`` puts No Access first.
    """

    def __init__(self, *, at_most: Rights = Rights.ALL_ACCESS, none: bool = False, **kwargs: Any) -> None:
        least = Rights.NO_ACCESS if none else Rights.VIEW_ONLY
        offered = [rights for rights in Rights if least <= rights <= at_most]
        kwargs.setdefault("label", _("Access Rights"))
        kwargs.setdefault("widget", forms.RadioSelect())
        kwargs.setdefault("choices", [(rights.value, RIGHTS[rights]) for rights in offered])
        kwargs.setdefault("coerce", _rights)
        kwargs.setdefault("empty_value", None)
        super().__init__(**kwargs)
        self.hints = {str(rights.value): RIGHTS_EXPLAINED[rights] for rights in offered}


def _rights(value: Any) -> Rights:
    return Rights(int(value))
