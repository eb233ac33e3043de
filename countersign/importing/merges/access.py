"""access.csv, rights.csv, grants.csv: what logons are for taxpayers, and what third parties were given."""

from __future__ import annotations

from countersign.importing.files import BY_NAME, File, digest_of
from countersign.importing.merges.merge import (
    CHANGED,
    FactFile,
    Merge,
    end_missing,
    remember_ended,
    resolve_facts,
    write_facts,
)

ACCESS, RIGHTS, GRANTS = BY_NAME["access.csv"], BY_NAME["rights.csv"], BY_NAME["grants.csv"]

ACCESS_FACTS = FactFile(
    ACCESS,
    "access_taxpayeraccess",
    """SELECT s.line, s.key, s.digest, l.id AS logon_id, t.id AS taxpayer_id, s.access_type,
              false AS provisional, true AS accepted
       FROM staged_access s JOIN logons_logon l ON l.username = s.username
       JOIN taxpayers_taxpayer t ON t.key = s.taxpayer_key""",
    identity=("logon_id", "taxpayer_id"),
    content=("access_type", "provisional", "accepted"),
)
RIGHTS_FACTS = FactFile(
    RIGHTS,
    "access_accountrights",
    """SELECT s.line, s.key, s.digest, l.id AS logon_id, a.id AS account_id, s.rights
       FROM staged_rights s JOIN logons_logon l ON l.username = s.username
       JOIN taxpayers_account a ON a.number = s.number""",
    identity=("logon_id", "account_id"),
    content=("rights",),
)
GRANT_FACTS = FactFile(
    GRANTS,
    "access_grant",
    """SELECT s.line, s.key, s.digest, t.id AS third_party_id, a.id AS account_id, s.rights, s.begins_at, s.ends_at
       FROM staged_grants s JOIN taxpayers_taxpayer t ON t.key = s.third_party_key
       JOIN taxpayers_account a ON a.number = s.number""",
    identity=("third_party_id", "account_id"),
    content=("rights", "ends_at"),
    match="""cur.third_party_id = r.third_party_id AND cur.account_id = r.account_id
        AND CASE WHEN i.key IS NOT NULL THEN cur.id = i.fact_id ELSE cur.begins_at = r.begins_at END""",
)


def merge_access(merge: Merge) -> None:
    """Imported access counts as accepted, a Master Administrator as full (IMPORT.md)."""
    if not merge.begin_file(ACCESS):
        return
    refuse_unknown_logon(merge, ACCESS)
    merge.refuse(
        ACCESS,
        """EXISTS (SELECT FROM access_secondarylogon x JOIN logons_logon l ON l.id = x.logon_id
        WHERE l.username = s.username)""",
        "username",
        "s.username",
        "is a secondary logon, which has no access of its own",
    )
    refuse_unknown_taxpayer(merge, ACCESS)
    set_aside_closed_logons(merge, ACCESS)
    resolve_facts(merge, ACCESS_FACTS)
    write_facts(merge, ACCESS_FACTS)
    # An MA holds no rights account by account; a TA that became one keeps none behind.
    end_dependent_rights(merge)


def merge_rights(merge: Merge) -> None:
    """What a TA holds, account by account; needs that TA's row in access.csv or the database."""
    if not merge.begin_file(RIGHTS):
        return
    refuse_unknown_logon(merge, RIGHTS)
    refuse_unknown_account(merge, RIGHTS)
    set_aside_closed_logons(merge, RIGHTS)
    resolve_facts(merge, RIGHTS_FACTS)
    held = """EXISTS (SELECT FROM taxpayers_account a JOIN logons_logon l ON l.username = s.username
        JOIN access_taxpayeraccess ta ON ta.logon_id = l.id AND ta.taxpayer_id = a.taxpayer_id
             AND ta.access_type = 'TA' AND ta.ended_at IS NULL
        WHERE a.number = s.number)"""
    # The file says that it is a Tax Administrator, and the portal that it is no more.
    merge.conflict(
        RIGHTS,
        f"""NOT {held} AND EXISTS (SELECT FROM taxpayers_account a JOIN taxpayers_taxpayer t ON t.id = a.taxpayer_id
        JOIN importing_importedrow i ON i.file = 'access.csv' AND i.key = s.username || chr(31) || t.key
             AND i.digest = {digest_of("TA")} AND i.said = ''
        WHERE a.number = s.number)""",
        CHANGED,
    )
    merge.refuse(RIGHTS, f"NOT {held}", "username", "s.username", "is no Tax Administrator of the account's taxpayer")
    write_facts(merge, RIGHTS_FACTS)


def merge_grants(merge: Merge) -> None:
    """Third-party access, identified by third party, account and begin; periods of a pair never overlap."""
    if not merge.begin_file(GRANTS):
        return
    merge.refuse(
        GRANTS,
        "NOT EXISTS (SELECT FROM taxpayers_taxpayer t WHERE t.key = s.third_party_key)",
        "third_party_key",
        "s.third_party_key",
        "is no known taxpayer",
    )
    refuse_unknown_account(merge, GRANTS)
    merge.refuse(
        GRANTS,
        """EXISTS (SELECT FROM taxpayers_account a JOIN taxpayers_taxpayer t ON t.id = a.taxpayer_id
        WHERE a.number = s.number AND t.key = s.third_party_key)""",
        "third_party_key",
        "s.third_party_key",
        "is the account's own taxpayer, which needs no grant",
    )
    merge.refuse(
        GRANTS,
        """s.ends_at <= coalesce(s.begins_at, (SELECT g.begins_at FROM importing_importedrow i
            JOIN access_grant g ON g.id = i.fact_id WHERE i.file = 'grants.csv' AND i.key = s.key), %(begin)s)""",
        "ends_on",
        "s.ends_on",
        "is before the grant begins",
    )
    resolve_facts(merge, GRANT_FACTS, begins="coalesce(r.begins_at, %(begin)s)", ends="r.ends_at")
    _refuse_overlaps(merge)
    write_facts(merge, GRANT_FACTS)


