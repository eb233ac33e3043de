"""Change one's own name."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from countersign import events
from countersign.logons.models import Logon
from countersign.notices.telling import Stops, tell
from countersign.profile.events import ProfileChanged
from countersign.profile.notice_kinds import NAME_CHANGED


@transaction.atomic
def change_name(*, actor: Logon, first_name: str, last_name: str, now: datetime) -> bool:
    """Store the actor's name, and tell every address. Returns whether anything changed."""
    stored = Logon.objects.select_for_update(no_key=True).get(pk=actor.pk)
    wanted = {"first_name": first_name, "last_name": last_name}
    changed = tuple(name for name, value in wanted.items() if getattr(stored, name) != value)
    if not changed:
        return False
    Logon.objects.filter(pk=actor.pk).update(**wanted)
    tell(stored, kind=NAME_CHANGED, now=now, path=reverse("profile:profile"), stops=Stops.SIGN_IN)
    events.record(ProfileChanged(fields=changed), actor=actor, channel=events.Channel.ONLINE, at=now)
    return True
