"""Read the whole log against its seals and name the first thing that does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from countersign.events.leaves import COLUMNS, Leaf
from countersign.events.merkle import GENESIS, Root, head, leaf_hash

ROWS_AT_A_TIME = 2_000

SEALED = f"""
SELECT z.number, z.sealed_at, z.size, z.root, z.previous_head, z.head, p.entry_id, p.position, p.leaf_hash, {COLUMNS}
FROM events_seal z
LEFT JOIN events_sealedentry p ON p.seal_id = z.number
LEFT JOIN events_entry e ON e.id = p.entry_id
ORDER BY z.number, p.position
"""
SEAL_COLUMNS = 6

ORPHAN = """
SELECT p.seal_id FROM events_sealedentry p
WHERE NOT EXISTS (SELECT FROM events_seal z WHERE z.number = p.seal_id) ORDER BY p.seal_id LIMIT 1
"""
# Off the sealer's list without a seal; or passed over by a seal that is much younger.
UNSEALED = """
SELECT min(e.id) FROM events_entry e
WHERE NOT EXISTS (SELECT FROM events_sealedentry p WHERE p.entry_id = e.id)
  AND (e.recorded_at < %s OR NOT EXISTS (SELECT FROM events_unsealedentry u WHERE u.entry_id = e.id))
"""
GONE = """
SELECT min(u.entry_id) FROM events_unsealedentry u
WHERE NOT EXISTS (SELECT FROM events_entry e WHERE e.id = u.entry_id)
"""


@dataclass(frozen=True)
class Finding:
    """The first thing that does not fit: ``kind`` is one of the keys of ``TEXTS``."""

    kind: str
    seal: int | None = None
    entry: int | None = None

    def __str__(self) -> str:
        return TEXTS[self.kind].format(seal=self.seal, entry=self.entry)


TEXTS = {
    "entry_changed": "entry {entry} (seal {seal}) is not as it was sealed: it or whom it concerns was changed",
    "entry_missing": "entry {entry} (seal {seal}) is gone",
    "entry_lost": "entry {entry} is gone; it was not sealed yet",
    "order_changed": "entry {entry} (seal {seal}) is not in the place where it was sealed",
    "seal_changed": "seal {seal} does not fit its entries, or was itself changed",
    "seal_missing": "seal {seal} is gone",
    "chain_broken": "seal {seal} does not continue the seal before it",
    "unsealed": "entry {entry} was never sealed, though it should have been",
    "head_unknown": "no seal has the published head that was given: the log was cut off or written anew",
}


@dataclass(frozen=True)
class Verification:
    """Outcome of ``verify``: ``finding`` is None when everything fits."""

    finding: Finding | None
    seals: int
    entries: int
    pending: int
    head: str

    @property
    def ok(self) -> bool:
        """Nothing was found."""
        return self.finding is None


class _Found(Exception):
    def __init__(self, finding: Finding) -> None:
        self.finding = finding


@dataclass
class _Progress:
    seals: int = 0
    entries: int = 0
    head: bytes = GENESIS
    sealed_at: datetime | None = None
    heads_seen: bool = False


def verify(*, published_head: str = "") -> Verification:
    """Read the log and name the first bad entry or seal (SPEC 7: "a command verifies it and names the first bad
    entry").

    ``published_head``, in hexadecimal, is a head that was published earlier: only with it can a log be told from
    one that was cut off at its end, or written anew from the start. Streams, with flat memory; sees one snapshot.
    """
    nested = connection.in_atomic_block
    with transaction.atomic():
        if not nested:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        progress = _Progress()
        finding = None
        try:
            _check_seals(progress, published_head.strip().lower())
            _check_unsealed(progress)
            if published_head and not progress.heads_seen:
                raise _Found(Finding("head_unknown"))
        except _Found as found:
            finding = found.finding
        pending = _one("SELECT count(*) FROM events_unsealedentry")
    return Verification(finding, progress.seals, progress.entries, pending, progress.head.hex())


def _check_seals(progress: _Progress, published_head: str) -> None:
    for seal, rows in groupby(_stream(), key=lambda row: row[:SEAL_COLUMNS]):
        number, sealed_at, size, root, previous_head, own_head = seal
        if number != progress.seals + 1:
            raise _Found(Finding("seal_missing", seal=progress.seals + 1))
        actual = _root(number, rows)
        if (actual.size, actual.digest()) != (size, bytes(root)):
            raise _Found(Finding("seal_changed", seal=number))
        if bytes(previous_head) != progress.head:
            raise _Found(Finding("chain_broken", seal=number))
        computed = head(number=number, sealed_at=sealed_at, size=size, root=bytes(root), previous_head=progress.head)
        if computed != bytes(own_head):
            raise _Found(Finding("seal_changed", seal=number))
        progress.seals, progress.head, progress.sealed_at = number, computed, sealed_at
        progress.entries += size
        progress.heads_seen |= computed.hex() == published_head
    orphan = _one(ORPHAN)
    if orphan is not None:
        raise _Found(Finding("seal_missing", seal=orphan))


def _root(number: int, rows: Iterator[tuple[Any, ...]]) -> Root:
    """The root over what is there now. The entries of a seal stand in the order of their numbers."""
    root = Root()
    before = 0
    for row in rows:
        entry_id, position, sealed_hash = row[SEAL_COLUMNS : SEAL_COLUMNS + 3]
        leaf = Leaf(*row[SEAL_COLUMNS + 3 :])
        if entry_id is None:
            raise _Found(Finding("seal_changed", seal=number))
        if leaf.entry_id is None:
            raise _Found(Finding("entry_missing", seal=number, entry=entry_id))
        if leaf_hash(leaf.encode()) != bytes(sealed_hash):
            raise _Found(Finding("entry_changed", seal=number, entry=entry_id))
        if entry_id <= before:
            raise _Found(Finding("order_changed", seal=number, entry=entry_id))
        if position != root.size:
            raise _Found(Finding("seal_changed", seal=number))
        root.add(bytes(sealed_hash))
        before = entry_id
    return root


def _check_unsealed(progress: _Progress) -> None:
    tolerance = timedelta(minutes=settings.AUDIT_UNSEALED_MINUTES)
    entry = _one(UNSEALED, progress.sealed_at - tolerance if progress.sealed_at else "-infinity")
    if entry is not None:
        raise _Found(Finding("unsealed", entry=entry))
    entry = _one(GONE)
    if entry is not None:
        raise _Found(Finding("entry_lost", entry=entry))


def _stream() -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(SEALED)
        while rows := cursor.fetchmany(ROWS_AT_A_TIME):
            yield from rows


def _one(statement: str, *parameters: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row = cursor.fetchone()
    return row[0] if row else None
