"""What the person concerned, and its parent, are told of a secondary logon. No tax facts (SPEC 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from countersign.logons.models import Logon
from countersign.notices.kinds import NoticeKind, Words, register

CHANGED = "secondary_logon_changed"
ENROLLED = "secondary_logon_enrolled"
ASKED = "lost_factors_asked"
PLEASE_VOUCH = "lost_factors_please_vouch"
VOUCHED = "lost_factors_vouched"
YOU_VOUCHED = "lost_factors_you_vouched"
NOT_VOUCHED = "lost_factors_not_vouched"


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
    people = Logon.objects.in_bulk([int(details.get(one) or 0) for one in ("logon", "parent", "by")])
    logon, parent = people.get(int(details.get("logon") or 0)), people.get(int(details.get("parent") or 0))
    by = people.get(int(details.get("by") or 0))
    return {
        "who": logon.full_name if logon else "",
        "username": logon.username if logon else "",
        "parent": parent.full_name if parent else "",
        "by": by.full_name if by else "",
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


def _asked(details: Mapping[str, Any]) -> Words:
    names = _names(details)
    return Words(
        _("Your parent logon is asked to remove your second factors"),
        [
            _("Somebody who knows the password of %(username)s says that all its second factors are lost.") % names,
            _("If your parent logon confirms that it is you, they end at once. The password alone then signs in."),
        ],
    )


def _please_vouch(details: Mapping[str, Any]) -> Words:
    names = _names(details)
    return Words(
        _("%(who)s asks you to confirm that all second factors are lost") % names,
        [
            _("Whoever asked knows the password of %(username)s. Speak to the person before you answer.") % names,
            _("Call a number that you know, or ask face to face; an e-mail proves nothing here."),
        ],
        _("Answer"),
    )


def _vouched(details: Mapping[str, Any]) -> Words:
    names = _names(details)
    return Words(
        _("All your second factors were removed"),
        [
            _("%(by)s confirmed that they are lost and that it is you. Every session of %(username)s was ended.")
            % names,
            _("Log in with your password and set up new ones. Your access stays as it is."),
        ],
        _("Log In"),
    )


def _you_vouched(details: Mapping[str, Any]) -> Words:
    names = _names(details)
    return Words(
        _("%(who)s can set up new second factors") % names,
        [_("%(by)s confirmed that all second factors of %(username)s are lost. They have ended.") % names],
        _("See the logon"),
    )


def _not_vouched(details: Mapping[str, Any]) -> Words:
    names = _names(details)
    return Words(
        _("Your second factors stay"),
        [
            _("%(by)s did not confirm that the second factors of %(username)s are lost. Nothing was changed.") % names,
            _("If you asked, speak to your parent logon. If it was not you, choose a new password."),
        ],
        _("Log In"),
    )


register(
    NoticeKind(CHANGED, _changed),
    NoticeKind(ENROLLED, _enrolled),
    NoticeKind(ASKED, _asked, security=True),
    NoticeKind(PLEASE_VOUCH, _please_vouch, security=True),
    NoticeKind(VOUCHED, _vouched, security=True),
    NoticeKind(YOU_VOUCHED, _you_vouched, security=True),
    NoticeKind(NOT_VOUCHED, _not_vouched, security=True),
)
