"""What the person concerned, and its parent, are told of a secondary logon. No tax facts (SPEC 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from countersign.logons.models import Logon
from countersign.notices.kinds import NoticeKind, Words, register

CHANGED = "secondary_logon_changed"
ENROLLED = "secondary_logon_enrolled"


def _changed(details: Mapping[str, Any]) -> Words:
    names = _names(details)
    subject, text = _words(str(details.get("what", "")), bool(details.get("invited")))
    return Words(subject % names, [text % names], _("See your access"))


def _enrolled(details: Mapping[str, Any]) -> Words:
    names = _names(details)
    return Words(
        _("%(who)s has completed the logon") % names,
        [_("The access of %(username)s that is on record counts from now on.") % names],
        _("See the logon"),
    )


def _names(details: Mapping[str, Any]) -> dict[str, str]:
    people = Logon.objects.in_bulk([int(details.get(one) or 0) for one in ("logon", "parent")])
    logon, parent = people.get(int(details.get("logon") or 0)), people.get(int(details.get("parent") or 0))
    return {
        "who": logon.full_name if logon else "",
        "username": logon.username if logon else "",
        "parent": parent.full_name if parent else "",
    }


def _words(what: str, invited: bool) -> tuple[str, str]:
    match what:
        case "SecondaryLogonDeactivated":
            return (
                _("Your access was deactivated"),
                _("%(parent)s deactivated the access of %(username)s. You cannot sign in until it is reactivated."),
            )
        case "SecondaryLogonReactivated":
            return (
                _("Your access was reactivated"),
                _("%(parent)s reactivated the access of %(username)s. You can sign in again."),
            )
        case "SecondaryLogonCancelled" if invited:
            return (
                _("Your invitation was withdrawn"),
                _("%(parent)s withdrew the invitation of %(username)s. The link in the earlier e-mail is void."),
            )
        case "SecondaryLogonCancelled":
            return (
                _("Your access was canceled"),
                _("%(parent)s canceled the access of %(username)s. It ended at once."),
            )
        case _:
            return (
                _("Your access was changed"),
                _("What %(username)s may do was changed. The change has been processed and holds from now on."),
            )


register(NoticeKind(CHANGED, _changed), NoticeKind(ENROLLED, _enrolled))
