"""What signing in tells its owner, in words. No address of a network: it says little to people and much about them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from countersign.notices.kinds import NoticeKind, Words, register
from countersign.ui.components.moments import day_and_time

NEW_DEVICE = "new_device"
RECOVERY_CODE_USED = "recovery_code_used"


def _new_device(details: Mapping[str, Any]) -> Words:
    subject = _("Your logon was used on a new device")
    if "at" not in details:
        return Words(subject, [])
    at = day_and_time(datetime.fromisoformat(str(details["at"])))
    device = str(details.get("device", "")) or _("a browser that we do not know by name")
    return Words(subject, [_("Somebody signed in with it on %(at)s, from: %(device)s.") % {"at": at, "device": device}])


def _recovery_code(details: Mapping[str, Any]) -> Words:
    left = int(details.get("left", 0))
    text = ngettext("It does not work again. %(left)d is left.", "It does not work again. %(left)d are left.", left) % {
        "left": left
    }
    return Words(_("A recovery code was used to sign in"), [text], _("Make new recovery codes"))


register(
    NoticeKind(NEW_DEVICE, _new_device, security=True),
    NoticeKind(RECOVERY_CODE_USED, _recovery_code, security=True),
)
