"""The owner is told that *This wasn't me* was used."""

from __future__ import annotations

from countersign.events import Event, Occurrence, Subscriber
from countersign.logons.models import Logon
from countersign.notices.events import ReportedNotMe
from countersign.notices.own_kinds import SIGN_IN_STOPPED
from countersign.notices.telling import tell


def tell_of_report(occurrence: Occurrence[ReportedNotMe]) -> None:
    """To every confirmed address."""
    logon = Logon.objects.get(pk=occurrence.event.logon)
    tell(logon, kind=SIGN_IN_STOPPED, details={"stopped": occurrence.event.stopped}, now=occurrence.at)


SUBSCRIBERS: dict[type[Event], tuple[Subscriber, ...]] = {ReportedNotMe: (tell_of_report,)}
