"""What *This wasn't me* did."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.events import Event


@dataclass(frozen=True, kw_only=True)
class ReportedNotMe(Event):
    """Somebody who reads a mail of ours, or the owner signed in, says that it was not the owner.

    ``stopped``: "sign_in", "recovery" where that was stopped as well, or "email_change" where only that was.
    ``about``: the kind of the notice.
    """

    logon: int
    case: int
    about: str
    stopped: str
