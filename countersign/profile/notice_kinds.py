"""What changes of a profile tell, in words. Never an address: the mail may go to whoever must not learn it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from countersign.notices.kinds import NoticeKind, Words, register

EMAIL_ASKED, EMAIL_CHANGED, NAME_CHANGED = "email_change_asked", "email_changed", "name_changed"


def _asked(details: Mapping[str, Any]) -> Words:
    return Words(
        _("A new e-mail address was entered for your logon"),
        [_("It counts once it is confirmed by the link that was sent there.")],
    )


def _changed(details: Mapping[str, Any]) -> Words:
    return Words(
        _("The e-mail address of your logon was changed"),
        [_("Mail about your logon goes to the addresses that are in Manage My Profile now.")],
        _("Manage My Profile"),
    )


def _name(details: Mapping[str, Any]) -> Words:
    return Words(
        _("The name of your logon was changed"),
        [_("It is shown to those who see your logon.")],
        _("Manage My Profile"),
    )


register(
    NoticeKind(EMAIL_ASKED, _asked, security=True),
    NoticeKind(EMAIL_CHANGED, _changed, security=True),
    NoticeKind(NAME_CHANGED, _name, security=True),
)
