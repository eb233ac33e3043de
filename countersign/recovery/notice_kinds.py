"""What the person is told of these, in the portal and by mail to every address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from countersign.notices.kinds import NoticeKind, Words, register

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


def lost_words() -> Words:
    """What the mails say of second factors that somebody says are lost."""
    return Words(
        _("Somebody says that your second factors are lost"),
        [
            _("Whoever it was knows the password of this logon."),
            _("Without your objection the second factors are removed %(hours)d hours after that was said.")
            % {"hours": settings.FACTOR_REMOVAL_HOURS},
        ],
    )


register(
    NoticeKind(NEW_PASSWORD, _password, security=True),
    NoticeKind(FACTORS_REMOVED, _removed, security=True),
)
