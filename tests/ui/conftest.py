"""The shell by itself: its addresses, open to everybody, and nothing of the database."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client


class _Every:
    def __contains__(self, name: object) -> bool:
        return True


@pytest.fixture
def shell(settings: Any) -> Client:
    """A browser of somebody who has not signed in, on the shell's own addresses and failing views."""
    settings.ROOT_URLCONF = "tests.ui.addresses"
    settings.OPEN_ROUTES = _Every()
    settings.GALLERY = True
    settings.AGENCY_NAME = "Meridian Department of Revenue"
    settings.AGENCY_PHONE = "(555) 010-0199"
    return Client(raise_request_exception=False)
