"""What changes of second factors tell, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from countersign.logons.second_factors.ways import Way
from countersign.notices.kinds import NoticeKind, Words, register

ADDED, REMOVED, NEW_CODES = "second_factor_added", "second_factor_removed", "recovery_codes_made"


def _added(details: Mapping[str, Any]) -> Words:
    if details.get("kind") == Way.PASSKEY.value:
        return _words(_("A passkey was added to your logon"), _("It can be used to sign in from now on."))
    return _words(_("An authenticator app was added to your logon"), _("Its codes are asked for when you sign in."))


def _removed(details: Mapping[str, Any]) -> Words:
    if details.get("kind") == Way.PASSKEY.value:
        return _words(_("A passkey was removed from your logon"), _("It does not sign in any more."))
    return _words(_("The authenticator app was removed from your logon"), _("Its codes do not sign in any more."))


def _codes(details: Mapping[str, Any]) -> Words:
    return _words(_("New recovery codes were made for your logon"), _("The old ones do not work any more."))


def _words(subject: str, text: str) -> Words:
    return Words(subject, [text, _("Every other session of yours was ended.")], _("See your second factors"))


register(
    NoticeKind(ADDED, _added, security=True),
    NoticeKind(REMOVED, _removed, security=True),
    NoticeKind(NEW_CODES, _codes, security=True),
)
