"""What time does to portfolios that nobody holds, or that nothing feeds. The worker calls these every so often."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from countersign import background
from countersign.access.models import LogonStanding, PortfolioHolder, SecondaryLogon
from countersign.access.operations.customers import lock_portfolio
from countersign.access.operations.handing_over import end_groups, end_sources, hand_over, hold_sources
from countersign.access.operations.secondary import end_everything
from countersign.access.operations.standing import change_standing
from countersign.events import Channel, record
from countersign.leaving.events import PortfolioParked, RestingLogonsClosed, RestingPortfolioClosed
from countersign.leaving.queries import over_portfolios, unfed_portfolios
from countersign.logons import links
from countersign.logons.known_devices import end_known_devices
from countersign.logons.models import Logon
from countersign.logons.sessions import end_all_sessions
from countersign.policy.facts import Standing

BATCH = 100
"""Secondary logons that one transaction closes: a firm of 2,000 never holds its rows for long."""


def close_resting(*, now: datetime, batch: int = BATCH) -> int:
    """Close what rested for 90 days and nobody took over (SPEC 3). Returns how many secondary logons ended.

    Each transaction ends at most ``batch`` logons of one portfolio; the first ends its sources, so that nobody takes it
    over any more, and the last its groups and placements. What is cut off goes on the next time.
    """
    closed = 0
    while found := over_portfolios(at=now, most=1):
        while not background.stopping.is_set():
            some, left = _close_some(found[0], now, batch)
            closed += some
            if not left:
                break
        if background.stopping.is_set():
            break
    return closed


def park_unfed(*, now: datetime) -> int:
    """Let received portfolios rest whose holder administers none of their sources any more. Returns how many.

    Leaving a taxpayer does it at once; this is for a Master Administrator that ended in any other way.
    """
    parked = 0
    for held in unfed_portfolios(at=now, most=BATCH):
        parked += _park(held, now)
    return parked


@transaction.atomic
def _close_some(portfolio: int, now: datetime, batch: int) -> tuple[int, bool]:
    """How many logons ended, and whether the portfolio needs another go."""
    hold_sources(portfolio)
    lock_portfolio(portfolio)
    if portfolio not in over_portfolios(at=now, most=1, only=portfolio):
        return 0, False  # somebody took it over meanwhile, or another worker was here
    end_sources(portfolio=portfolio, submission="", now=now)  # first, so that nobody takes over a half
    facts = list(SecondaryLogon.objects.filter(portfolio_id=portfolio, ended_at=None).order_by("logon_id")[: batch + 1])
    left, facts = len(facts) > batch, facts[:batch]
    for fact in facts:
        _end(fact, now)
    if facts:
        closed = tuple(fact.logon_id for fact in facts)
        record(
            RestingLogonsClosed(portfolio=portfolio, closed=closed),
            actor=None,
            channel=Channel.SYSTEM,
            at=now,
            logons=closed,
        )
    if not left:
        end_groups(portfolio=portfolio, submission="", now=now)
        record(RestingPortfolioClosed(portfolio=portfolio), actor=None, channel=Channel.SYSTEM, at=now)
    return len(facts), left


def _end(fact: SecondaryLogon, now: datetime) -> None:
    """The logon has no parent that could grant it anew: it ends as a deleted profile does, its username reserved."""
    logon = Logon.objects.select_for_update(no_key=True).get(pk=fact.logon_id)
    end_everything(fact=fact, submission="", now=now)
    if LogonStanding.objects.filter(logon=logon, ended_at=None).exclude(status=Standing.CLOSED.value).exists():
        change_standing(logon=logon, standing=Standing.CLOSED, submission="", now=now)
    links.void(None, logon=logon, now=now)
    end_all_sessions(logon, now=now)
    end_known_devices(logon, now)


@transaction.atomic
def _park(held: PortfolioHolder, now: datetime) -> bool:
    hold_sources(held.portfolio_id)
    lock_portfolio(held.portfolio_id)
    if held.pk not in {one.pk for one in unfed_portfolios(at=now, most=1, only=held.portfolio_id)}:
        return False
    hand_over(portfolio=held.portfolio_id, to=None, submission="", now=now)
    record(
        PortfolioParked(portfolio=held.portfolio_id),
        actor=None,
        channel=Channel.SYSTEM,
        at=now,
        logons=[held.holder_id],
    )
    return True
