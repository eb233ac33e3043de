"""logons.csv: logons, their standing, and secondary logons under their parents."""

from __future__ import annotations

from countersign.importing.files import BY_NAME
from countersign.importing.merges.merge import FactFile, Merge, merge_facts

LOGONS = BY_NAME["logons.csv"]
_SECONDARY = (
    "EXISTS (SELECT FROM access_secondarylogon x JOIN logons_logon l ON l.id = x.logon_id WHERE l.username = {})"
)


def merge_logons(merge: Merge) -> None:
    """New logons with their standing; of known ones the name and the standing. Credentials are never touched."""
    _refuse(merge)
    merge.run("DROP TABLE IF EXISTS pg_temp.arrived")
    merge.run(
        """CREATE TEMPORARY TABLE arrived ON COMMIT DROP AS SELECT s.key FROM staged_logons s
        WHERE NOT EXISTS (SELECT FROM logons_logon l WHERE l.username = s.key)"""
    )
    merge.report.changed[LOGONS.name] += merge.run(
        """UPDATE logons_logon l SET first_name = s.first_name, last_name = s.last_name FROM staged_logons s
        WHERE l.username = s.key AND (l.first_name, l.last_name) IS DISTINCT FROM (s.first_name, s.last_name)"""
    )
    merge.report.begun[LOGONS.name] += merge.run(
        """INSERT INTO logons_logon
            (username, first_name, last_name, email, email_confirmed, phone, language, password, must_change_password)
        SELECT s.key, s.first_name, s.last_name, s.email, s.standing = 'active', s.phone, 'en',
               coalesce(nullif(s.password, ''), '!'), s.password <> ''
        FROM staged_logons s JOIN arrived USING (key) ORDER BY s.line"""
    )
    merge.learn("logons_logon")
    _merge_standing(merge)
    ensure_portfolios(
        merge, "SELECT l.id FROM logons_logon l JOIN staged_logons s ON s.parent = l.username WHERE s.parent <> ''"
    )
    merge_facts(merge, _SECONDARIES)
    _put_into_default(merge)
    # A secondary logon's row was remembered with the fact that it began; the standing that it told is added.
    merge.run(
        """INSERT INTO importing_importedrow AS i (file, key, digest, said)
        SELECT 'logons.csv', s.key, s.digest, s.standing FROM staged_logons s WHERE s.parent = ''
        ON CONFLICT (file, key) DO UPDATE SET digest = excluded.digest, said = excluded.said"""
    )
    merge.run(
        """UPDATE importing_importedrow i SET said = s.standing FROM staged_logons s
        WHERE i.file = 'logons.csv' AND i.key = s.key AND i.digest = s.digest AND s.parent <> ''"""
    )


def _refuse(merge: Merge) -> None:
    merge.refuse(
        LOGONS,
        """s.parent = '' AND """ + _SECONDARY.format("s.key"),
        "parent_username",
        "''",
        "is empty, but the logon is a secondary logon and never changes its parent",
    )
    merge.refuse(
        LOGONS,
        """s.parent <> '' AND EXISTS (SELECT FROM logons_logon l WHERE l.username = s.key)
        AND NOT EXISTS (SELECT FROM access_secondarylogon x JOIN logons_logon l ON l.id = x.logon_id
            JOIN access_portfolioholder h ON h.portfolio_id = x.portfolio_id
            JOIN logons_logon p ON p.id = h.holder_id WHERE l.username = s.key AND p.username = s.parent)""",
        "parent_username",
        "s.parent",
        "is another parent than the logon has; a secondary logon never changes it",
    )
    merge.refuse(
        LOGONS,
        """s.parent <> '' AND NOT EXISTS (SELECT FROM logons_logon l WHERE l.username = s.parent)
        AND NOT EXISTS (SELECT FROM staged_logons p WHERE p.key = s.parent)""",
        "parent_username",
        "s.parent",
        "is no known logon",
    )
    merge.refuse(
        LOGONS,
        "s.parent <> '' AND (EXISTS (SELECT FROM staged_logons p WHERE p.key = s.parent AND p.parent <> '') OR "
        + _SECONDARY.format("s.parent")
        + ")",
        "parent_username",
        "s.parent",
        "is a secondary logon itself, and a parent has no parent",
    )
    merge.refuse(
        LOGONS,
        """s.account_types IS NOT NULL AND EXISTS (SELECT FROM unnest(s.account_types) code
        WHERE NOT EXISTS (SELECT FROM taxpayers_accounttype ty WHERE ty.code = code))""",
        "account_types",
        "array_to_string(s.account_types, ';')",
        "names an unknown account type",
    )


