from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from django.utils import timezone

from countersign.logons.models import Logon
from countersign.logons.second_factors import recovery_codes, totp
from tests.sign_in.conftest import PASSWORD, make_logon

__all__ = ["PASSWORD", "make_logon"]
REQUIRED = dict.fromkeys(("own", "secondary", "staff"), "required")


@pytest.fixture
def dana(make_logon: Callable[..., Logon]) -> Logon:
    return make_logon()


@pytest.fixture
def required(settings: Any) -> None:
    """Second factors as they are by default."""
    settings.SECOND_FACTOR = REQUIRED


@pytest.fixture
def secret(dana: Logon) -> str:
    """The secret of Dana's authenticator app; its codes of now are unused."""
    made = totp.new_secret()
    now = timezone.now()
    app = totp.add_authenticator(dana, made, pyotp.TOTP(made).at(now), now=now)
    app.last_step = 0
    app.save()
    return made


@pytest.fixture
def codes(dana: Logon, secret: str) -> list[str]:
    """Dana's recovery codes."""
    return recovery_codes.make_codes(dana, now=timezone.now())
