"""What happened to live access, for both sides."""

from __future__ import annotations

from typing import Any

from countersign.events import Occurrence
from countersign.logons.models import Logon
from countersign.taxpayers.models import Taxpayer
from countersign.third_party_access import events
from countersign.third_party_access.mail.telling import receipt_path, tell
from countersign.third_party_access.notice_kinds import CHANGED, CLIENT, DROPPED, END_SET, FIRM, REVOKED


def tell_of_change(occurrence: Occurrence[Any]) -> None:
    """Both sides are told that live access was revoked, dropped, changed in rights or in its end."""
    event = occurrence.event
    if isinstance(event, events.AccessNarrowed) and event.also_widened:
        return  # one notice per submission and person: that of the widening tells both
    sides = Taxpayer.objects.in_bulk([event.client, event.third_party])
    details = {
        "client": sides[event.client].legal_name,
        "firm": sides[event.third_party].legal_name,
        "everything": getattr(event, "everything", False),
    }
    kind = {events.AccessRevoked: REVOKED, events.AccessDropped: DROPPED, events.AccessEndSet: END_SET}.get(
        type(event), CHANGED
    )
    # The firm does not learn who of the client's people did it; nor the client who of the firm's.
    by, dropped = {"by": _person(occurrence)}, kind == DROPPED
    path = receipt_path(occurrence.submission)
    gave = isinstance(event, events.AccessWidened)
    tell(occurrence, kind, event.client, {"side": CLIENT, **details, **({} if dropped else by)}, path, gave=gave)
    tell(occurrence, kind, event.third_party, {"side": FIRM, **details, **(by if dropped else {})}, path)


def _person(occurrence: Occurrence[Any]) -> str:
    actor = Logon.objects.filter(pk=occurrence.actor_logon_id or 0).first()
    return actor.full_name if actor else ""
