"""Whoever waited for somebody else's change sees it, although its own moment by the clock is the earlier one (ADR 2)."""

from __future__ import annotations

import pytest
from django.utils import timezone

from countersign.access.queries.chosen_customers import Chosen
from countersign.access.queries.group_changes import preview_of_placing
from countersign.policy.errors import Stale
from countersign.portfolios.queries import portfolio_of
from countersign.secondary_logons.operations import change_groups
from countersign.secondary_logons.queries.one import secondary_of
from countersign.security_groups.operations import delete_group, place_customers
from tests.security_groups.conftest import Firm


def let_in(firm: Firm, person: str, *groups: str) -> None:
    """The change that was waited for: somebody comes to these groups, just now."""
    now = timezone.now()
    standing = portfolio_of(firm.maria, firm.portfolio, at=now)
    version = secondary_of(standing, firm.logon(person).pk, at=now).version
    change_groups(
        actor=firm.maria,
        portfolio=firm.portfolio,
        logon=firm.logon(person).pk,
        groups=[firm.group(name).pk for name in groups],
        version=version,
        now=timezone.now(),
    )


def test_placing_is_stale_when_somebody_was_let_in_meanwhile(firm: Firm) -> None:
    """Without it the newcomer would see customers of which nobody was told beforehand."""
    chosen, target, waiting_since = firm.chosen("HARBOR-BAKERY"), firm.group("Restaurants"), timezone.now()
    version = preview_of_placing(firm.portfolio, chosen, group=target.pk, at=waiting_since).version
    let_in(firm, "ruth", "Default", "Restaurants")
    with pytest.raises(Stale):
        place_customers(
            actor=firm.maria,
            portfolio=firm.portfolio,
            chosen=chosen,
            group=target.pk,
            version=version,
            now=waiting_since,
        )


def test_deleting_is_stale_when_somebody_was_let_in_meanwhile(firm: Firm) -> None:
    group, waiting_since = firm.group("Retail clients"), timezone.now()
    default = firm.group("Default").pk
    version = preview_of_placing(firm.portfolio, Chosen(group=group.pk), group=default, at=waiting_since).version
    let_in(firm, "kim", "Default", "Retail clients", "Restaurants")
    with pytest.raises(Stale):
        delete_group(actor=firm.maria, portfolio=firm.portfolio, group=group.pk, version=version, now=waiting_since)
