"""logons.csv: logons, their standing, and secondary logons under their parents."""

from __future__ import annotations

from countersign.importing.files import BY_NAME
from countersign.importing.merges.merge import CHANGED, ENDED, FactFile, Merge, resolve_facts, write_facts
from countersign.importing.merges.portfolios import ensure_portfolios, reopen_parked

LOGONS = BY_NAME["logons.csv"]
_SECONDARY = (
    "EXISTS (SELECT FROM access_secondarylogon x JOIN logons_logon l ON l.id = x.logon_id WHERE l.username = {})"
)
_SAID = f"""(SELECT split_part(i.said, '|', {{}}) FROM importing_importedrow i
    WHERE i.file = 'logons.csv' AND i.key = s.key AND i.said <> '{ENDED}')"""
# Whether a part of the row differs from what the last import said: only that part acts.
_ACCESS_ACTS = f"split_part(s.said, '|', 2) IS DISTINCT FROM {_SAID.format(2)}"
_PERSON_ACTS = f"split_part(s.said, '|', 3) IS DISTINCT FROM {_SAID.format(3)}"
_SECONDARIES = FactFile(
    LOGONS,
    "access_secondarylogon",
    f"""SELECT s.line, s.key, s.digest, l.id AS logon_id, h.portfolio_id, s.access_type, s.default_rights,
              (SELECT array_agg(ty.id ORDER BY ty.id) FROM taxpayers_accounttype ty
               WHERE ty.code = ANY(s.account_types)) AS account_types,
              s.standing <> 'invited' AS accepted
       FROM staged_logons s JOIN logons_logon l ON l.username = s.key
       JOIN logons_logon p ON p.username = s.parent
       JOIN access_portfolioholder h ON h.holder_id = p.id AND h.ended_at IS NULL AND NOT h.received
       WHERE s.parent <> '' AND {_ACCESS_ACTS}""",
    identity=("logon_id",),
    content=("access_type", "default_rights", "account_types", "accepted", "portfolio_id"),
)


def merge_logons(merge: Merge) -> None:
    """New logons with their standing; of known ones the name, phone and standing. Credentials are never touched."""
    if not merge.begin_file(LOGONS):
        return
    _refuse(merge)
    _set_aside_conflicts(merge)
    merge.report.changed[LOGONS.name] += merge.run(
        f"""UPDATE logons_logon l SET first_name = s.first_name, last_name = s.last_name, phone = s.phone
        FROM staged_logons s WHERE l.username = s.key
        AND (l.first_name, l.last_name, l.phone) IS DISTINCT FROM (s.first_name, s.last_name, s.phone)
        AND {_PERSON_ACTS}"""
    )
    merge.report.begun[LOGONS.name] += merge.run(
        """INSERT INTO logons_logon
            (username, first_name, last_name, email, email_confirmed, phone, language, password, must_change_password)
        SELECT s.key, s.first_name, s.last_name, s.email, s.standing = 'active', s.phone, 'en',
               coalesce(nullif(s.password, ''), '!'), s.password <> ''
        FROM staged_logons s JOIN arrived USING (key) ORDER BY s.line"""
    )
    merge.learn("logons_logon")
    _write_standing(merge)
    ensure_portfolios(
        merge, "SELECT l.id FROM logons_logon l JOIN staged_logons s ON s.parent = l.username WHERE s.parent <> ''"
    )
    resolve_facts(merge, _SECONDARIES)
    write_facts(merge, _SECONDARIES)
    _put_into_default(merge)
    _remember(merge)


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
        "s.parent <> '' AND (EXISTS (SELECT FROM staged_logons p WHERE p.key = s.parent AND p.parent <> '') OR "
        + _SECONDARY.format("s.parent")
        + ")",
        "parent_username",
        "s.parent",
        "is a secondary logon itself, and a parent has no parent",
    )
    merge.refuse(
        LOGONS,
        """s.account_types IS NOT NULL AND EXISTS (SELECT FROM unnest(s.account_types) named (wanted)
        WHERE NOT EXISTS (SELECT FROM taxpayers_accounttype ty WHERE ty.code = named.wanted))""",
        "account_types",
        "array_to_string(s.account_types, ';')",
        "names an unknown account type",
    )
    # Last: by now a parent that is left in the file has none itself.
    merge.refuse(
        LOGONS,
        """s.parent <> '' AND NOT EXISTS (SELECT FROM logons_logon l WHERE l.username = s.parent)
        AND NOT EXISTS (SELECT FROM staged_logons p WHERE p.key = s.parent)""",
        "parent_username",
        "s.parent",
        "is no known logon",
    )