def _refuse_overlaps(merge: Merge) -> None:
    """Overlap is judged among current facts: those of the file, and those of the database that it leaves alone."""
    merge.run("DROP TABLE IF EXISTS pg_temp.periods")
    merge.run(
        """CREATE TEMPORARY TABLE periods ON COMMIT DROP AS
        WITH asked AS (
            SELECT s.line, s.key, t.id AS third_party_id, a.id AS account_id,
                   tstzrange(coalesce(s.begins_at, %(begin)s), CASE WHEN s.ends_at IS NOT NULL
                       THEN greatest(s.ends_at, coalesce(s.begins_at, %(begin)s)) END) AS period
            FROM staged_grants s JOIN taxpayers_taxpayer t ON t.key = s.third_party_key
            JOIN taxpayers_account a ON a.number = s.number
        ), standing AS (
            SELECT 0 AS line, '' AS key, g.third_party_id, g.account_id, tstzrange(g.begins_at, g.ends_at) AS period
            FROM access_grant g JOIN (SELECT DISTINCT third_party_id, account_id FROM asked) p
                 USING (third_party_id, account_id)
            WHERE g.ended_at IS NULL AND NOT isempty(tstzrange(g.begins_at, g.ends_at))
              AND NOT EXISTS (SELECT FROM importing_importedrow i JOIN staged_grants s ON s.key = i.key
                              WHERE i.file = 'grants.csv' AND i.fact_id = g.id)
              AND NOT EXISTS (SELECT FROM asked WHERE asked.third_party_id = g.third_party_id
                              AND asked.account_id = g.account_id AND lower(asked.period) = g.begins_at)
        ), pairs AS (
            SELECT * FROM asked UNION ALL SELECT * FROM standing
        )
        SELECT DISTINCT later.key FROM (
            SELECT p.* FROM pairs p JOIN (SELECT third_party_id, account_id FROM pairs
                GROUP BY third_party_id, account_id HAVING count(*) > 1) several USING (third_party_id, account_id)
        ) later JOIN pairs earlier ON earlier.third_party_id = later.third_party_id
            AND earlier.account_id = later.account_id AND earlier.line < later.line
            AND earlier.period && later.period"""
    )
    merge.refuse(
        GRANTS,
        "s.key IN (SELECT key FROM periods)",
        "begins_on",
        "s.key",
        "overlaps with another period of the same third party and account",
    )


def refuse_unknown_logon(merge: Merge, file: File, column: str = "username", staged: str = "username") -> None:
    """The username is known."""
    merge.refuse(
        file,
        f"NOT EXISTS (SELECT FROM logons_logon l WHERE l.username = s.{staged})",
        column,
        f"s.{staged}",
        "is no known logon",
    )


def refuse_unknown_taxpayer(merge: Merge, file: File) -> None:
    """The taxpayer is known."""
    merge.refuse(
        file,
        "NOT EXISTS (SELECT FROM taxpayers_taxpayer t WHERE t.key = s.taxpayer_key)",
        "taxpayer_key",
        "s.taxpayer_key",
        "is no known taxpayer",
    )


def refuse_unknown_account(merge: Merge, file: File) -> None:
    """The account is known."""
    merge.refuse(
        file,
        "NOT EXISTS (SELECT FROM taxpayers_account a WHERE a.number = s.number)",
        "account_number",
        "s.number",
        "is no known account",
    )


def set_aside_closed_logons(merge: Merge, file: File, column: str = "username", staged: str = "username") -> None:
    """A logon that was closed or cancelled gets nothing any more: what was ended online does not come back."""
    merge.conflict(
        file,
        f"""EXISTS (SELECT FROM logons_logon l JOIN access_logonstanding st ON st.logon_id = l.id
        AND st.ended_at IS NULL AND st.status IN ('cancelled', 'closed') WHERE l.username = s.{staged})""",
        "the logon has been closed or cancelled; nothing was changed",
        column,
        f"s.{staged}",
    )


def end_missing_access(merge: Merge) -> None:
    """``--replace access.csv``: with a Tax Administrator's access end its rights."""
    end_missing(merge, ACCESS_FACTS)
    end_dependent_rights(merge)


def end_dependent_rights(merge: Merge) -> None:
    """What a Tax Administrator holds ends with its access."""
    merge.report.ended[RIGHTS.name] += merge.run(
        """UPDATE access_accountrights f SET ended_at = %(now)s, ended_by = %(submission)s
        FROM taxpayers_account a, access_taxpayeraccess was
        WHERE was.ended_by = %(submission)s AND was.ended_at IS NOT NULL AND was.access_type = 'TA'
        AND a.taxpayer_id = was.taxpayer_id AND f.logon_id = was.logon_id AND f.account_id = a.id
        AND f.ended_at IS NULL AND NOT EXISTS (
            SELECT FROM access_taxpayeraccess ta WHERE ta.logon_id = f.logon_id AND ta.taxpayer_id = a.taxpayer_id
            AND ta.access_type = 'TA' AND ta.ended_at IS NULL)"""
    )
    remember_ended(merge, RIGHTS_FACTS)
