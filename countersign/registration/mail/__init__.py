"""Who is told by mail of what happens on the way in: event → what tells of it."""

from __future__ import annotations

from countersign.events import Event, Subscriber
from countersign.registration import events
from countersign.registration.mail.telling import (
    tell_masters_of_request,
    tell_of_end,
    tell_of_entry,
    tell_of_full,
)

SUBSCRIBERS: dict[type[Event], tuple[Subscriber, ...]] = {
    events.BecameMasterAdministrator: (tell_of_entry,),
    events.WaitingEnded: (tell_of_full,),
    events.AccessAskedFor: (tell_masters_of_request,),
    events.AccessGivenOnRequest: (tell_of_end,),
    events.AccessRequestDeclined: (tell_of_end,),
    events.RequestForAccessExpired: (tell_of_end,),
    events.RequestForAccessWithdrawn: (tell_of_end,),
}
