"""Parts of the layouts: heading, whom one acts for, language, tabs, steps, links back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template import Context, TemplateSyntaxError
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from countersign.ui.shell import ActingFor

STEPS = (("choose", _("Choose")), ("review", _("Review")), ("done", _("Done")))
_HEADING = "_kept_heading"


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: a page of its own. ``count`` is shown behind the word, in words of the reader's language."""

    label: Any
    href: str
    current: bool = False
    count: int | None = None


def keep_heading(context: Context, content: SafeString) -> str:
    """The page's heading is written once: in the title without markup, and again as h1."""
    context[_HEADING] = content.strip()
    return mark_safe(strip_tags(content).strip())  # noqa: S308 - rendered by the template, then bereft of tags


def kept_heading(context: Context) -> str:
    """The heading that :func:`keep_heading` kept."""
    return mark_safe(str(context.get(_HEADING, "")))  # noqa: S308 - rendered by the template


def acting_for_bar(acting_for: ActingFor) -> dict[str, Any]:
    """The bar under the header: whom one acts for, in which capacity, and a way to switch (UX rule 2)."""
    return {"acting_for": acting_for}


def language_switch(context: Context) -> dict[str, Any]:
    """A form with the other languages; it comes back to the same page."""
    request = context.get("request")
    return {
        "languages": [(code, name) for code, name in settings.LANGUAGES if code != get_language()],
        "next": request.get_full_path() if request else "",
        "csrf_token": context.get("csrf_token", ""),
    }


def tabs(label: Any, shown: Sequence[Tab]) -> dict[str, Any]:
    """Pages of one subject as links, the current one marked. ``label`` names them for screen readers."""
    return {"label": label, "tabs": shown}


def step_indicator(current: str, steps: Sequence[tuple[str, Any]] | None = None) -> dict[str, Any]:
    """Where one is: choose → review → done, or the page's own ``steps`` as (name, words)."""
    known = list(steps or STEPS)
    names = [name for name, _words in known]
    if current not in names:
        raise TemplateSyntaxError(f"step_indicator: {current!r} is none of {', '.join(names)}")
    position = names.index(current)
    states = [("complete" if n < position else "current" if n == position else "next") for n in range(len(known))]
    return {
        "steps": [{"words": words, "state": state} for (_name, words), state in zip(known, states, strict=True)],
        "sentence": gettext("Step %(number)d of %(count)d: %(words)s")
        % {"number": position + 1, "count": len(known), "words": known[position][1]},
    }


def back_link(href: str, text: Any = "") -> dict[str, Any]:
    """A link to where one came from, above the heading."""
    return {"href": href, "text": text or _("Back")}
