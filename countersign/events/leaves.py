"""An entry as the bytes that are sealed: every column, and whom it concerns."""

from __future__ import annotations

import json
from datetime import datetime
from typing import NamedTuple

from countersign.events.merkle import canonical, moment

# Columns of an entry ``e`` in the order of ``Leaf``.
COLUMNS = """
e.id, e.recorded_at, e.actor_logon_id, e.channel, e.name, e.submission, e.reason, e.body::text,
ARRAY(SELECT s.kind || ':' || s.subject_id FROM events_entrysubject s WHERE s.entry_id = e.id)
"""


class Leaf(NamedTuple):
    """One entry as read with ``COLUMNS``."""

    entry_id: int
    recorded_at: datetime
    actor_logon_id: int | None
    channel: str
    name: str
    submission: str
    reason: str
    body: str
    subjects: list[str]

    def encode(self) -> bytes:
        """The canonical form: equal entries give equal bytes, and any change of any column other ones."""
        return canonical(
            {
                "actor": self.actor_logon_id,
                "body": json.loads(self.body),
                "channel": self.channel,
                "id": self.entry_id,
                "name": self.name,
                "reason": self.reason,
                "recorded_at": moment(self.recorded_at),
                "subjects": sorted(self.subjects),
                "submission": self.submission,
            }
        )
