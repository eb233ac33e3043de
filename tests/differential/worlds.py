"""Small worlds drawn by Hypothesis, as the reference's raw rows and as rows of the database.

Time is counted in days; day ``NOW`` is now. A fact that somebody ended, ended before now; planned ends and
begins may lie on both sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.utils import timezone
from hypothesis import strategies as st

from countersign.access.models import (
    AccountRights,
    Fact,
    Grant,
    GroupMember,
    LogonStanding,
    Placement,
    Portfolio,
    PortfolioHolder,
    PortfolioSource,
    Refinement,
    SecondaryLogon,
    SecurityGroup,
    TaxpayerAccess,
    TaxpayerCondition,
)
from countersign.access.operations.customers import refresh
from countersign.logons.models import Logon
from countersign.taxpayers.models import Account, AccountType, Taxpayer
from spec import world as raw
from spec.world import Period, World

NOW = 6
MOMENTS = range(10)
TYPES = ("sales", "wages")


@st.composite
def histories(draw: st.DrawFn, values: st.SearchStrategy[Any], *, present: float = 0.75) -> list[tuple[Any, Period]]:
    """The facts that one key has had: at most one of them not ended, none overlapping."""
    shape = draw(st.sampled_from(["open"] * int(present * 12) + ["none", "planned", "ended", "changed", "later"]))
    if shape == "none":
        return []
    first = draw(values)
    begin = draw(st.integers(0, 2))
    if shape == "open":
        return [(first, Period(begin))]
    if shape == "planned":
        return [(first, Period(begin, draw(st.integers(3, 9))))]
    if shape == "later":
        return [(first, Period(draw(st.integers(3, 8))))]
    ended = draw(st.integers(3, 5))
    past = (first, Period(begin, None, ended))
    if shape == "ended":
        return [past]
    return [past, (draw(values), Period(ended, draw(st.sampled_from([None, 8]))))]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Four taxpayers (two of them firms), three parents, three secondary logons, two portfolios."""
    kinds = st.sampled_from(["business", "individual", "fiduciary"])
    taxpayers = [raw.Taxpayer(f"t{n}", "business" if n == 0 else draw(kinds)) for n in range(4)]
    accounts = [raw.Account(f"{t.key}-{kind}", t.key, kind) for t in taxpayers for kind in TYPES]
    parents, secondaries, portfolios = (
        ["parent0", "parent1", "parent2"],
        ["second0", "second1", "second2"],
        ["f0", "f1"],
    )
    rights, maybe = st.integers(1, 3), st.integers(0, 3)

    def facts(make: Any, keys: Sequence[tuple[Any, ...]], values: st.SearchStrategy[Any], present: float) -> list[Any]:
        rows = []
        for key in keys:
            for value, period in draw(histories(values, present=present)):
                rows.append(make(*key, *value, period))
        return rows

    standing = st.tuples(st.sampled_from(["active"] * 6 + ["invited", "deactivated", "closed"]))
    access = st.sampled_from(
        [("MA", False, True)] * 5 + [("MA", True, True), ("TA", False, True), ("MA", False, False)]
    )
    conditions = ["frozen_as_taxpayer", "frozen_as_third_party", "deceased", "dissolved", "fiduciary_confirmed"]
    afflicted = draw(
        st.lists(st.tuples(st.sampled_from(["t0", "t1", "t2", "t3"]), st.sampled_from(conditions)), max_size=2)
    )
    groups = [(f"{portfolio}-g{n}", portfolio, n == 0) for portfolio in portfolios for n in range(3)]
    settings = st.tuples(
        st.sampled_from(["TA", "TA", "MA"]),
        st.sampled_from([3, 3, 2, 1, 0]),
        st.sampled_from([None, None, frozenset({"sales"})]),
        st.sampled_from([True] * 6 + [False]),
    )
    placed = {portfolio: [g for g, p, _ in groups if p == portfolio] for portfolio in portfolios}
    own_keys = draw(
        st.lists(st.sampled_from([(p, t.key) for p in parents for t in taxpayers]), unique=True, max_size=7)
    )
    secondary_rows = []
    for name in secondaries:
        portfolio = draw(st.sampled_from(["f0", "f0", "f1"]))
        secondary_rows += facts(raw.SecondaryLogon, [(name, portfolio)], settings, 0.9)
    members = [(g, row.username) for row in secondary_rows for g in placed[row.portfolio]]
    return World(
        taxpayer=taxpayers,
        account=accounts,
        logon_standing=facts(raw.LogonStanding, [(n,) for n in [*parents, *secondaries]], standing, 0.95),
        taxpayer_condition=facts(raw.TaxpayerCondition, sorted(set(afflicted)), st.just(()), 0.7),
        taxpayer_access=facts(raw.TaxpayerAccess, sorted({*own_keys, ("parent0", "t0")}), access, 0.9),
        account_rights=facts(
            raw.AccountRights,
            [(p, a.number) for p in parents for a in accounts if draw(st.booleans())],
            st.tuples(rights),
            0.6,
        ),
        grant=facts(
            raw.Grant,
            [(f, a.number) for f in ("t0", "t1") for a in accounts if a.taxpayer != f],
            st.tuples(rights),
            0.6,
        ),
        portfolio_holder=[
            *facts(
                raw.PortfolioHolder, [("f0",)], st.sampled_from([("parent0", False)] * 4 + [("parent1", False)]), 0.95
            ),
            *facts(
                raw.PortfolioHolder,
                [("f1",)],
                st.sampled_from([("parent0", True), ("parent1", True), ("parent2", False)]),
                0.9,
            ),
        ],
        portfolio_source=facts(
            raw.PortfolioSource, [("f1", t.key) for t in taxpayers if draw(st.booleans())], st.just(()), 0.8
        ),
        secondary_logon=secondary_rows,
        security_group=[
            row
            for key in groups
            for row in (
                [raw.SecurityGroup(*key, Period(0))]
                if key[2]
                else facts(raw.SecurityGroup, [key], st.just(()), 0.8)[:1]
            )
        ],
        placement=[
            raw.Placement(portfolio, t.key, group, period)
            for portfolio in portfolios
            for t in taxpayers
            if draw(st.booleans())
            for (group,), period in draw(histories(st.tuples(st.sampled_from(placed[portfolio])), present=0.7))
        ],
        group_member=facts(raw.GroupMember, sorted(set(members)), st.just(()), 0.6),
        refinement=facts(
            raw.Refinement,
            sorted(
                {(n, t.key, None) for n in secondaries for t in taxpayers if draw(st.integers(0, 3)) == 0}
                | {(n, a.taxpayer, a.number) for n in secondaries for a in accounts if draw(st.integers(0, 5)) == 0},
                key=str,
            ),
            st.tuples(maybe),
            0.8,
        ),
    )


