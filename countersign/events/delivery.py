"""Who is told of an event: the registry that ``config.subscriptions`` fills when the site starts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from countersign.events.event import Event

if TYPE_CHECKING:
    from countersign.events.recording import Occurrence

# A subscriber runs inside the transaction of the change: it may write rows (mail to the outbox, the feed for the
# agency's systems) and must not talk to anything outside the database.
Subscriber = Callable[["Occurrence[Any]"], None]

_subscribers: dict[type[Event], tuple[Subscriber, ...]] = {}


def deliver_to(subscribers: Mapping[type[Event], Iterable[Subscriber]]) -> None:
    """Make ``subscribers`` the whole registry: event class → what runs when one is recorded, in order."""
    _subscribers.clear()
    _subscribers.update({event: tuple(told) for event, told in subscribers.items()})


def deliver(occurrence: Occurrence[Event]) -> None:
    """Run the subscribers of exactly this event class. The first that raises undoes the transaction."""
    for subscriber in _subscribers.get(type(occurrence.event), ()):
        subscriber(occurrence)
