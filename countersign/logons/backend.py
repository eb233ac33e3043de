"""Which logon a session belongs to. Django's backends also check passwords and permissions: this one does not."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend

from countersign.logons.models import Logon


class LogonBackend(BaseBackend):
    """Finds the logon of a session. Whether it may be signed in at all is asked at each request."""

    def get_user(self, user_id: Any) -> Logon | None:
        """The logon of this key."""
        return Logon.objects.filter(pk=user_id).first()
