"""The base of every form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import EmailValidator, MaxLengthValidator, ProhibitNullCharactersValidator
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from countersign.ui.forms.text import INVISIBLE, plain_lines, plain_text

LONGEST_LINE = 200
LONGEST_TEXT = 2_000


class Form(forms.Form):
    """A form with messages that say how to mend what is wrong, and with limits on every text field.

    ``{% field form.name %}`` renders a field, ``{% error_summary form %}`` what is wrong with all.
    """

    required_css_class = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            _harden(name, field)

    @property
    def http_status(self) -> int:
        """The status of a page that shows this form: 422 when it came back with errors, else 200."""
        return 422 if self.is_bound and self.errors else 200

    def add_problems(self, problems: Mapping[str, str]) -> None:
        """Show the problems of :class:`countersign.policy.errors.Invalid` at their fields, or above all."""
        for name, message in problems.items():
            self.add_error(name if name in self.fields else None, message)


class Formset(forms.BaseFormSet):  # type: ignore[type-arg]
    """As :class:`Form`, for several of a kind: ``formset_factory(RowForm, formset=Formset)``."""

    @property
    def http_status(self) -> int:
        """422 when one of the forms came back with errors, else 200."""
        return 422 if self.is_bound and not self.is_valid() else 200


def _harden(name: str, field: forms.Field) -> None:
    if not field.label:
        field.label = name.replace("_", " ").capitalize()
    _word(field)
    if isinstance(field, forms.CharField):
        _limit(field)


def _limit(field: forms.CharField) -> None:
    secret = isinstance(field.widget, forms.PasswordInput)
    several_lines = isinstance(field.widget, forms.Textarea)
    if field.max_length is None:
        field.max_length = LONGEST_TEXT if several_lines else LONGEST_LINE
        field.validators.append(MaxLengthValidator(field.max_length))
        field.widget.attrs.setdefault("maxlength", str(field.max_length))
    field.validators = [
        ProhibitNullCharactersValidator(message=INVISIBLE) if isinstance(one, ProhibitNullCharactersValidator) else one
        for one in field.validators
    ]
    for validator in field.validators:
        if isinstance(validator, MaxLengthValidator) and not isinstance(validator.limit_value, type(None)):
            validator.message = _("Shorten this to %(limit_value)d characters or fewer. It has %(show_value)d now.")
    if not secret:
        # A password may hold any character (SPEC 3); everything else is shown to people.
        field.validators.append(plain_lines if several_lines else plain_text)


# Django's own wording, which says what is wrong but not how to mend it, and echoes what was sent.
_REPLACED = {"required", "invalid_choice", "invalid", "invalid_list"}


def _word(field: forms.Field) -> None:
    """Replace Django's messages, except those that the form's author gave."""
    defaults: dict[str, Any] = {}
    for cls in reversed(type(field).__mro__):
        defaults.update(getattr(cls, "default_error_messages", {}))
    for code, message in _messages(field).items():
        if code in _REPLACED and field.error_messages.get(code) == defaults.get(code):
            field.error_messages[code] = message


def _label(field: forms.Field) -> str:
    return f"“{field.label or ''}”"


# Read when it is shown: a form may name its field after this. Made once: making one builds a class.
_quoted = lazy(_label, str)


def _messages(field: forms.Field) -> dict[str, Any]:
    quoted = _quoted(field)
    if isinstance(field, forms.ChoiceField):
        choose = format_lazy(_("Choose one of the options for {label}."), label=quoted)
        if isinstance(field, forms.MultipleChoiceField):
            choose = format_lazy(_("Choose at least one of the options for {label}."), label=quoted)
        return {"required": choose, "invalid_choice": choose, "invalid_list": choose}
    if isinstance(field, forms.BooleanField):
        return {"required": format_lazy(_("Tick {label} to go on."), label=quoted)}
    enter = format_lazy(_("Fill in {label}."), label=quoted)
    if isinstance(field, forms.DateField):
        return {
            "required": enter,
            "invalid": format_lazy(_("Give {label} as a real date, such as 2026-12-06."), label=quoted),
        }
    if isinstance(field, forms.IntegerField | forms.DecimalField):
        return {"required": enter, "invalid": format_lazy(_("Give {label} as a number, such as 12."), label=quoted)}
    if isinstance(field, forms.EmailField):
        own = EmailValidator(message=_("Write the e-mail address in full, such as name@example.com."))
        field.validators = [own if isinstance(known, EmailValidator) else known for known in field.validators]
    return {"required": enter}
