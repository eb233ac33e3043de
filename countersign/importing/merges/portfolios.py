"""Portfolios: every parent logon that the files speak of has one, and so has everybody with a list of clients."""

from __future__ import annotations

from countersign.importing.merges.merge import Merge


def ensure_portfolios(merge: Merge, logons: str) -> None:
    """Each of these logons (a SELECT of keys) gets a portfolio of its own with its Default group, if it has none."""
    merge.run("DROP TABLE IF EXISTS pg_temp.fresh")
    merge.run(
        f"""CREATE TEMPORARY TABLE fresh ON COMMIT DROP AS
        SELECT wanted.id AS holder_id, nextval(pg_get_serial_sequence('access_portfolio', 'id')) AS portfolio_id
        FROM (SELECT DISTINCT id FROM ({logons}) asked) wanted
        WHERE NOT EXISTS (SELECT FROM access_portfolioholder h
                          WHERE h.holder_id = wanted.id AND NOT h.received AND h.ended_at IS NULL)"""
    )
    opened = merge.run("INSERT INTO access_portfolio (id) SELECT portfolio_id FROM fresh")
    if not opened:
        return
    merge.report.opened += opened
    merge.run(
        """INSERT INTO access_portfolioholder
            (portfolio_id, holder_id, received, begins_at, recorded_at, begun_by, ended_by)
        SELECT portfolio_id, holder_id, false, %(begin)s, %(now)s, %(submission)s, '' FROM fresh"""
    )
    merge.run(
        """INSERT INTO access_securitygroup
            (portfolio_id, is_default, name, description, begins_at, recorded_at, begun_by, ended_by)
        SELECT portfolio_id, true, 'Default', '', %(begin)s, %(now)s, %(submission)s, '' FROM fresh"""
    )
    merge.learn("access_portfolioholder", "access_securitygroup")


def ensure_portfolios_for_clients(merge: Merge) -> None:
    """Lists of clients page over a portfolio, so every Master Administrator of a third party with clients has one."""
    ensure_portfolios(
        merge,
        """SELECT ta.logon_id AS id FROM access_taxpayeraccess ta WHERE ta.access_type = 'MA' AND ta.accepted
        AND NOT ta.provisional AND ta.ended_at IS NULL
        AND EXISTS (SELECT FROM access_grant g WHERE g.third_party_id = ta.taxpayer_id AND g.ended_at IS NULL)""",
    )


def reopen_parked(merge: Merge) -> None:
    """A logon that ``--replace`` had ended and that comes back (table ``returned``) holds what it held again.

    Unless somebody else holds it by now.
    """
    merge.report.begun["logons.csv"] += merge.run(
        """INSERT INTO access_portfolioholder
            (portfolio_id, holder_id, received, begins_at, recorded_at, begun_by, ended_by)
        SELECT DISTINCT h.portfolio_id, h.holder_id, h.received, greatest(%(now)s, %(begin)s), %(now)s,
               %(submission)s, ''
        FROM returned r JOIN access_portfolioholder h ON h.holder_id = r.logon_id AND h.ended_by = r.ended_by
        WHERE NOT EXISTS (SELECT FROM access_portfolioholder o
                          WHERE o.portfolio_id = h.portfolio_id AND o.ended_at IS NULL)"""
    )
