"""Forms whose text fields refuse what would break something further in, and say how to mend it.

Use :class:`Form` as the base of every form and Django's own fields, or the few made here. A field's hints per
choice are given with :class:`ChoiceField`'s ``hints``.
"""

from countersign.ui.forms.base import Form, Formset
from countersign.ui.forms.fields import (
    ChoiceField,
    DateField,
    MultipleChoiceField,
    PasswordField,
    PhoneField,
    RightsField,
    TextField,
)
from countersign.ui.forms.once import OnceForm
from countersign.ui.forms.text import plain_text

__all__ = [
    "ChoiceField",
    "DateField",
    "Form",
    "Formset",
    "MultipleChoiceField",
    "OnceForm",
    "PasswordField",
    "PhoneField",
    "RightsField",
    "TextField",
    "plain_text",
]
