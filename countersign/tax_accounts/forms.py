"""What one can ask of an account's page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from countersign.ui.forms import DateField, Form


class AsOfForm(Form):
    """Who had access on a day. Empty means now."""

    on = DateField(label=_("On this day"), required=False, help_text=_("Empty: now"))
