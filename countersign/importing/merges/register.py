"""account_types.csv, taxpayers.csv, accounts.csv, proofs.csv: the register, and what is true of taxpayers."""

from __future__ import annotations

from countersign.importing.files import BY_NAME, File
from countersign.importing.merges.merge import CHANGED, Merge

TYPES, TAXPAYERS = BY_NAME["account_types.csv"], BY_NAME["taxpayers.csv"]
ACCOUNTS, PROOFS = BY_NAME["accounts.csv"], BY_NAME["proofs.csv"]


def merge_account_types(merge: Merge) -> None:
    """Insert new types; a changed name updates."""
    merge.report.changed[TYPES.name] += merge.run(
        """UPDATE taxpayers_accounttype t SET name = s.name FROM staged_account_types s
        WHERE t.code = s.key AND t.name <> s.name"""
    )
    merge.report.begun[TYPES.name] += merge.run(
        """INSERT INTO taxpayers_accounttype (code, name) SELECT s.key, s.name FROM staged_account_types s
        WHERE NOT EXISTS (SELECT FROM taxpayers_accounttype t WHERE t.code = s.key) ORDER BY s.line"""
    )


def merge_taxpayers(merge: Merge) -> None:
    """Insert and update taxpayers. An individual never becomes anything else, nor anything else an individual."""
    merge.refuse(
        TAXPAYERS,
        """EXISTS (SELECT FROM taxpayers_taxpayer t WHERE t.key = s.key
        AND (t.kind = 'individual') <> (s.kind = 'individual'))""",
        "kind",
        "s.kind",
        "changes between individual and something else, which a taxpayer never does",
    )
    _set_aside_conflicts(merge)
    while _refuse_doubled(merge):
        pass  # a row that is taken out keeps the identifier that another row counted on
    columns = (
        "kind, legal_name, name_folded, id_type, id_number_hash, id_number_last4, address1, address2, city, state, "
        "postal_code"
    )
    staged = ", ".join(f"s.{column.strip()}" for column in columns.split(","))
    known = ", ".join(f"t.{column.strip()}" for column in columns.split(","))
    # Where taxpayers pass identifiers on to one another, each is free for a moment before it is given again.
    merge.run(
        """UPDATE taxpayers_taxpayer t SET id_number_hash = sha256(convert_to('passed on by ' || t.id, 'UTF8'))
        FROM staged_taxpayers s
        WHERE s.id_type = t.id_type AND s.id_number_hash = t.id_number_hash AND s.key <> t.key"""
    )
    merge.report.changed[TAXPAYERS.name] += merge.run(
        f"""UPDATE taxpayers_taxpayer t SET ({columns}, listed_in_directory) = ({staged}, s.listed)
        FROM staged_taxpayers s WHERE t.key = s.key
        AND ({known}, t.listed_in_directory) IS DISTINCT FROM ({staged}, s.listed)"""
    )
    merge.report.begun[TAXPAYERS.name] += merge.run(
        f"""INSERT INTO taxpayers_taxpayer (key, {columns}, listed_in_directory)
        SELECT s.key, {staged}, s.listed FROM staged_taxpayers s
        WHERE NOT EXISTS (SELECT FROM taxpayers_taxpayer t WHERE t.key = s.key) ORDER BY s.line"""
    )
    merge.learn("taxpayers_taxpayer")
    _write_conditions(merge)


def _refuse_doubled(merge: Merge) -> int:
    merge.run("DROP TABLE IF EXISTS pg_temp.doubled")
    merge.run(
        """CREATE TEMPORARY TABLE doubled ON COMMIT DROP AS
        SELECT key FROM (SELECT key, row_number() OVER (PARTITION BY id_type, id_number_hash ORDER BY line) AS nth
                         FROM staged_taxpayers) numbered WHERE nth > 1
        UNION
        SELECT s.key FROM staged_taxpayers s JOIN taxpayers_taxpayer t
          ON t.id_type = s.id_type AND t.id_number_hash = s.id_number_hash AND t.key <> s.key
        LEFT JOIN staged_taxpayers moved ON moved.key = t.key
        WHERE moved.key IS NULL OR (moved.id_type, moved.id_number_hash) = (t.id_type, t.id_number_hash)"""
    )
    return merge.refuse(
        TAXPAYERS,
        "s.key IN (SELECT key FROM doubled)",
        "id_number",
        "'*****' || s.id_number_last4",
        "is the identifier of another taxpayer",
    )


