"""A portfolio passes to another parent logon, or rests until somebody takes it over. Whether it may is the caller's.

All of these run inside a transaction that holds the portfolio (``customers.lock_portfolio``) and the rows of the
taxpayers that feed it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from countersign.access.models import GroupMember, Placement, PortfolioHolder, PortfolioSource, SecurityGroup
from countersign.access.operations.customers import lock_reach, refresh
from countersign.access.queries.own import mastered_taxpayers
from countersign.policy.errors import Stale
from countersign.policy.reasons import Reason


def hand_over(*, portfolio: int, to: int | None, submission: str, now: datetime) -> None:
    """End the holding and let ``to`` (the key of a logon) hold the portfolio; None parks it, unusable.

    What fed it stays on record as its sources, so that it is never mixed with what the receiver has besides: "a
    portfolio that was received keeps those it came with" (SPEC 2). Raises ``Stale`` when nobody held it.
    """
    held = PortfolioHolder.objects.select_for_update(no_key=True).filter(portfolio_id=portfolio, ended_at=None).first()
    if held is None:
        raise Stale(what=Reason.ACCESS_CHANGED)
    if not held.received:
        _keep_sources(portfolio, mastered_taxpayers(held.holder_id, at=now), submission, now)
    _lock_sources(portfolio)
    if PortfolioHolder.objects.filter(pk=held.pk, ended_at=None).update(ended_at=now, ended_by=submission) != 1:
        raise Stale(what=Reason.ACCESS_CHANGED)
    if to is not None:
        _begin(portfolio, to, submission, now)
    refresh(portfolios=[portfolio], taxpayers=None)


def take_over(*, portfolio: int, by: int, submission: str, now: datetime) -> None:
    """Let ``by`` hold a portfolio that nobody holds. Raises ``Stale`` when somebody does."""
    if PortfolioHolder.objects.filter(portfolio_id=portfolio, ended_at=None).exists():
        raise Stale(what=Reason.ACCESS_CHANGED)
    _lock_sources(portfolio)
    _begin(portfolio, by, submission, now)
    refresh(portfolios=[portfolio], taxpayers=None)


def end_sources(*, portfolio: int, submission: str, now: datetime) -> None:
    """From now on nobody can take over this portfolio that nobody holds."""
    PortfolioSource.objects.filter(portfolio_id=portfolio, ended_at=None).update(ended_at=now, ended_by=submission)


def end_groups(*, portfolio: int, submission: str, now: datetime) -> None:
    """End what is left of a portfolio without holder, sources and secondary logons: its groups and placements."""
    for facts in (
        Placement.objects.filter(portfolio_id=portfolio),
        GroupMember.objects.filter(group__portfolio_id=portfolio),
        SecurityGroup.objects.filter(portfolio_id=portfolio),
    ):
        facts.filter(ended_at=None).update(ended_at=now, ended_by=submission)


def hold_sources(portfolio: int) -> None:
    """Keep the Master Administrators of what feeds the portfolio from changing until commit; before its own lock."""
    _lock_sources(portfolio)


def _keep_sources(portfolio: int, taxpayers: Iterable[int], submission: str, now: datetime) -> None:
    known = set(
        PortfolioSource.objects.filter(portfolio_id=portfolio, ended_at=None).values_list("taxpayer_id", flat=True)
    )
    PortfolioSource.objects.bulk_create(
        PortfolioSource(portfolio_id=portfolio, taxpayer_id=one, begins_at=now, begun_by=submission)
        for one in taxpayers
        if one not in known
    )


def _lock_sources(portfolio: int) -> None:
    kept = PortfolioSource.objects.filter(portfolio_id=portfolio, ended_at=None).order_by("taxpayer_id")
    for taxpayer in kept.values_list("taxpayer_id", flat=True):
        lock_reach(taxpayer, sources_change=True)


def _begin(portfolio: int, holder: int, submission: str, now: datetime) -> None:
    PortfolioHolder.objects.create(
        portfolio_id=portfolio, holder_id=holder, received=True, begins_at=now, begun_by=submission
    )
