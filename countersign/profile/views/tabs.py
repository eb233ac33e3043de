"""The four tabs, in the reference's words."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from countersign.ui.components.frame import Tab
from countersign.ui.converters import LARGEST_KEY


def tab_page(
    request: HttpRequest, current: str, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page of Manage My Profile; ``current`` is the name of its address."""
    labels = {
        "profile": _("Profile"),
        "security": _("Security"),
        "manage_my_access": _("Manage My Access"),
        "more": _("More…"),
    }
    tabs = [Tab(label, reverse(f"profile:{name}"), current=name == current) for name, label in labels.items()]
    return render(request, template, {**context, "tabs": tabs, "tab": labels[current]}, status=status)


def number_in_address(typed: str) -> int | None:
    """A page or a key from the address; None for what is none."""
    if not typed.isascii() or not typed.isdigit() or len(typed) > 19:
        return None
    return min(int(typed), LARGEST_KEY)