def _set_aside_conflicts(merge: Merge) -> None:
    """Before anything of a row is done: the portal changed the standing or the access that it speaks of."""
    for name in ("arrived", "stood"):
        merge.run(f"DROP TABLE IF EXISTS pg_temp.{name}")
    merge.run(
        """CREATE TEMPORARY TABLE arrived ON COMMIT DROP AS SELECT s.key FROM staged_logons s
        WHERE NOT EXISTS (SELECT FROM logons_logon l WHERE l.username = s.key)"""
    )
    merge.run(
        f"""CREATE TEMPORARY TABLE stood ON COMMIT DROP AS
        SELECT s.key, l.id AS logon_id, s.standing, cur.id AS current, cur.status, cur.begun_by,
               nullif(i.said, '{ENDED}') AS before, i.said = '{ENDED}' AND cur.status = 'cancelled' AND EXISTS (
                   SELECT FROM submissions_submission b WHERE b.confirmation_number = cur.begun_by
                   AND b.kind = 'import') AS ended_by_import
        FROM staged_logons s JOIN logons_logon l ON l.username = s.key
        LEFT JOIN importing_importedrow i ON i.file = 'logons.csv' AND i.key = s.key
        LEFT JOIN access_logonstanding cur ON cur.logon_id = l.id AND cur.ended_at IS NULL
        WHERE cur.status IS DISTINCT FROM s.standing AND s.standing IS DISTINCT FROM split_part(i.said, '|', 1)"""
    )
    merge.conflict(
        LOGONS,
        """s.key IN (SELECT t.key FROM stood t WHERE CASE
            WHEN t.before IS NOT NULL THEN split_part(t.before, '|', 4) <> t.current::text
            ELSE t.ended_by_import IS NOT TRUE END)""",
        CHANGED,
    )
    merge.conflict(
        LOGONS,
        f"""s.parent <> '' AND {_ACCESS_ACTS} AND EXISTS (
            SELECT FROM access_secondarylogon x JOIN logons_logon l ON l.id = x.logon_id
            WHERE l.username = s.key AND x.ended_at IS NULL AND NOT EXISTS (
                SELECT FROM access_portfolioholder h JOIN logons_logon p ON p.id = h.holder_id
                WHERE h.portfolio_id = x.portfolio_id AND h.ended_at IS NULL AND NOT h.received
                AND p.username = s.parent))""",
        "the parent logon does not hold its portfolio any more; nothing was changed",
        "parent_username",
        "s.parent",
    )
    # A new secondary logon of a parent that was closed would reach nothing, and could not be managed.
    merge.conflict(
        LOGONS,
        """s.key IN (SELECT key FROM arrived) AND NOT EXISTS (SELECT FROM staged_logons p WHERE p.key = s.parent)
        AND EXISTS (SELECT FROM logons_logon l JOIN access_logonstanding st ON st.logon_id = l.id
        AND st.ended_at IS NULL AND st.status IN ('cancelled', 'closed') WHERE l.username = s.parent)""",
        "the parent logon has been closed or cancelled; nothing was changed",
        "parent_username",
        "s.parent",
    )
    resolve_facts(merge, _SECONDARIES)
    for name in ("arrived", "stood"):
        merge.run(f"DELETE FROM {name} t WHERE NOT EXISTS (SELECT FROM staged_logons s WHERE s.key = t.key)")


def _write_standing(merge: Merge) -> None:
    merge.run("DROP TABLE IF EXISTS pg_temp.returned")
    merge.run(
        """CREATE TEMPORARY TABLE returned ON COMMIT DROP AS
        SELECT logon_id, begun_by AS ended_by FROM stood WHERE status = 'cancelled'"""
    )
    merge.report.ended[LOGONS.name] += merge.run(
        """UPDATE access_logonstanding f SET ended_at = %(now)s, ended_by = %(submission)s
        FROM stood s WHERE f.id = s.current AND f.ended_at IS NULL"""
    )
    merge.report.begun[LOGONS.name] += merge.run(
        """INSERT INTO access_logonstanding (logon_id, status, begins_at, recorded_at, begun_by, ended_by)
        SELECT s.logon_id, s.standing, greatest(%(now)s, %(begin)s), %(now)s, %(submission)s, '' FROM stood s"""
    )
    merge.run(
        """INSERT INTO access_logonstanding (logon_id, status, begins_at, recorded_at, begun_by, ended_by)
        SELECT l.id, s.standing, %(begin)s, %(now)s, %(submission)s, ''
        FROM arrived JOIN staged_logons s USING (key) JOIN logons_logon l ON l.username = s.key"""
    )
    reopen_parked(merge)


def _remember(merge: Merge) -> None:
    """What each part of the row said, and the standing that it is about.

    Where the standing did not act it is still the one of the import before: the portal may have changed it since.
    The fact of a secondary logon is remembered already.
    """
    merge.run(
        """INSERT INTO importing_importedrow AS i (file, key, digest, said)
        SELECT 'logons.csv', s.key, s.digest, s.said || '|' ||
               CASE WHEN split_part(o.said, '|', 1) = s.standing THEN split_part(o.said, '|', 4) ELSE cur.id::text END
        FROM staged_logons s JOIN logons_logon l ON l.username = s.key
        JOIN access_logonstanding cur ON cur.logon_id = l.id AND cur.ended_at IS NULL
        LEFT JOIN importing_importedrow o ON o.file = 'logons.csv' AND o.key = s.key
        ON CONFLICT (file, key) DO UPDATE SET digest = excluded.digest, said = excluded.said"""
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
