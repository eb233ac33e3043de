"""Manage Secondary Logons: the heading, the three tabs and the bar that every page of a portfolio has."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from countersign.portfolios.queries import Standing, portfolio_name
from countersign.ui.components.frame import Tab
from countersign.ui.shell import ActingFor

SECONDARY_LOGONS, SECURITY_GROUPS, CUSTOMER_SECURITY = "secondary_logons", "security_groups", "customer_security"
_TABS = {
    SECONDARY_LOGONS: "secondary_logons:list",
    SECURITY_GROUPS: "security_groups:list",
    CUSTOMER_SECURITY: "security_groups:customers",
}


def bar(standing: Standing) -> ActingFor:
    """Which portfolio this is, and as what the actor works on it (UX rule 2)."""
    capacity = _("parent logon") if standing.limits is None else _("secondary Master Administrator")
    if standing.received:
        capacity = _("%(capacity)s, received portfolio") % {"capacity": capacity}
    return ActingFor(portfolio_name(standing, at=timezone.now()), capacity)


def portfolio_page(
    request: HttpRequest,
    standing: Standing,
    current: str,
    template: str,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    """A page of a portfolio; ``current`` is its tab. Templates extend ``portfolios/page.html``."""
    labels = {
        SECONDARY_LOGONS: _("Secondary Logons"),
        SECURITY_GROUPS: _("Security Groups"),
        CUSTOMER_SECURITY: _("Customer Security"),
    }
    shown = [
        Tab(labels[name], address, current=name == current)
        for name, route in _TABS.items()
        if (address := _address(route, standing.portfolio))
    ]
    frame = {"tabs": shown, "acting_for": bar(standing), "standing": standing, "portfolio": standing.portfolio}
    frame["current_tab"] = current
    return render(request, template, {**context, **frame}, status=status)


def _address(route: str, portfolio: int) -> str:
    try:
        return reverse(route, args=[portfolio])
    except NoReverseMatch:
        return ""
