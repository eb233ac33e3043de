"""What both sides are told by mail: event → what tells of it."""

from __future__ import annotations

from countersign.events import Event, Subscriber
from countersign.third_party_access import events
from countersign.third_party_access.mail.changes import tell_of_change
from countersign.third_party_access.mail.requests import tell_client_of_request, tell_of_request

SUBSCRIBERS: dict[type[Event], tuple[Subscriber, ...]] = {
    events.ThirdPartyAccessRequested: (tell_client_of_request,),
    events.ThirdPartyAccessApproved: (tell_of_request,),
    events.ThirdPartyAccessDeclined: (tell_of_request,),
    events.RequestWithdrawn: (tell_of_request,),
    events.RequestReminded: (tell_of_request,),
    events.RequestExpired: (tell_of_request,),
    events.AccessRevoked: (tell_of_change,),
    events.AccessDropped: (tell_of_change,),
    events.AccessNarrowed: (tell_of_change,),
    events.AccessWidened: (tell_of_change,),
    events.AccessEndSet: (tell_of_change,),
}
