"""``--replace logons.csv``."""

from __future__ import annotations

from countersign.importing.merges.logons import LOGONS
from countersign.importing.merges.merge import CHANGED, ENDED, Merge


def end_missing_logons(merge: Merge) -> None:
    """``--replace logons.csv``: logons that imports made and that are missing now are cancelled.

    What depends on a cancelled logon ends with it: its access and rights, its place as a secondary logon, its
    groups and refinements, and the portfolio that it holds is parked. One that the portal has closed already, or
    whose standing it changed, is left to the portal.
    """
    merge.run("DROP TABLE IF EXISTS pg_temp.missing")
    merge.run(
        f"""CREATE TEMPORARY TABLE missing ON COMMIT DROP AS
        SELECT l.id, l.username, cur.id AS standing, split_part(i.said, '|', 4) = cur.id::text AS ours
        FROM importing_importedrow i JOIN logons_logon l ON l.username = i.key
        JOIN access_logonstanding cur ON cur.logon_id = l.id AND cur.ended_at IS NULL
             AND cur.status NOT IN ('cancelled', 'closed')
        WHERE i.file = 'logons.csv' AND i.said <> '{ENDED}'
        AND NOT EXISTS (SELECT FROM staged_logons s WHERE s.key = i.key)"""
    )
    kept = merge.run(
        """WITH gone AS (DELETE FROM missing WHERE NOT ours RETURNING username)
        INSERT INTO taken SELECT 0, username FROM gone"""
    )
    if kept:
        merge.tell_taken(LOGONS, "", f"is missing from the file, but {CHANGED}", merge.report.conflicts, kept)
    merge.report.ended[LOGONS.name] += merge.run(
        """UPDATE access_logonstanding f SET ended_at = %(now)s, ended_by = %(submission)s
        FROM missing m WHERE f.id = m.standing AND f.ended_at IS NULL"""
    )
    merge.run(
        """INSERT INTO access_logonstanding (logon_id, status, begins_at, recorded_at, begun_by, ended_by)
        SELECT m.id, 'cancelled', %(now)s, %(now)s, %(submission)s, '' FROM missing m"""
    )
    for table, column in (
        ("access_taxpayeraccess", "logon_id"),
        ("access_accountrights", "logon_id"),
        ("access_secondarylogon", "logon_id"),
        ("access_groupmember", "logon_id"),
        ("access_refinement", "logon_id"),
        ("access_portfolioholder", "holder_id"),
    ):
        merge.report.ended[LOGONS.name] += merge.run(
            f"""UPDATE {table} f SET ended_at = %(now)s, ended_by = %(submission)s
            FROM missing m WHERE f.{column} = m.id AND f.ended_at IS NULL"""
        )
    merge.run(
        f"""UPDATE importing_importedrow i SET said = '{ENDED}', fact_id = NULL FROM missing m
        WHERE i.file IN ('logons.csv', 'access.csv', 'rights.csv', 'group_members.csv', 'refinements.csv')
        AND split_part(i.key, chr(31), 1) = m.username"""
    )
