"""What signing in tells its owner, in words. No address of a network: it says little to people and much about them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from countersign.notices.kinds import NoticeKind, Words, register
from countersign.ui.components.moments import day_and_time

NEW_DEVICE = "new_device"


def _new_device(details: Mapping[str, Any]) -> Words:
    at = day_and_time(datetime.fromisoformat(str(details["at"])))
    device = str(details.get("device", "")) or _("a browser that we do not know by name")
    return Words(
        _("Your logon was used on a new device"),
        [_("Somebody signed in with it on %(at)s, from: %(device)s.") % {"at": at, "device": device}],
    )


register(NoticeKind(NEW_DEVICE, _new_device, security=True))
