"""What every merge works with, and the one way in which rows become facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from countersign.importing.cells import shown
from countersign.importing.files import SEPARATOR, File
from countersign.importing.report import Remark, Remarks, Report

CHANGED = "the portal changed this since the last import; nothing was changed"
ENDED = "ended"
"""What a remembered row says when ``--replace`` ended it."""


@dataclass
class Merge:
    """One import in its transaction. ``begin`` is when facts without a date begin, ``now`` when it happens."""

    cursor: Any
    report: Report
    now: datetime
    begin: datetime
    submission: str

    def run(self, statement: str, **parameters: Any) -> int:
        """Run a statement; returns how many rows it touched. Common parameters need not be given."""
        common = {"now": self.now, "begin": self.begin, "submission": self.submission}
        self.cursor.execute(statement, {**common, **parameters})
        return int(self.cursor.rowcount)

    def refuse(self, file: File, condition: str, column: str, value: str, reason: str) -> int:
        """Rows ``s`` of the staging table for which the condition holds are bad: reported, and taken out."""
        return self._take_out(file, condition, column, value, reason, self.report.bad)

    def conflict(self, file: File, condition: str, reason: str, column: str = "", value: str = "s.key") -> int:
        """Rows ``s`` of the staging table that what the portal did since stands against: reported, and taken out.

        Nothing of the row has been done yet, and the row is not remembered: it is reported until both agree.
        """
        return self._take_out(file, condition, column, value, reason, self.report.conflicts)

    def _take_out(self, file: File, condition: str, column: str, value: str, reason: str, remarks: Remarks) -> int:
        taken = self.run(
            f"""WITH gone AS (
                DELETE FROM {file.table} s WHERE {condition} RETURNING s.line, ({value})::text AS value
            ) INSERT INTO taken SELECT line, value FROM gone"""
        )
        if taken:
            self.tell_taken(file, column, reason, remarks, taken)
        return taken

    def tell_taken(self, file: File, column: str, reason: str, remarks: Remarks, rows: int) -> None:
        """Report the rows in the table ``taken``, and empty it. Only what is shown leaves the database."""
        self.run("SELECT line, value FROM taken ORDER BY line, value LIMIT %(most)s", most=max(remarks.room, 1))
        remarks.add_counted(
            [
                Remark(file.name, line, column, shown((value or "").replace(SEPARATOR, ", ")), reason)
                for line, value in self.cursor.fetchall()
            ],
            rows,
        )
        self.run("DELETE FROM taken")

    def begin_file(self, file: File) -> bool:
        """Drop the rows that say what the last import said; whether anything of the file is left to do.

        Such rows do nothing, whatever the portal did since.
        """
        self.run(
            f"""DELETE FROM {file.table} s USING importing_importedrow i
            WHERE i.file = %(file)s AND i.key = s.key AND i.digest = s.digest AND i.said <> '{ENDED}'""",
            file=file.name,
        )
        self.run(f"SELECT EXISTS (SELECT FROM {file.table})")
        return bool(self.cursor.fetchone()[0])

    def learn(self, *tables: str) -> None:
        """Fresh statistics for tables that have just been filled: the planner still thinks them empty."""
        for table in tables:
            self.run("SELECT importing_analyze(%(table)s)", table=table)

    def remember(self, file: File, table: str, fact: str) -> None:
        """Keep what these rows said, and the fact that they are about, for the next import."""
        self.run(
            f"""INSERT INTO importing_importedrow AS i (file, key, digest, fact_id, said)
            SELECT %(file)s, s.key, s.digest, {fact}, '' FROM {table} s
            ON CONFLICT (file, key) DO UPDATE SET digest = excluded.digest, fact_id = excluded.fact_id,
                said = CASE WHEN i.said = '{ENDED}' THEN '' ELSE i.said END""",
            file=file.name,
        )


@dataclass(frozen=True)
class FactFile:
    """How the rows of one file are facts of one table.

    ``resolved`` selects line, key, digest and the columns of ``identity``, ``content`` and ``fixed``, with the names
    of the file replaced by keys. ``identity`` says which current fact a row is about; where it does not say it
    alone, ``match`` joins the current fact ``cur`` to a row ``r``, and ``successor`` joins it to an ended fact ``f``.
    """

    file: File
    table: str
    resolved: str
    identity: Sequence[str]
    content: Sequence[str] = ()
    fixed: Sequence[str] = ()
    match: str = ""
    successor: str = ""

    @property
    def columns(self) -> list[str]:
        """The columns of the fact, beside its period."""
        return [name for name in (*self.identity, *self.content, *self.fixed) if name != "ends_at"]


def resolve_facts(merge: Merge, facts: FactFile, *, begins: str = "%(begin)s", ends: str = "NULL::timestamptz") -> None:
    """Look up what each row that acts is about (table ``todo``), and take out those that the portal changed since.

    A row that has no counterpart yet is left where it is; checks that follow refuse it.
    """
    match = facts.match or " AND ".join(f"cur.{c} = r.{c}" for c in facts.identity)
    same = " AND ".join(f"cur.{c} IS NOT DISTINCT FROM r.{c}" for c in facts.content) or "true"
    merge.run("DROP TABLE IF EXISTS pg_temp.todo")
    merge.run(
        f"""CREATE TEMPORARY TABLE todo ON COMMIT DROP AS
        SELECT r.*, i.fact_id AS last_fact, i.key IS NOT NULL AS known, cur.id AS current,
               cur.id IS NOT NULL AND {same} AS same,
               nextval(pg_get_serial_sequence('{facts.table}', 'id')) AS new_fact,
               CASE WHEN i.key IS NULL THEN {begins} ELSE greatest(%(now)s, {begins}) END AS from_then,
               {ends} AS until
        FROM ({facts.resolved}) r
        LEFT JOIN importing_importedrow i ON i.file = %(file)s AND i.key = r.key
        LEFT JOIN {facts.table} cur ON cur.ended_at IS NULL AND {match}""",
        file=facts.file.name,
    )
    merge.conflict(
        facts.file,
        """s.key IN (SELECT t.key FROM todo t WHERE NOT t.same AND CASE WHEN t.known
        THEN t.current IS DISTINCT FROM t.last_fact ELSE t.current IS NOT NULL END)""",
        CHANGED,
    )


def write_facts(merge: Merge, facts: FactFile) -> None:
    """Of the resolved rows that are left: insert new facts, end and begin anew changed ones, remember all."""
    name = facts.file.name
    merge.run(f"DELETE FROM todo t WHERE NOT EXISTS (SELECT FROM {facts.file.table} s WHERE s.key = t.key)")
    merge.report.ended[name] += merge.run(
        f"""UPDATE {facts.table} f SET ended_at = %(now)s, ended_by = %(submission)s
        FROM todo s WHERE f.id = s.current AND NOT s.same AND f.ended_at IS NULL"""
    )
    columns = ", ".join(facts.columns)
    merge.report.begun[name] += merge.run(
        f"""INSERT INTO {facts.table} (id, {columns}, begins_at, ends_at, recorded_at, begun_by, ended_by)
        SELECT s.new_fact, {", ".join(f"s.{c}" for c in facts.columns)}, s.from_then, s.until, %(now)s,
               %(submission)s, ''
        FROM todo s WHERE NOT s.same AND (s.until IS NULL OR s.until > s.from_then)"""
    )
    merge.remember(
        facts.file,
        "todo",
        "CASE WHEN s.same THEN s.current WHEN s.until IS NULL OR s.until > s.from_then THEN s.new_fact END",
    )
    merge.learn(facts.table)


def end_missing(merge: Merge, facts: FactFile) -> None:
    """``--replace``: end the facts that imports began and whose rows are missing now.

    The row may come back and then begins again. What the portal gave stays; where it stands in the place of what
    an import began, that is a conflict.
    """
    file = facts.file
    merge.run("DROP TABLE IF EXISTS pg_temp.missing")
    merge.run(
        f"""CREATE TEMPORARY TABLE missing ON COMMIT DROP AS
        SELECT i.key, i.fact_id FROM importing_importedrow i WHERE i.file = %(file)s AND i.said <> '{ENDED}'
        AND NOT EXISTS (SELECT FROM {file.table} s WHERE s.key = i.key)""",
        file=file.name,
    )
    successor = facts.successor or " AND ".join(f"cur.{c} IS NOT DISTINCT FROM f.{c}" for c in facts.identity)
    kept = merge.run(
        f"""INSERT INTO taken SELECT DISTINCT 0, m.key FROM missing m
        JOIN {facts.table} f ON f.id = m.fact_id AND f.ended_at IS NOT NULL
        JOIN {facts.table} cur ON cur.ended_at IS NULL AND {successor}
        WHERE NOT EXISTS (SELECT FROM importing_importedrow o WHERE o.file = %(file)s AND o.fact_id = cur.id)""",
        file=file.name,
    )
    if kept:
        merge.tell_taken(file, "", f"is missing from the file, but {CHANGED}", merge.report.conflicts, kept)
    merge.report.ended[file.name] += merge.run(
        f"""UPDATE {facts.table} f SET ended_at = %(now)s, ended_by = %(submission)s
        FROM missing m WHERE f.id = m.fact_id AND f.ended_at IS NULL"""
    )
    remember_ended(merge, facts)


def remember_ended(merge: Merge, facts: FactFile) -> None:
    """Rows whose facts this import has just ended may come back: they count as new, but begin then at the earliest."""
    merge.run(
        f"""UPDATE importing_importedrow i SET said = '{ENDED}', fact_id = NULL FROM {facts.table} f
        WHERE i.file = %(file)s AND f.id = i.fact_id AND f.ended_by = %(submission)s""",
        file=facts.file.name,
    )
