"""Which usernames a secondary logon may get: a free one, or one whose access this portfolio cancelled."""

from __future__ import annotations

from django.utils.translation import gettext as _

from countersign.access.models import LogonStanding, SecondaryLogon
from countersign.logons.models import Logon
from countersign.logons.usernames import lock_usernames_like, normal_username, username_problem
from countersign.policy.errors import Invalid
from countersign.policy.facts import Standing


def checked_username(portfolio: int, typed: str, *, hold: bool = True) -> tuple[str, Logon | None]:
    """The username, and the logon of this portfolio whose cancelled access is granted anew, if it names one.

    "A secondary logon's username may be granted anew by its parent, with fresh enrollment" (SPEC 3). ``hold``:
    inside a transaction, nothing that reads like it changes until commit. Raises ``Invalid``: all that is taken, was
    ever taken, or looks like another is answered alike.
    """
    username = normal_username(typed)
    if hold:
        lock_usernames_like(username)
    known = Logon.objects.filter(username=username).first()
    if known is not None and _left(portfolio, known):
        return username, known
    problem = username_problem(username)
    if problem is not None:
        raise Invalid({"username": problem})
    return username, None


def username_taken() -> str:
    """What is said where somebody else was faster."""
    return _("This username cannot be used. Choose another one.")


def _left(portfolio: int, logon: Logon) -> bool:
    last = SecondaryLogon.objects.filter(logon=logon).order_by("-pk").first()
    if last is None or last.portfolio_id != portfolio or last.ended_at is None:
        return False
    # Who deleted the profile ended the logon for good; only what a parent cancelled is granted anew.
    cancelled = LogonStanding.objects.filter(logon=logon, ended_at=None, status=Standing.CANCELLED.value)
    return cancelled.exists()
