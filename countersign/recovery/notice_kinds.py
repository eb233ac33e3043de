"""What the person is told of these, in the portal and by mail to every address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from countersign.notices.kinds import NoticeKind, Words, register
from countersign.ui.components.moments import day_and_time

NEW_PASSWORD = "new_password"  # noqa: S105 - a kind of notice
FACTORS_REMOVED = "factors_removed"
FACTORS_LOST = "factors_lost"


def _password(details: Mapping[str, Any]) -> Words:
    return Words(
        _("Your password was changed"),
        [_("From now on only the new password signs in. Every other session of this logon was ended.")],
    )


def _removed(details: Mapping[str, Any]) -> Words:
    return Words(
        _("Your second factors were removed"),
        [
            _("As was asked for, your passkeys, authenticator app and recovery codes do not sign in any more."),
            _("What you have access to has not changed. Set up a new second factor at your next sign-in."),
        ],
    )


def lost_words(username: str, due_at: datetime) -> Words:
    """What the mails say of second factors that somebody says are lost, and are removed at ``due_at``."""
    return Words(
        _("Somebody says that your second factors are lost"),
        [
            _("Whoever it was knows the password of %(username)s.") % {"username": username},
            _("If nobody cancels, the second factors are removed on %(moment)s. The password alone then signs in.")
            % {"moment": day_and_time(due_at)},
            _("Was it you, and are they lost? Then do nothing. If it was not you, cancel, and choose a new password."),
        ],
    )


register(
    NoticeKind(NEW_PASSWORD, _password, security=True),
    NoticeKind(FACTORS_REMOVED, _removed, security=True),
)
