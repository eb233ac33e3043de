"""What every merge works with, and the one way in which rows become facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from countersign.importing.cells import shown
from countersign.importing.files import SEPARATOR, File
from countersign.importing.report import Remark, Remarks, Report


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

    def refuse(self, file: File, condition: str, column: str, value: str, reason: str) -> None:
        """Rows ``s`` of the staging table for which the condition holds are bad: reported, and taken out."""
        self._take_out(file, file.table, condition, column, value, reason, self.report.bad)

    def conflict(self, file: File, table: str, condition: str, reason: str) -> None:
        """Rows ``s`` of a table of resolved rows that what the portal did since stands against."""
        self._take_out(file, table, condition, "", "s.key", reason, self.report.conflicts)

    def _take_out(
        self, file: File, table: str, condition: str, column: str, value: str, reason: str, remarks: Remarks
    ) -> None:
        self.run(f"SELECT s.line, ({value})::text FROM {table} s WHERE {condition} ORDER BY s.line")
        found = self.cursor.fetchall()
        for line, what in found:
            remarks.add(Remark(file.name, line, column, shown((what or "").replace(SEPARATOR, ", ")), reason))
        if found:
            self.run(f"DELETE FROM {table} s WHERE {condition}")

    def any_rows(self, file: File) -> bool:
        """Whether anything of the file is left to do."""
        self.run(f"SELECT EXISTS (SELECT FROM {file.table})")
        return bool(self.cursor.fetchone()[0])

    def learn(self, *tables: str) -> None:
        """Fresh statistics for tables that have just been filled: the planner still thinks them empty."""
        for table in tables:
            self.run("SELECT importing_analyze(%(table)s)", table=table)

    def drop_unchanged(self, file: File) -> None:
        """Rows that say what the last import said do nothing, whatever the portal did since."""
        self.run(
            f"""DELETE FROM {file.table} s USING importing_importedrow i
            WHERE i.file = %(file)s AND i.key = s.key AND i.digest = s.digest""",
            file=file.name,
        )

    def remember(self, file: File, table: str, fact: str = "NULL::bigint", said: str = "''") -> None:
        """Keep what these rows said, for the next import."""
        self.run(
            f"""INSERT INTO importing_importedrow AS i (file, key, digest, fact_id, said)
            SELECT %(file)s, s.key, s.digest, {fact}, {said} FROM {table} s
            ON CONFLICT (file, key) DO UPDATE
            SET digest = excluded.digest, fact_id = excluded.fact_id, said = excluded.said""",
            file=file.name,
        )


@dataclass(frozen=True)
class FactFile:
    """How the rows of one file are facts of one table.

    ``resolved`` selects line, key, digest and the columns of ``identity``, ``content`` and ``fixed``, with the names
    of the file replaced by keys. ``identity`` says which current fact a row is about.
    """

    file: File
    table: str
    resolved: str
    identity: Sequence[str]
    content: Sequence[str] = ()
    fixed: Sequence[str] = ()
    match: str = ""

    @property
    def columns(self) -> list[str]:
        """The columns of the fact, beside its period."""
        return [name for name in (*self.identity, *self.content, *self.fixed) if name != "ends_at"]


def merge_facts(merge: Merge, facts: FactFile, *, begins: str = "%(begin)s", ends: str = "NULL::timestamptz") -> None:
    """Insert new facts, end and begin anew changed ones, report what the portal changed since as conflicts."""
    name, identity = facts.file.name, facts.identity
    match = facts.match or " AND ".join(f"cur.{c} = r.{c}" for c in identity)
    same = " AND ".join(f"cur.{c} IS NOT DISTINCT FROM r.{c}" for c in facts.content) or "true"
    if not merge.any_rows(facts.file):
        return
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
        file=name,
    )
    merge.conflict(
        facts.file,
        "todo",
        """NOT s.same AND CASE WHEN s.known THEN s.current IS DISTINCT FROM s.last_fact
        ELSE s.current IS NOT NULL END""",
        "the portal changed this since the last import; nothing was changed",
    )
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

    The row is forgotten, so that the same row may come back and begin again. What the portal gave stays.
    """
    name = facts.file.name
    merge.report.ended[name] += merge.run(
        f"""UPDATE {facts.table} f SET ended_at = %(now)s, ended_by = %(submission)s
        FROM importing_importedrow i WHERE i.file = %(file)s AND f.id = i.fact_id AND f.ended_at IS NULL
        AND NOT EXISTS (SELECT FROM {facts.file.table} s WHERE s.key = i.key)""",
        file=name,
    )
    forget_missing(merge, facts.file)


def forget_missing(merge: Merge, file: File) -> None:
    """Forget rows that are missing from the file."""
    merge.run(
        f"""DELETE FROM importing_importedrow i WHERE i.file = %(file)s
        AND NOT EXISTS (SELECT FROM {file.table} s WHERE s.key = i.key)""",
        file=file.name,
    )
