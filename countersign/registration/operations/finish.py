"""The end of a registration: a new logon comes in, or one that somebody has already (SPEC 3)."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from countersign.access.models import LogonStanding
from countersign.access.queries.own import is_active
from countersign.events import Channel, record
from countersign.logons import limiter
from countersign.logons.hash_cap import CAP
from countersign.logons.models import Logon
from countersign.logons.password_rules import SHORTEST_ALONE, SHORTEST_WITH_FACTOR, password_problems
from countersign.logons.passwords import set_password
from countersign.logons.second_factors.factors import Requirement
from countersign.logons.usernames import lock_usernames_like, normal_username, username_problem
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.facts import Standing
from countersign.policy.reasons import Reason
from countersign.registration.events import LogonRegistered
from countersign.registration.models import Registration
from countersign.registration.operations.admit import Entered, admit


def name_logon(*, registration: Registration, first_name: str, last_name: str, username: str, now: datetime) -> None:
    """Who the person is, and which username it wants; it is taken only at the end. Raises ``Invalid`` or ``Stale``."""
    problem = username_problem(username)
    if problem is not None:
        raise Invalid({"username": problem})
    changed = Registration.objects.filter(
        pk=registration.pk, done_at__isnull=True, expires_at__gt=now, email_confirmed_at__isnull=False
    ).update(first_name=first_name, last_name=last_name, username=normal_username(username))
    if changed != 1:
        raise Stale(what=Reason.REGISTRATION_OVER)
    registration.refresh_from_db()


def check_password(registration: Registration, typed: str) -> None:
    """Raises ``Invalid`` for a password that this logon may not have. Costs no hash."""
    problems = password_problems(
        typed, username=registration.username, email=registration.email, with_second_factor=_second_factor_required()
    )
    if problems:
        raise Invalid({"password": " ".join(problems)})


def shortest_password() -> int:
    """How many characters a password has at the least: fewer where a second factor is required."""
    return SHORTEST_WITH_FACTOR if _second_factor_required() else SHORTEST_ALONE


def _second_factor_required() -> bool:
    return Requirement(settings.SECOND_FACTOR["own"]) is Requirement.REQUIRED


def create_logon(
    *, registration: Registration, password: str, dispute: bool, source: str, now: datetime
) -> tuple[Logon, Entered]:
    """Make the logon and let it in, in one transaction. The e-mail was confirmed, and the terms accepted just now.

    Raises ``Invalid`` (password; username taken meanwhile), ``Refused``, ``Stale`` (finished in another tab, over, the
    proof used meanwhile), ``Busy`` or ``Locked`` (one source makes more representatives than any person would).
    """
    check_password(registration, password)
    if registration.representative:
        limiter.reserve(limiter.limit("representatives", source, "representatives"), now=now)
    with CAP.slot(), transaction.atomic():
        held = _held(registration, now)
        if held.email_confirmed_at is None or not held.username or not held.proved:
            raise Stale(what=Reason.REGISTRATION_OVER)
        logon = _new_logon(held, now)
        set_password(logon, password, now=now)
        record(
            LogonRegistered(door=held.door, terms=settings.TERMS_VERSION),
            actor=logon,
            channel=Channel.ONLINE,
            at=now,
        )
        entered = admit(logon=logon, registration=held, dispute=dispute, now=now)
        _close(held, logon, now)
    logon.refresh_from_db()  # the password was written to another copy of the row, and sessions rest on it
    return logon, entered


@transaction.atomic
def add_to_logon(*, actor: Logon, registration: Registration, dispute: bool, now: datetime) -> Entered:
    """Somebody who has a logon proved the right to act for one more taxpayer. Raises as :func:`create_logon` does."""
    if not is_active(actor.pk, at=now):
        raise Refused(Reason.LOGON_NOT_ACTIVE)
    held = _held(registration, now)
    if not held.proved:
        raise Stale(what=Reason.REGISTRATION_OVER)
    entered = admit(logon=actor, registration=held, dispute=dispute, now=now)
    _close(held, actor, now)
    return entered


def _held(registration: Registration, now: datetime) -> Registration:
    found = Registration.objects.select_for_update(of=("self",)).filter(
        pk=registration.pk, done_at__isnull=True, expires_at__gt=now
    )
    held = found.first()
    if held is None:
        raise Stale(what=Reason.REGISTRATION_OVER)
    return held


def _new_logon(held: Registration, now: datetime) -> Logon:
    lock_usernames_like(held.username)
    problem = username_problem(held.username)
    if problem is not None:
        raise Invalid({"username": problem})
    logon = Logon.objects.create(
        username=held.username,
        first_name=held.first_name,
        last_name=held.last_name,
        email=held.email,
        email_confirmed=True,
        language=held.language,
    )
    LogonStanding.objects.create(logon=logon, status=Standing.ACTIVE.value, begins_at=now)
    return logon


def _close(held: Registration, logon: Logon, now: datetime) -> None:
    if Registration.objects.filter(pk=held.pk, done_at__isnull=True).update(done_at=now, logon=logon) != 1:
        raise Stale(what=Reason.REGISTRATION_OVER)
