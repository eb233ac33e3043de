"""What security itself tells: sign-in stopped, and the changes of a profile that features of their own do not tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from countersign.notices.kinds import NoticeKind, Words, register

SIGN_IN_STOPPED = "sign_in_stopped"


def _stopped(details: Mapping[str, Any]) -> Words:
    if details.get("stopped") == "email_change":
        return Words(
            _("A change of your e-mail address was reported"),
            [_("Somebody who reads your mail said that it was not you. All sessions were ended; we look into it.")],
        )
    if details.get("stopped") == "recovery":
        return Words(
            _("Signing in was stopped"),
            [
                _("Somebody who reads your mail said that it was not you. All sessions were ended."),
                _(
                    "Because an e-mail address was changed, no new password can be chosen by mail either. Please call "
                    "us: we make sure that it is you."
                ),
            ],
        )
    return Words(
        _("Signing in was stopped"),
        [
            _("Somebody who reads your mail said that it was not you. All sessions were ended."),
            _("To sign in again, choose a new password with Forgot username or password? on the Log In page."),
        ],
    )


register(NoticeKind(SIGN_IN_STOPPED, _stopped, security=True))
