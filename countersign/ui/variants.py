"""Closed lists of what a component may look like: a typo raises, where the page is built."""

from __future__ import annotations

from collections.abc import Iterable

from django.template import TemplateSyntaxError

ALERTS = ("info", "success", "warning", "error")
BUTTONS = ("primary", "plain", "warning", "danger", "link")
STATUSES = ("good", "waiting", "ended", "bad", "neutral")
WIDTHS = ("", "short", "medium", "long", "whole")
PATH_KINDS = ("logon", "parent", "third_party", "group", "taxpayer", "account")


def one_of(component: str, given: str, allowed: Iterable[str]) -> str:
    """``given``, if it is in the component's closed list. Raises ``TemplateSyntaxError`` if it is not."""
    allowed = tuple(allowed)
    if given not in allowed:
        known = ", ".join(repr(one) for one in allowed)
        raise TemplateSyntaxError(f"{component}: {given!r} is none of {known}")
    return given