def _set_aside_conflicts(merge: Merge) -> None:
    """Before anything of a row is done: what of ``status`` and ``freeze`` differs from the last import (``wished``).

    A row that ends what the portal changed since is a conflict.
    """
    merge.run("DROP TABLE IF EXISTS pg_temp.wished")
    merge.run(
        """CREATE TEMPORARY TABLE wished ON COMMIT DROP AS
        SELECT s.key, c.condition, c.said ~ c.pattern AS wanted, cur.id AS current, cur.begun_by
        FROM (
            SELECT s.key, t.id AS taxpayer_id, s.said, coalesce(i.said, 'active|') AS before
            FROM staged_taxpayers s LEFT JOIN taxpayers_taxpayer t ON t.key = s.key
            LEFT JOIN importing_importedrow i ON i.file = 'taxpayers.csv' AND i.key = s.key
            WHERE s.said <> coalesce(i.said, 'active|')
        ) s
        CROSS JOIN LATERAL (VALUES
            ('deceased', '^deceased', s.said, s.before), ('dissolved', '^dissolved', s.said, s.before),
            ('frozen_as_taxpayer', '[|](taxpayer|both)$', s.said, s.before),
            ('frozen_as_third_party', '[|](third_party|both)$', s.said, s.before)
        ) c (condition, pattern, said, before)
        LEFT JOIN access_taxpayercondition cur ON cur.taxpayer_id = s.taxpayer_id AND cur.condition = c.condition
             AND cur.ended_at IS NULL
        WHERE (c.said ~ c.pattern) <> (c.before ~ c.pattern)"""
    )
    merge.conflict(
        TAXPAYERS,
        """s.key IN (SELECT w.key FROM wished w WHERE NOT w.wanted AND (w.current IS NULL OR NOT EXISTS (
            SELECT FROM submissions_submission b WHERE b.confirmation_number = w.begun_by AND b.kind = 'import')))""",
        CHANGED,
    )
    merge.run("DELETE FROM wished w WHERE NOT EXISTS (SELECT FROM staged_taxpayers s WHERE s.key = w.key)")


def _write_conditions(merge: Merge) -> None:
    merge.report.ended[TAXPAYERS.name] += merge.run(
        """UPDATE access_taxpayercondition c SET ended_at = %(now)s, ended_by = %(submission)s
        FROM wished s WHERE c.id = s.current AND NOT s.wanted AND c.ended_at IS NULL"""
    )
    # What an import changes begins at its moment; only of a taxpayer that it brings, it may have begun before.
    merge.report.begun[TAXPAYERS.name] += merge.run(
        """INSERT INTO access_taxpayercondition
            (taxpayer_id, condition, begins_at, recorded_at, begun_by, ended_by)
        SELECT t.id, s.condition, CASE WHEN known.key IS NULL THEN %(begin)s ELSE greatest(%(now)s, %(begin)s) END,
               %(now)s, %(submission)s, ''
        FROM wished s JOIN taxpayers_taxpayer t ON t.key = s.key
        LEFT JOIN importing_importedrow known ON known.file = 'taxpayers.csv' AND known.key = s.key
        WHERE s.wanted AND s.current IS NULL"""
    )
    merge.run(
        """INSERT INTO importing_importedrow AS i (file, key, digest, said)
        SELECT DISTINCT 'taxpayers.csv', s.key, 0, s.said FROM staged_taxpayers s JOIN wished USING (key)
        ON CONFLICT (file, key) DO UPDATE SET said = excluded.said"""
    )


def merge_accounts(merge: Merge) -> None:
    """Insert accounts and update their dates. An account never changes its taxpayer or its type."""
    merge.refuse(
        ACCOUNTS,
        "NOT EXISTS (SELECT FROM taxpayers_taxpayer t WHERE t.key = s.taxpayer_key)",
        "taxpayer_key",
        "s.taxpayer_key",
        "is no known taxpayer",
    )
    merge.refuse(
        ACCOUNTS,
        "NOT EXISTS (SELECT FROM taxpayers_accounttype ty WHERE ty.code = s.account_type)",
        "account_type",
        "s.account_type",
        "is no known account type",
    )
    for column, reason, known in (
        ("taxpayer_key", "is another taxpayer than the account has; an account never changes it", "t.key"),
        ("account_type", "is another type than the account has; an account never changes it", "ty.code"),
    ):
        merge.refuse(
            ACCOUNTS,
            f"""EXISTS (SELECT FROM taxpayers_account a JOIN taxpayers_taxpayer t ON t.id = a.taxpayer_id
            JOIN taxpayers_accounttype ty ON ty.id = a.account_type_id
            WHERE a.number = s.key AND {known} <> s.{column})""",
            column,
            f"s.{column}",
            reason,
        )
    merge.report.changed[ACCOUNTS.name] += merge.run(
        """UPDATE taxpayers_account a SET opened_on = s.opened_on, closed_on = s.closed_on FROM staged_accounts s
        WHERE a.number = s.key AND (a.opened_on, a.closed_on) IS DISTINCT FROM (s.opened_on, s.closed_on)"""
    )
    merge.report.begun[ACCOUNTS.name] += merge.run(
        """INSERT INTO taxpayers_account (number, taxpayer_id, account_type_id, opened_on, closed_on)
        SELECT s.key, t.id, ty.id, s.opened_on, s.closed_on FROM staged_accounts s
        JOIN taxpayers_taxpayer t ON t.key = s.taxpayer_key JOIN taxpayers_accounttype ty ON ty.code = s.account_type
        WHERE NOT EXISTS (SELECT FROM taxpayers_account a WHERE a.number = s.key) ORDER BY s.line"""
    )
    merge.learn("taxpayers_account")


