"""Enrollment: the invited person follows the link, chooses a password, and so accepts the access on record."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from countersign.access.models import LogonStanding, SecondaryLogon
from countersign.access.operations.customers import lock_portfolio
from countersign.access.operations.secondary import replace_secondary, terms_of
from countersign.access.operations.standing import change_standing
from countersign.access.queries.own import live_at
from countersign.events import Channel, record
from countersign.logons import limiter, links
from countersign.logons.hash_cap import CAP
from countersign.logons.links import LinkVoid
from countersign.logons.models import Logon
from countersign.logons.password_rules import password_problems
from countersign.logons.passwords import set_password
from countersign.logons.second_factors import required_for
from countersign.policy.errors import Invalid
from countersign.policy.facts import Standing as LogonStatus
from countersign.portfolios.queries import portfolios_of
from countersign.secondary_logons.events import SecondaryLogonEnrolled
from countersign.secondary_logons.queries.one import ENROLL, holder_of


def invited_by(token: str, *, now: datetime) -> tuple[Logon, Logon]:
    """Whom the link invites, and the parent. Raises ``LinkVoid``; uses nothing up.

    An invitation "dies with its giver's right to give" (SPEC 4): it is void while nobody holds the portfolio as
    Master Administrator, and once the access was cancelled.
    """
    link = links.find(ENROLL, token, now=now)
    fact = _fact(link.logon_id, now)
    parent = holder_of(fact.portfolio_id, at=now)
    if parent is None or not portfolios_of(parent, at=now, only=fact.portfolio_id):
        raise LinkVoid
    return fact.logon, parent


def enroll(*, token: str, password: str, now: datetime) -> Logon:
    """Complete the logon: its password is set, its e-mail address confirmed, the access on record usable.

    The person never had to tell anybody the password. Raises ``LinkVoid`` (of any number of tries at once one
    succeeds) and ``Invalid`` for the password.
    """
    logon, _parent = invited_by(token, now=now)
    problems = password_problems(
        password, username=logon.username, email=logon.email, with_second_factor=required_for(logon)
    )
    if problems:
        raise Invalid({"password": " ".join(problems)})
    with CAP.slot():
        return _enroll(token, password, now)


@transaction.atomic
def _enroll(token: str, password: str, now: datetime) -> Logon:
    # The portfolio before the logon and its links, as in every change by the parent.
    lock_portfolio(_fact(links.find(ENROLL, token, now=now).logon_id, now).portfolio_id)
    link = links.use(ENROLL, token, now=now)
    fact = _fact(link.logon_id, now)
    parent = holder_of(fact.portfolio_id, at=now)
    if parent is None or not portfolios_of(parent, at=now, only=fact.portfolio_id):
        raise LinkVoid
    logon = fact.logon
    set_password(logon, password, now=now)
    Logon.objects.filter(pk=logon.pk).update(email_confirmed=True, must_change_password=False)
    change_standing(logon=logon, standing=LogonStatus.ACTIVE, submission="", now=now)
    replace_secondary(fact=fact, terms=terms_of(fact), submission="", now=now, accepted=True)
    links.void(ENROLL, logon=logon, now=now)
    # As recovery does: wrong passwords of before are not this person's.
    limiter.forget(limiter.limit(limiter.PASSWORD, logon.username, "public"))
    record(
        SecondaryLogonEnrolled(logon=logon.pk, portfolio=fact.portfolio_id),
        actor=logon,
        channel=Channel.ONLINE,
        at=now,
        logons=[logon.pk, parent.pk],
    )
    return logon


def _fact(logon: int | None, now: datetime) -> SecondaryLogon:
    fact = SecondaryLogon.objects.filter(live_at(now), logon_id=logon or 0).select_related("logon").first()
    invited = LogonStanding.objects.filter(
        logon_id=logon or 0, ended_at__isnull=True, status=LogonStatus.INVITED.value
    ).exists()
    if fact is None or not invited:
        raise LinkVoid
    return fact
