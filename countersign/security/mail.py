"""Whoever owns a logon is told at once that its second factors have changed (SPEC 7, Notices)."""

from __future__ import annotations

from typing import Any

from countersign.events import Event, Occurrence, Subscriber
from countersign.logons.models import Logon
from countersign.notices.telling import Stops, tell
from countersign.security.events import RecoveryCodesMade, SecondFactorAdded, SecondFactorRemoved
from countersign.security.notice_kinds import ADDED, NEW_CODES, REMOVED

PATH = "/profile/security/second-factors/"


def tell_of_change(occurrence: Occurrence[Any]) -> None:
    """A notice, and a mail to each confirmed address whose *This wasn't me* stops signing in."""
    (whose,) = occurrence.logons
    event = occurrence.event
    kind = {SecondFactorAdded: ADDED, SecondFactorRemoved: REMOVED}.get(type(event), NEW_CODES)
    details = {"kind": str(event.kind.value)} if kind != NEW_CODES else {}
    logon = Logon.objects.get(pk=whose)
    tell(logon, kind=kind, details=details, now=occurrence.at, path=PATH, stops=Stops.SIGN_IN)


SUBSCRIBERS: dict[type[Event], tuple[Subscriber, ...]] = {
    SecondFactorAdded: (tell_of_change,),
    SecondFactorRemoved: (tell_of_change,),
    RecoveryCodesMade: (tell_of_change,),
}
