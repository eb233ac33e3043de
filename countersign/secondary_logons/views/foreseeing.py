"""What a logon will reach that is being added: shown in Access Settings before anybody selects Submit."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from countersign.access.operations.secondary import Terms
from countersign.access.queries.covering import Limits
from countersign.access.queries.reach_counts import reach_of_limits, total
from countersign.access.queries.reached_customers import NOBODY, profile_of_limits
from countersign.policy.errors import Refused
from countersign.policy.rights import AccessType, Rights
from countersign.portfolios.pages import SECONDARY_LOGONS, portfolio_page
from countersign.portfolios.queries import Standing
from countersign.secondary_logons.operations.changing import limits_with
from countersign.secondary_logons.queries.one import groups_of, may_add
from countersign.secondary_logons.views.reaching import keys_in, reach_list
from countersign.secondary_logons.views.steps import standing_of
from countersign.taxpayers.models import AccountType
from countersign.ui.components.moments import number
from countersign.ui.tables import Column, Link, Table
from countersign.ui.words import RIGHTS

GROUPS_SHOWN = 20


@require_safe
def would_reach(request: HttpRequest, portfolio: int) -> HttpResponse:
    """The customers that a logon with the access settings of the address would reach: what a count opens."""
    standing = standing_of(request, portfolio)
    limits = _limits_in(request, portfolio)
    reason = may_add(standing, limits)
    if reason is not None:
        raise Refused(reason)
    counts = reach_of_limits(portfolio, limits, at=timezone.now())
    profile = profile_of_limits(portfolio, limits, at=timezone.now())
    context = reach_list(request, standing, profile, NOBODY, counts, limits, None)
    return portfolio_page(request, standing, SECONDARY_LOGONS, "secondary_logons/would_reach.html", context)


def preview(standing: Standing, limits: Limits) -> dict[str, Any]:
    """What a new logon with these limits will reach: how many customers, group by group, each count a link to the list.

    ``beyond``: it would have more than the actor itself, and cannot be added; nothing is counted then.
    """
    if may_add(standing, limits) is not None:
        return {"beyond": True}
    counts = reach_of_limits(standing.portfolio, limits, at=timezone.now())
    address = f"{reverse('secondary_logons:would_reach', args=[standing.portfolio])}?{urlencode(limits_query(limits))}"
    chosen = [group for group in groups_of(standing.portfolio) if group.pk in limits.groups]
    shown = sorted(chosen, key=lambda group: -counts.get(group.pk, 0))[:GROUPS_SHOWN]

    def count(found: int, href: str, name: str) -> Any:
        return Link(number(found), href, _("customers of %(group)s") % {"group": name}) if found else number(0)

    return {
        "reached": total(counts),
        "reached_url": address,
        "rights": RIGHTS[limits.ceiling],
        "nothing_set": limits.ceiling == Rights.NO_ACCESS,
        "no_group": not limits.groups,
        "more_groups": max(len(chosen) - GROUPS_SHOWN, 0),
        "groups_table": Table(
            _("Customers that the new logon will reach"),
            [
                Column("group", _("Security group"), row_header=True),
                Column("reached", _("Reaches"), numeric=True),
            ],
            [
                {
                    "group": group.name,
                    "reached": count(counts.get(group.pk, 0), f"{address}&group={group.pk}", group.name),
                }
                for group in shown
            ],
        )
        if len(shown) > 1
        else None,
    }


def limits_query(limits: Limits) -> dict[str, Any]:
    """How an address names limits without refinements."""
    types = limits.account_types
    return {
        "type": limits.access_type.value,
        "rights": int(limits.default_rights),
        "types": "" if types is None else ",".join(map(str, sorted(types))),
        "groups": ",".join(map(str, sorted(limits.groups))),
    }


def _limits_in(request: HttpRequest, portfolio: int) -> Limits:
    """The limits that the address names; where it names none, those of a logon that is let in to nothing."""
    typed_type, typed_rights = request.GET.get("type", ""), request.GET.get("rights", "")
    if typed_type not in {one.value for one in AccessType} or typed_rights not in {str(int(one)) for one in Rights}:
        return limits_with(Terms(AccessType.TAX_ADMINISTRATOR, Rights.NO_ACCESS, None), ())
    groups = {group.pk for group in groups_of(portfolio)} & keys_in(request.GET.get("groups", ""))
    typed = request.GET.get("types", "")
    types = frozenset(set(AccountType.objects.values_list("pk", flat=True)) & keys_in(typed)) if typed else None
    terms = Terms(AccessType(typed_type), Rights(int(typed_rights)), types)
    return limits_with(terms, groups)
