"""What the database holds, as the reference's raw rows: so that any state of it can be put to the reference."""

from __future__ import annotations

from typing import Any

from countersign.access import models as access
from countersign.taxpayers.models import Account, AccountType, Taxpayer
from spec import world as raw
from spec.world import Period, World


def _rows(model: Any, make: Any, *columns: str) -> list[Any]:
    """Every fact of a table, live or not."""
    found = model.objects.values_list(*columns, "begins_at", "ends_at", "ended_at")
    return [make(*row[:-3], Period(*row[-3:])) for row in found]


def stored_world() -> World:
    """All facts and the register, by the names that the reference speaks of."""
    codes = dict(AccountType.objects.values_list("pk", "code"))
    return World(
        taxpayer=[raw.Taxpayer(*row) for row in Taxpayer.objects.values_list("key", "kind")],
        account=[
            raw.Account(*row) for row in Account.objects.values_list("number", "taxpayer__key", "account_type__code")
        ],
        logon_standing=_rows(access.LogonStanding, raw.LogonStanding, "logon__username", "status"),
        taxpayer_condition=_rows(access.TaxpayerCondition, raw.TaxpayerCondition, "taxpayer__key", "condition"),
        taxpayer_access=_rows(
            access.TaxpayerAccess,
            raw.TaxpayerAccess,
            "logon__username",
            "taxpayer__key",
            "access_type",
            "provisional",
            "accepted",
        ),
        account_rights=_rows(access.AccountRights, raw.AccountRights, "logon__username", "account__number", "rights"),
        grant=_rows(access.Grant, raw.Grant, "third_party__key", "account__number", "rights"),
        portfolio_holder=_rows(
            access.PortfolioHolder, raw.PortfolioHolder, "portfolio_id", "holder__username", "received"
        ),
        portfolio_source=_rows(access.PortfolioSource, raw.PortfolioSource, "portfolio_id", "taxpayer__key"),
        secondary_logon=[
            row._replace(
                account_types=None if row.account_types is None else frozenset(codes[key] for key in row.account_types)
            )
            for row in _rows(
                access.SecondaryLogon,
                raw.SecondaryLogon,
                "logon__username",
                "portfolio_id",
                "access_type",
                "default_rights",
                "account_types",
                "accepted",
            )
        ],
        security_group=_rows(access.SecurityGroup, raw.SecurityGroup, "pk", "portfolio_id", "is_default"),
        placement=_rows(access.Placement, raw.Placement, "portfolio_id", "taxpayer__key", "group_id"),
        group_member=_rows(access.GroupMember, raw.GroupMember, "group_id", "logon__username"),
        refinement=_rows(
            access.Refinement, raw.Refinement, "logon__username", "taxpayer__key", "account__number", "rights"
        ),
    )
