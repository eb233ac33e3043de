"""Seal what was recorded: batches of entries under a Merkle root, each chained to the one before.

Writers never wait for this. They only insert; an entry that commits late, with a smaller number than those already
sealed, is on the sealer's list all the same and goes into the next seal.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from countersign.events.leaves import COLUMNS, Leaf
from countersign.events.merkle import GENESIS, Root, head, leaf_hash
from countersign.events.models import Seal, SealedEntry

LOCK = 0x5EA1_0001  # advisory: one sealer at a time
BATCH = 5_000

WAITING = f"""
SELECT {COLUMNS} FROM events_entry e
WHERE e.id IN (SELECT u.entry_id FROM events_unsealedentry u JOIN events_entry x ON x.id = u.entry_id
               ORDER BY u.entry_id LIMIT %s)
ORDER BY e.id
"""


def seal_pending(now: datetime, *, batch: int = BATCH) -> list[Seal]:
    """Seal all entries that are committed and not sealed yet; returns the new seals, none if nothing waited.

    Each seal holds at most ``batch`` entries and is a transaction of its own, so memory stays flat. A second
    sealer waits for the first and then finds nothing left. ``now`` becomes ``sealed_at``.
    """
    seals: list[Seal] = []
    while True:
        seal = _seal_batch(now, batch)
        if seal is None:
            return seals
        seals.append(seal)
        if seal.size < batch:
            return seals


def _seal_batch(now: datetime, batch: int) -> Seal | None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            cursor.execute(WAITING, [batch])
            leaves = [Leaf(*row) for row in cursor.fetchall()]
        if not leaves:
            return None
        last = Seal.objects.order_by("-number").first()
        root = Root()
        hashes = [leaf_hash(leaf.encode()) for leaf in leaves]
        for digest in hashes:
            root.add(digest)
        seal = Seal(
            number=last.number + 1 if last else 1,
            sealed_at=now,
            size=root.size,
            root=root.digest(),
            previous_head=bytes(last.head) if last else GENESIS,
        )
        seal.head = head(
            number=seal.number,
            sealed_at=seal.sealed_at,
            size=seal.size,
            root=bytes(seal.root),
            previous_head=bytes(seal.previous_head),
        )
        seal.save(force_insert=True)
        SealedEntry.objects.bulk_create(
            SealedEntry(entry_id=leaf.entry_id, seal=seal, position=position, leaf_hash=digest)
            for position, (leaf, digest) in enumerate(zip(leaves, hashes, strict=True))
        )
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM events_unsealedentry WHERE entry_id = ANY(%s)", [[leaf.entry_id for leaf in leaves]]
            )
        return seal


def latest_seal() -> Seal | None:
    """The last seal: its head is what an agency publishes."""
    return Seal.objects.order_by("-number").first()
