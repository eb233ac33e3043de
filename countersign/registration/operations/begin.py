"""Begin a registration, and forget those that nobody finished."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from countersign.logons import limiter
from countersign.registration.models import Door, Registration


def begin_registration(*, door: Door, language: str, source: str, now: datetime) -> Registration:
    """Somebody chose a door. Raises ``Locked`` where one source begins more than any person would."""
    limiter.reserve(limiter.limit("registration", source, "registrations"), now=now)
    return Registration.objects.create(
        door=door,
        language=language,
        begun_at=now,
        expires_at=now + timedelta(hours=settings.REGISTRATION_HOURS),
    )


def forget_registrations(*, now: datetime) -> int:
    """Periodic: delete registrations whose 24 hours are over; what came of finished ones are facts. How many."""
    deleted, _ = Registration.objects.filter(expires_at__lt=now).delete()
    return deleted