def _merge_standing(merge: Merge) -> None:
    merge.run("DROP TABLE IF EXISTS pg_temp.stood")
    merge.run(
        """CREATE TEMPORARY TABLE stood ON COMMIT DROP AS
        SELECT s.line, s.key, l.id AS logon_id, s.standing, cur.id AS current, cur.status, cur.begun_by,
               arrived.key IS NOT NULL AS is_new, coalesce(i.said, '') AS before
        FROM staged_logons s JOIN logons_logon l ON l.username = s.key LEFT JOIN arrived ON arrived.key = s.key
        LEFT JOIN access_logonstanding cur ON cur.logon_id = l.id AND cur.ended_at IS NULL
        LEFT JOIN importing_importedrow i ON i.file = 'logons.csv' AND i.key = s.key
        WHERE cur.status IS DISTINCT FROM s.standing AND s.standing IS DISTINCT FROM i.said"""
    )
    clash = """NOT s.is_new AND NOT EXISTS (
            SELECT FROM submissions_submission b WHERE b.confirmation_number = s.begun_by AND b.kind = 'import')"""
    # A row in conflict is not remembered, so that it is reported until the files agree.
    merge.run(f"DELETE FROM staged_logons WHERE key IN (SELECT s.key FROM stood s WHERE {clash})")
    merge.conflict(
        LOGONS,
        "stood",
        clash,
        "the portal changed the logon's standing since the last import; nothing was changed",
    )
    merge.report.ended[LOGONS.name] += merge.run(
        """UPDATE access_logonstanding f SET ended_at = %(now)s, ended_by = %(submission)s
        FROM stood s WHERE f.id = s.current AND f.ended_at IS NULL"""
    )
    merge.run(
        """INSERT INTO access_logonstanding (logon_id, status, begins_at, recorded_at, begun_by, ended_by)
        SELECT s.logon_id, s.standing, CASE WHEN s.is_new THEN %(begin)s ELSE greatest(%(now)s, %(begin)s) END,
               %(now)s, %(submission)s, '' FROM stood s"""
    )


_SECONDARIES = FactFile(
    LOGONS,
    "access_secondarylogon",
    """SELECT s.line, s.key, s.digest, l.id AS logon_id, h.portfolio_id, s.access_type, s.default_rights,
              (SELECT array_agg(ty.id ORDER BY ty.id) FROM taxpayers_accounttype ty
               WHERE ty.code = ANY(s.account_types)) AS account_types,
              s.standing <> 'invited' AS accepted
       FROM staged_logons s JOIN logons_logon l ON l.username = s.key
       JOIN logons_logon p ON p.username = s.parent
       JOIN access_portfolioholder h ON h.holder_id = p.id AND h.ended_at IS NULL AND NOT h.received
       WHERE s.parent <> ''""",
    identity=("logon_id",),
    content=("access_type", "default_rights", "account_types", "accepted"),
    fixed=("portfolio_id",),
)


def _put_into_default(merge: Merge) -> None:
    """A secondary logon that this import creates, without a membership row, is put in ``Default``."""
    merge.run(
        """INSERT INTO access_groupmember (group_id, logon_id, begins_at, recorded_at, begun_by, ended_by)
        SELECT g.id, x.logon_id, %(begin)s, %(now)s, %(submission)s, ''
        FROM arrived JOIN logons_logon l ON l.username = arrived.key
        JOIN access_secondarylogon x ON x.logon_id = l.id AND x.ended_at IS NULL
        JOIN access_securitygroup g ON g.portfolio_id = x.portfolio_id AND g.is_default AND g.ended_at IS NULL
        WHERE NOT EXISTS (SELECT FROM staged_group_members m WHERE m.username = arrived.key)"""
    )


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
    if not merge.run("INSERT INTO access_portfolio (id) SELECT portfolio_id FROM fresh"):
        return
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


def end_missing_logons(merge: Merge) -> None:
    """``--replace logons.csv``: logons that imports made and that are missing now are cancelled.

    What depends on a cancelled logon ends with it: its access and rights, its place as a secondary logon, its
    groups and refinements, and the portfolio that it holds is parked.
    """
    merge.run("DROP TABLE IF EXISTS pg_temp.missing")
    merge.run(
        """CREATE TEMPORARY TABLE missing ON COMMIT DROP AS
        SELECT l.id, l.username FROM importing_importedrow i JOIN logons_logon l ON l.username = i.key
        WHERE i.file = 'logons.csv' AND NOT EXISTS (SELECT FROM staged_logons s WHERE s.key = i.key)"""
    )
    merge.report.ended[LOGONS.name] += merge.run(
        """UPDATE access_logonstanding f SET ended_at = %(now)s, ended_by = %(submission)s
        FROM missing m WHERE f.logon_id = m.id AND f.ended_at IS NULL"""
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
        """DELETE FROM importing_importedrow i USING missing m
        WHERE i.file IN ('logons.csv', 'access.csv', 'rights.csv', 'group_members.csv', 'refinements.csv')
        AND split_part(i.key, chr(31), 1) = m.username"""
    )
