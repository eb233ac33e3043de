"""Settings of the shell that would make pages ugly or unsafe are named by ``manage check``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks

from countersign.ui import theme


@checks.register
def accent_colour(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """The accent colour can be read on white."""
    if problem := theme.problem(settings.AGENCY_ACCENT_COLOUR):
        return [checks.Warning(f"COUNTERSIGN_ACCENT_COLOUR cannot be used: {problem}", id="ui.W001")]
    return []
