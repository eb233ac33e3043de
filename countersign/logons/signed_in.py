"""The logon behind a request."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from countersign.logons.models import Logon


def signed_in(request: HttpRequest) -> Logon:
    """Who is signed in. Raises ``PermissionDenied`` where the middleware let nobody through as somebody."""
    if not isinstance(request.user, Logon):
        raise PermissionDenied
    return request.user
