"""Where to go after signing in: only to a page of our own."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

NEXT, WHY = "next", "why"
# Said on the Log In page when a code by letter has removed every second factor.
FACTORS_REMOVED = "factors-removed"
# Said there when a form came without a session: what was typed is not kept anywhere.
NOT_SENT = "not-sent"
LONGEST = 1_500
# Coming back to these would make no sense, or undo the sign-in.
_NOT_TO = frozenset(("sign_in:log_in", "sign_in:log_out", "recovery:forgot", "sign_in:second_step", "sign_in:complete",
                     "sign_in:confirm", "sign_in:stay", "sign_in:passkey_options"))  # fmt: skip


def page_named_by(header: str, host: str) -> str:
    """The page of our own that a header such as Referer names; "" for one of another ``host``, or none at all."""
    try:
        parts = urlsplit(header)
    except ValueError:  # brackets that hold no address
        return ""
    if parts.netloc and parts.netloc != host:
        return ""
    return own_path(parts.path + (f"?{parts.query}" if parts.query else ""))


def own_path(target: str) -> str:
    """``target``, if it is the path of a page of this site that one can come back to; else ""."""
    if not target.startswith("/") or len(target) > LONGEST or not target.isprintable():
        return ""
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        return ""
    try:
        match = resolve(urlsplit(target).path)
    except (Resolver404, ValueError):
        return ""
    return "" if match.view_name in _NOT_TO else target