def known_as(name: str) -> str:
    """A reference name as a username: at least six characters."""
    return name.lower().replace(" ", "-").ljust(6, ".")


class Stored:
    """A world in the database, and the moment that each of its days is."""

    def __init__(self, world: World) -> None:
        self.now = timezone.now()
        self.world = world
        self._put(world)

    def moment(self, day: int) -> datetime:
        """Day ``NOW`` is a second ago: facts that begin on it have begun."""
        return self.now + timedelta(days=day - NOW, seconds=-1)

    def _span(self, period: Period) -> dict[str, Any]:
        begins, ends, ended = (None if day is None else self.moment(day) for day in period)
        return {"begins_at": begins, "ends_at": ends, "ended_at": ended}

    def _put(self, world: World) -> None:
        types = {
            code: AccountType.objects.create(code=code, name=code).pk
            for code in sorted({a.account_type for a in world.account})
        }
        taxpayers = {
            row.key: Taxpayer.objects.create(
                key=row.key,
                kind=row.kind,
                legal_name=f"Name {row.key}",
                name_folded=f"name {row.key}",
                id_type="AGENCY",
                id_number_hash=row.key.encode().ljust(32),
                id_number_last4="0000",
            ).pk
            for row in world.taxpayer
        }
        # What the database itself refuses (an account of nobody, a right of No Access) is left out.
        accounts = {
            row.number: Account.objects.create(
                number=row.number, taxpayer_id=taxpayers[row.taxpayer], account_type_id=types[row.account_type]
            ).pk
            for row in world.account
            if row.taxpayer in taxpayers
        }
        names = {
            row.username
            for rows in (
                world.logon_standing,
                world.taxpayer_access,
                world.account_rights,
                world.portfolio_holder,
                world.secondary_logon,
                world.group_member,
                world.refinement,
            )
            for row in rows
        }
        logons = {
            name: Logon.objects.create(username=known_as(name), email="x@example.org").pk for name in sorted(names)
        }
        portfolios = {
            name: Portfolio.objects.create().pk
            for name in sorted(
                {
                    row.portfolio
                    for rows in (
                        world.portfolio_holder,
                        world.portfolio_source,
                        world.security_group,
                        world.secondary_logon,
                    )
                    for row in rows
                }
            )
        }

        def store(model: type[Fact], rows: Sequence[Any], columns: Any) -> list[Any]:
            made: list[models.Model] = [model(**columns(row), **self._span(row.period)) for row in rows]
            return model._default_manager.bulk_create(made)

        store(LogonStanding, world.logon_standing, lambda r: {"logon_id": logons[r.username], "status": r.status})
        store(
            TaxpayerCondition,
            world.taxpayer_condition,
            lambda r: {"taxpayer_id": taxpayers[r.taxpayer], "condition": r.condition},
        )
        store(
            TaxpayerAccess,
            [r for r in world.taxpayer_access if r.taxpayer in taxpayers],
            lambda r: {
                "logon_id": logons[r.username],
                "taxpayer_id": taxpayers[r.taxpayer],
                "access_type": r.access_type,
                "provisional": r.provisional,
                "accepted": r.accepted,
            },
        )
        store(
            AccountRights,
            [r for r in world.account_rights if r.rights and r.account in accounts],
            lambda r: {"logon_id": logons[r.username], "account_id": accounts[r.account], "rights": r.rights},
        )
        store(
            Grant,
            [r for r in world.grant if r.rights and r.account in accounts],
            lambda r: {
                "third_party_id": taxpayers[r.third_party],
                "account_id": accounts[r.account],
                "rights": r.rights,
            },
        )
        store(
            PortfolioHolder,
            world.portfolio_holder,
            lambda r: {
                "portfolio_id": portfolios[r.portfolio],
                "holder_id": logons[r.username],
                "received": r.received,
            },
        )
        store(
            PortfolioSource,
            world.portfolio_source,
            lambda r: {"portfolio_id": portfolios[r.portfolio], "taxpayer_id": taxpayers[r.taxpayer]},
        )
        store(
            SecondaryLogon,
            world.secondary_logon,
            lambda r: {
                "logon_id": logons[r.username],
                "portfolio_id": portfolios[r.portfolio],
                "access_type": r.access_type,
                "default_rights": r.default_rights,
                "account_types": None
                if r.account_types is None
                else sorted(types[t] for t in r.account_types if t in types),
                "accepted": r.accepted,
            },
        )
        made = store(
            SecurityGroup,
            world.security_group,
            lambda r: {"portfolio_id": portfolios[r.portfolio], "is_default": r.is_default, "name": r.group},
        )
        groups = {row.group: group.pk for row, group in zip(world.security_group, made, strict=True)}
        store(
            Placement,
            [r for r in world.placement if r.group in groups],
            lambda r: {
                "portfolio_id": portfolios[r.portfolio],
                "taxpayer_id": taxpayers[r.taxpayer],
                "group_id": groups[r.group],
            },
        )
        store(
            GroupMember,
            [r for r in world.group_member if r.group in groups],
            lambda r: {"group_id": groups[r.group], "logon_id": logons[r.username]},
        )
        store(
            Refinement,
            world.refinement,
            lambda r: {
                "logon_id": logons[r.username],
                "taxpayer_id": taxpayers[r.taxpayer],
                "account_id": None if r.account is None else accounts[r.account],
                "rights": r.rights,
            },
        )
        refresh(portfolios=None, taxpayers=None)
