"""Browsers from which somebody signed in with all factors (SPEC 3, Lockout)."""

from __future__ import annotations

from datetime import datetime

from countersign.logons.models import KnownDevice, Logon


def end_known_devices(logon: Logon, now: datetime) -> int:
    """All known devices of the logon are known no more. Returns how many."""
    return KnownDevice.objects.filter(logon=logon, ended_at=None).update(ended_at=now)
