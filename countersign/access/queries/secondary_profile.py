"""What is the same for every account that a secondary logon may reach: gathered once for a list."""

from __future__ import annotations

from typing import NamedTuple

from django.utils import timezone

from countersign.access.queries.live import live
from countersign.access.queries.paths import active, full_ma, parentless, taxpayer_has
from countersign.access.queries.prepared import fetch_all
from countersign.policy.rights import Rights

_NOTHING: list[int] = []


class SecondaryProfile(NamedTuple):
    """A secondary logon in its portfolio. With no groups or no sources it reaches nothing.

    ``sources``: taxpayers that pass their own accounts on. ``client_sources``: those whose clients pass too.
    ``ceiling``: what it has where no refinement says otherwise. ``has_timed``: some customers of the portfolio change
    their group by a planned date.
    """

    portfolio: int
    holder: int | None
    ceiling: Rights
    has_timed: bool
    account_types: list[int] | None
    groups: list[int]
    default_group: int | None
    sources: list[int]
    client_sources: list[int]


def sources_of_holder() -> tuple[str, str]:
    """SQL arrays: the sources of the portfolio that ``h`` holds, and those of them whose clients pass too."""
    sources = f"""SELECT ta.taxpayer_id FROM access_taxpayeraccess ta
        WHERE ta.logon_id = h.holder_id AND {full_ma("ta", past=False)}
          AND (NOT h.received OR EXISTS (SELECT FROM access_portfoliosource ps
               WHERE ps.portfolio_id = h.portfolio_id AND ps.taxpayer_id = ta.taxpayer_id
                 AND {live("ps", past=False)}))"""
    closed = taxpayer_has("ta.taxpayer_id", "frozen_as_third_party", "deceased", "dissolved", past=False)
    return f"ARRAY({sources})", f"ARRAY({sources} AND NOT {closed})"


def _statement() -> str:
    def alive(alias: str) -> str:
        return live(alias, past=False)

    sources, client_sources = sources_of_holder()
    return f"""
    SELECT s.portfolio_id, h.holder_id, CASE s.access_type WHEN 'MA' THEN 3 ELSE s.default_rights END,
           s.account_types,
           ARRAY(SELECT gm.group_id FROM access_groupmember gm JOIN access_securitygroup sg ON sg.id = gm.group_id
                 AND sg.portfolio_id = s.portfolio_id
                 WHERE gm.logon_id = s.logon_id AND {alive("gm")} AND {alive("sg")}),
           (SELECT dg.id FROM access_securitygroup dg WHERE dg.portfolio_id = s.portfolio_id AND dg.is_default
            AND {alive("dg")} LIMIT 1),
           {sources}, {client_sources},
           s.accepted AND {alive("s")} AND {active("s.logon_id", past=False)} AND {active("h.holder_id", past=False)}
             AND {parentless("h.holder_id")},
           EXISTS (SELECT FROM access_customer c WHERE c.portfolio_id = s.portfolio_id AND c.timed)
    FROM access_secondarylogon s
    LEFT JOIN access_portfolioholder h ON h.portfolio_id = s.portfolio_id AND {alive("h")}
    WHERE s.logon_id = %(logon)s
    ORDER BY ({alive("s")}) DESC, s.id DESC LIMIT 1"""


def secondary_profile(logon: int, *, as_if_usable: bool = False) -> SecondaryProfile | None:
    """The profile of a secondary logon now, or None for a parentless one.

    ``as_if_usable``: what it would reach once it has enrolled or is reactivated, for whoever manages it.
    """
    rows = fetch_all(_statement(), {"logon": logon, "at": timezone.now()})
    if not rows:
        return None
    portfolio, holder, ceiling, account_types, groups, default_group, sources, client_sources, usable, timed = rows[0]
    if not usable and not as_if_usable:
        groups, sources, client_sources = _NOTHING, _NOTHING, _NOTHING
    return SecondaryProfile(
        portfolio, holder, Rights(ceiling), timed, account_types, groups, default_group, sources, client_sources
    )
