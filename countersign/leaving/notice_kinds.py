"""What leaving tells, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from countersign.notices.kinds import NoticeKind, Words, register


def _deleted(details: Mapping[str, Any]) -> Words:
    return Words(
        _("Your profile is deleted"),
        [
            _("Your logon has ended for good, with its access. Its username stays reserved."),
            _("You can register again under a new username."),
        ],
    )


def _left(details: Mapping[str, Any]) -> Words:
    name = {"taxpayer": details.get("taxpayer", "")}
    return Words(
        _("You have left %(taxpayer)s") % name, [_("Your access to it ended at once.")], _("See the submission")
    )


def _somebody(details: Mapping[str, Any]) -> Words:
    names = {"taxpayer": details.get("taxpayer", ""), "person": details.get("person", "")}
    sentences, button = [_("The access of this person ended at once.")], _("See what happened")
    if details.get("rest"):
        sentences.append(_("The secondary logons of this person rest, and cannot act until you take them over."))
        button = _("Take over secondary logons")
    return Words(_("%(person)s has left %(taxpayer)s") % names, sentences, button)


def _named(details: Mapping[str, Any]) -> Words:
    names = {"taxpayer": details.get("taxpayer", ""), "person": details.get("person", "")}
    return Words(
        _("You were named to administer %(taxpayer)s") % names,
        [
            _("%(person)s has left and named you to follow as Master Administrator.") % names,
            _("Nothing changes until you accept."),
        ],
        _("Accept or decline"),
    )


def _received(details: Mapping[str, Any]) -> Words:
    names = {"person": details.get("person", "")}
    return Words(
        _("You have received secondary logons"),
        [_("%(person)s has left and handed them over to you. They are kept apart from your own.") % names],
        _("Manage Secondary Logons"),
    )


def _resting_closed(details: Mapping[str, Any]) -> Words:
    name = {"username": details.get("username", "")}
    return Words(
        _("Your access has ended"),
        [
            _("Your parent logon has left, and nobody of the firm took its secondary logons over in time."),
            _("The logon %(username)s has ended for good. Whoever manages access at your firm can give you another.")
            % name,
        ],
    )


def _accepted(details: Mapping[str, Any]) -> Words:
    name = {"taxpayer": details.get("taxpayer", "")}
    return Words(
        _("You are Master Administrator of %(taxpayer)s") % name,
        [_("You decide who else has access from now on.")],
        _("Manage My Access"),
    )


register(
    NoticeKind("profile_deleted", _deleted, security=True),
    NoticeKind("taxpayer_left", _left),
    NoticeKind("somebody_left", _somebody),
    NoticeKind("successor_named", _named),
    NoticeKind("portfolio_received", _received),
    NoticeKind("resting_closed", _resting_closed, security=True),
    NoticeKind("successor_accepted", _accepted, security=True),
)
