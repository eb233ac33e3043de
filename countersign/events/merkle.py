"""Merkle tree hashes as in RFC 6962, section 2.1, and the chain of heads over them. Pure functions."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

GENESIS = bytes(32)


def leaf_hash(leaf: bytes) -> bytes:
    """Hash of one leaf: SHA-256 with the prefix 0x00."""
    return hashlib.sha256(b"\x00" + leaf).digest()


class Root:
    """The root over leaf hashes that come one after the other. Holds one hash per level, whatever the size."""

    def __init__(self) -> None:
        self.size = 0
        self._complete: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        """Append the next leaf's hash."""
        self.size += 1
        width, node = 1, leaf
        while self._complete and self._complete[-1][0] == width:
            node = _join(self._complete.pop()[1], node)
            width *= 2
        self._complete.append((width, node))

    def digest(self) -> bytes:
        """The root over everything added so far; of nothing it is SHA-256 of nothing."""
        if not self._complete:
            return hashlib.sha256(b"").digest()
        *lefts, (_, node) = self._complete
        for _, left in reversed(lefts):
            node = _join(left, node)
        return node


def head(*, number: int, sealed_at: datetime, size: int, root: bytes, previous_head: bytes) -> bytes:
    """What a seal's head commits to: the seal itself and, through ``previous_head``, all before it."""
    statement = {
        "number": number,
        "previous_head": previous_head.hex(),
        "root": root.hex(),
        "sealed_at": moment(sealed_at),
        "size": size,
    }
    return hashlib.sha256(b"\x02" + canonical(statement)).digest()


def canonical(statement: Any) -> bytes:
    """The one JSON text of a statement: sorted keys, no blanks, ASCII."""
    return json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def moment(at: datetime) -> str:
    """A moment in UTC with microseconds, the precision that PostgreSQL keeps."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _join(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