def merge_proofs(merge: Merge) -> None:
    """Insert proofs; a changed one that nobody used yet is updated. A used proof never revives."""
    merge.refuse(
        PROOFS,
        "NOT EXISTS (SELECT FROM taxpayers_taxpayer t WHERE t.key = s.taxpayer_key)",
        "taxpayer_key",
        "s.taxpayer_key",
        "is no known taxpayer",
    )
    merge.conflict(
        PROOFS,
        """s.key IN (SELECT o.key FROM staged_proofs o JOIN taxpayers_taxpayer t ON t.key = o.taxpayer_key
        JOIN taxpayers_proof p ON p.taxpayer_id = t.id AND p.kind = o.kind AND p.label = o.label
        WHERE p.used_at IS NOT NULL AND (p.value_hash, p.expires_on) IS DISTINCT FROM (o.value_hash, o.expires_on))""",
        "the proof has been used and never revives",
        "taxpayer_key",
        "s.taxpayer_key",
    )
    merge.report.changed[PROOFS.name] += merge.run(
        """UPDATE taxpayers_proof p SET value_hash = s.value_hash, expires_on = s.expires_on
        FROM staged_proofs s JOIN taxpayers_taxpayer t ON t.key = s.taxpayer_key
        WHERE p.taxpayer_id = t.id AND p.kind = s.kind AND p.label = s.label AND p.used_at IS NULL
        AND (p.value_hash, p.expires_on) IS DISTINCT FROM (s.value_hash, s.expires_on)"""
    )
    merge.report.begun[PROOFS.name] += merge.run(
        """INSERT INTO taxpayers_proof (taxpayer_id, kind, label, value_hash, expires_on)
        SELECT t.id, s.kind, s.label, s.value_hash, s.expires_on FROM staged_proofs s
        JOIN taxpayers_taxpayer t ON t.key = s.taxpayer_key
        WHERE NOT EXISTS (SELECT FROM taxpayers_proof p WHERE p.taxpayer_id = t.id AND p.kind = s.kind
                          AND p.label = s.label) ORDER BY s.line"""
    )


def end_missing_proofs(merge: Merge) -> None:
    """``--replace proofs.csv``: unused proofs are withdrawn. A used one stays, so that it never revives.

    Codes of letters that the portal wrote were never in a file, and stay too.
    """
    merge.report.ended[PROOFS.name] += merge.run(
        """DELETE FROM taxpayers_proof p WHERE p.used_at IS NULL AND NOT EXISTS (
            SELECT FROM staged_proofs s JOIN taxpayers_taxpayer t ON t.key = s.taxpayer_key
            WHERE t.id = p.taxpayer_id AND s.kind = p.kind AND s.label = p.label)
        AND NOT EXISTS (SELECT FROM letters_letter l WHERE l.taxpayer_id = p.taxpayer_id
                        AND p.label = 'Letter ' || l.id)"""
    )


def note_kept(merge: Merge, file: File) -> None:
    """``--replace`` of a file of the register: missing rows are kept, because facts and history name them."""
    table, column = {
        TYPES.name: ("taxpayers_accounttype", "code"),
        TAXPAYERS.name: ("taxpayers_taxpayer", "key"),
        ACCOUNTS.name: ("taxpayers_account", "number"),
    }[file.name]
    kept = merge.run(
        f"""INSERT INTO taken SELECT 0, t.{column} FROM {table} t
        WHERE NOT EXISTS (SELECT FROM {file.table} s WHERE s.key = t.{column})"""
    )
    if kept:
        reason = "is missing from the file, but a row of the register is never removed: history names it"
        merge.tell_taken(file, "", reason, merge.report.conflicts, kept)
