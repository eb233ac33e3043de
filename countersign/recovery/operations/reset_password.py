"""A new password by a mailed link."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from countersign import events
from countersign.access.models import LogonStanding
from countersign.access.operations.standing import change_standing
from countersign.logons import limiter, links
from countersign.logons.hash_cap import CAP
from countersign.logons.known_devices import end_known_devices
from countersign.logons.links import LinkVoid
from countersign.logons.models import Link, Logon
from countersign.logons.password_rules import SHORTEST_ALONE, SHORTEST_WITH_FACTOR, password_problems
from countersign.logons.passwords import set_password
from countersign.logons.second_factors import factors_of, required_for
from countersign.logons.sessions import end_all_sessions
from countersign.notices.queries import recovery_stopped
from countersign.policy.errors import Invalid
from countersign.policy.facts import Standing
from countersign.recovery.events import PasswordReset
from countersign.recovery.operations.answer import RESET
from countersign.recovery.operations.lost_factors import cancel_removal_of


def logon_of(token: str, *, now: datetime) -> Logon:
    """Whose password the link lets one choose. Raises ``LinkVoid``; uses nothing up."""
    link = links.find(RESET, token, now=now)
    return _usable(link)


def reset_password(*, token: str, password: str, now: datetime) -> Logon:
    """Give the logon the new password: single use, newest only, and never past the second factor (SPEC 3).

    Every session and known device of the logon ends, its counters of wrong passwords begin anew, every other open
    link of it is void, a waiting for the removal of its second factors is cancelled (the mailbox alone would remove
    them), and a sign-in that *This wasn't me* stopped is free again. Raises ``LinkVoid`` for all but one
    of parallel tries, ``Invalid`` for the password, ``Busy``.
    """
    check_password(logon_of(token, now=now), password)
    with CAP.slot():
        return _reset(token, password, now)


def shortest_for(logon: Logon) -> int:
    """How many characters a password of this logon has at least."""
    return SHORTEST_WITH_FACTOR if _with_factor(logon) else SHORTEST_ALONE


def _with_factor(logon: Logon) -> bool:
    return required_for(logon) or factors_of(logon).any


def check_password(logon: Logon, password: str) -> None:
    """Raises ``Invalid`` for a password that this logon may not have. Costs no hash."""
    problems = password_problems(
        password,
        username=logon.username,
        email=logon.email,
        with_second_factor=_with_factor(logon),
    )
    if problems:
        raise Invalid({"password": " ".join(problems)})


@transaction.atomic
def _reset(token: str, password: str, now: datetime) -> Logon:
    link = links.use(RESET, token, now=now)
    logon = Logon.objects.select_for_update().get(pk=link.logon_id or 0)
    _usable(link)
    standing = _standing(logon)
    set_password(logon, password, now=now)
    if standing is Standing.INVITED:
        Logon.objects.filter(pk=logon.pk).update(email_confirmed=True)
        change_standing(logon=logon, standing=Standing.ACTIVE, submission="", now=now)
    end_all_sessions(logon, now=now)
    end_known_devices(logon, now)
    links.void(None, logon=logon, now=now)
    # Waiting for the removal of lost factors goes on only for whoever knows the password that it began with.
    cancel_removal_of(logon=logon, now=now)
    limiter.forget(limiter.limit(limiter.PASSWORD, logon.username, "public"))
    events.record(
        PasswordReset(enrolled=standing is Standing.INVITED),
        actor=logon,
        channel=events.Channel.MAIL,
        at=now,
        logons=[logon.pk],
    )
    return logon


def _usable(link: Link) -> Logon:
    """The link's logon, while it may be used and the address that the link went to is still one of its."""
    logon = link.logon
    if logon is None or _standing(logon) not in (Standing.ACTIVE, Standing.INVITED):
        raise LinkVoid
    if Logon.objects.filter(recovery_stopped(), pk=logon.pk).exists():
        raise LinkVoid
    if link.details.get("address") not in (logon.email.lower(), logon.second_email.lower()):
        raise LinkVoid
    return logon


def _standing(logon: Logon) -> Standing | None:
    found = LogonStanding.objects.filter(logon=logon, ended_at__isnull=True).values_list("status", flat=True).first()
    return Standing(found) if found else None
