from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cache

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from countersign.access.models import LogonStanding
from countersign.logons.models import Logon

PASSWORD = "seven quiet ferries at noon"


@cache
def _hashed() -> str:
    return make_password(PASSWORD)


@pytest.fixture
def make_logon(db: None) -> Callable[..., Logon]:
    """``make_logon("dana.w", status="active", password=…)``"""

    def make(username: str = "dana.whitfield", *, status: str = "active", **fields: str) -> Logon:
        fields.setdefault("password", _hashed())
        logon = Logon.objects.create(
            username=username, first_name="Dana", last_name="Whitfield", email=f"{username}@mail.example", **fields
        )
        if status:
            LogonStanding.objects.create(logon=logon, status=status, begins_at=timezone.now() - timedelta(days=9))
        return logon

    return make
