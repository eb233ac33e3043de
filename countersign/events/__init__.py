"""Append-only event log: record, read, seal, verify, deliver. It knows no feature.

A feature says what happened in the transaction that made it so::

    from countersign import events

    @dataclass(frozen=True)
    class ThirdPartyAccessApproved(events.Event):
        request_id: int
        third_party_id: int

    events.record(ThirdPartyAccessApproved(...), actor=actor, channel=events.Channel.ONLINE, at=now, ...)
"""

from countersign.events.delivery import Subscriber, deliver_to
from countersign.events.event import Channel, Event, NotACode
from countersign.events.recording import NotInTransaction, Occurrence, record, record_each

__all__ = [
    "Channel",
    "Event",
    "NotACode",
    "NotInTransaction",
    "Occurrence",
    "Subscriber",
    "deliver_to",
    "record",
    "record_each",
]
