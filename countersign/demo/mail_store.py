"""The mail that the demo's server took, kept in one SQLite file so that it survives a restart."""

from __future__ import annotations

import email
import email.policy
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

_TABLE = (
    "create table if not exists mail (id integer primary key autoincrement, received text not null,"
    " sender text not null, addressees text not null, subject text not null, raw blob not null)"
)


@dataclass(frozen=True)
class Kept:
    """One mail's line in the list."""

    number: int
    received: datetime
    addressees: str
    subject: str


class MailStore:
    """Each call opens the file anew, so that threads need not share a connection."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.touch(mode=0o600)
        with self._open() as connection:
            connection.execute(_TABLE)
            connection.commit()

    def _open(self) -> closing[sqlite3.Connection]:
        return closing(sqlite3.connect(self._path, timeout=10))

    def keep(self, sender: str, addressees: Sequence[str], raw: bytes) -> int:
        """Store one mail for good; returns its number."""
        subject = str(parse(raw).get("subject", ""))
        received = datetime.now(UTC).isoformat(timespec="seconds")
        with self._open() as connection:
            cursor = connection.execute(
                "insert into mail (received, sender, addressees, subject, raw) values (?, ?, ?, ?, ?)",
                (received, sender, ", ".join(addressees), subject, raw),
            )
            connection.commit()
            return int(cursor.lastrowid or 0)

    def newest(self, addressee: str = "", *, limit: int = 200) -> list[Kept]:
        """The newest mails first, all or those to one address."""
        with self._open() as connection:
            rows = connection.execute(
                "select id, received, addressees, subject from mail where ? = '' or instr(addressees, ?) > 0"
                " order by id desc limit ?",
                (addressee, addressee, limit),
            ).fetchall()
        return [Kept(row[0], datetime.fromisoformat(row[1]), row[2], row[3]) for row in rows]

    def raw(self, number: int) -> bytes | None:
        """One mail as it came in, or None."""
        with self._open() as connection:
            row = connection.execute("select raw from mail where id = ?", (number,)).fetchone()
        return bytes(row[0]) if row else None


def parse(raw: bytes) -> EmailMessage:
    """A mail as Python sees it."""
    return email.message_from_bytes(raw, policy=email.policy.default)
