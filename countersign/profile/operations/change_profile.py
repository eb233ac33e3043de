"""Change one's own profile."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from countersign import events
from countersign.logons.models import Logon
from countersign.policy.errors import Invalid
from countersign.profile.events import ProfileChanged


@transaction.atomic
def change_profile(*, actor: Logon, phone: str, language: str, now: datetime) -> bool:
    """Store the actor's phone number and language. Returns whether anything changed.

    Raises ``Invalid`` for a language that the site does not have.
    """
    if language not in dict(settings.LANGUAGES):
        raise Invalid({"language": _("Choose one of the languages.")})
    stored = Logon.objects.select_for_update().get(pk=actor.pk)
    wanted = {"phone": phone, "language": language}
    changed = tuple(name for name, value in wanted.items() if getattr(stored, name) != value)
    if not changed:
        return False
    Logon.objects.filter(pk=actor.pk).update(**wanted)
    events.record(ProfileChanged(fields=changed), actor=actor, channel=events.Channel.ONLINE, at=now)
    return True
