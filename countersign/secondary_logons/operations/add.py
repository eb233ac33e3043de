"""Add User: a parent creates a logon for somebody else (SPEC 5)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from countersign.access.operations.groups import set_groups
from countersign.access.operations.secondary import Terms, begin_secondary
from countersign.access.operations.standing import change_standing
from countersign.events import Channel
from countersign.logons.known_devices import end_known_devices
from countersign.logons.models import Logon
from countersign.logons.second_factors import remove_all_factors
from countersign.logons.sessions import end_all_sessions
from countersign.notices.operations import forget_person
from countersign.policy.errors import Invalid, Refused
from countersign.policy.facts import Standing as LogonStatus
from countersign.portfolios.queries import held_portfolio
from countersign.secondary_logons.events import SecondaryLogonAdded
from countersign.secondary_logons.kinds import ADD
from countersign.secondary_logons.operations.changing import (
    checked_groups,
    checked_terms,
    limits_with,
    receipt,
    record_change,
)
from countersign.secondary_logons.operations.usernames import checked_username, username_taken
from countersign.secondary_logons.queries.one import may_add
from countersign.submissions.models import Submission
from countersign.submissions.queries import submitted_before


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Who gets the logon. ``language``: of the mail that invites."""

    first_name: str
    last_name: str
    email: str
    username: str
    phone: str = ""
    language: str = "en"


@transaction.atomic
def add_secondary(
    *,
    actor: Logon,
    portfolio: int,
    person: NewPerson,
    terms: Terms,
    groups: Collection[int],
    now: datetime,
    token: UUID | None = None,
    channel: Channel = Channel.ONLINE,
) -> Submission:
    """Create the logon, its place in the portfolio and its groups; the invitation goes out by itself.

    "The rights on record from Submit and usable only after enrollment": the logon is ``invited`` and has accepted
    nothing until the person has. A username whose access this portfolio cancelled is granted anew: its password is
    void, so that enrollment begins afresh. Raises ``Refused`` (hidden, or beyond the actor's own reach) and
    ``Invalid``. The same ``token`` again returns the first receipt.
    """
    standing = held_portfolio(actor, portfolio, at=now)
    earlier = submitted_before(actor, token)
    if earlier is not None:
        return earlier
    terms, let_in = checked_terms(terms), checked_groups(portfolio, groups)
    reason = may_add(standing, limits_with(terms, let_in))
    if reason is not None:
        raise Refused(reason)
    username, known = checked_username(portfolio, person.username)
    logon = _granted_anew(known, person, now) if known is not None else _created(username, person)
    submission = receipt(ADD, actor=actor, logon=logon.pk, token=token, channel=channel, now=now)
    number = submission.confirmation_number
    change_standing(logon=logon, standing=LogonStatus.INVITED, submission=number, now=now)
    begin_secondary(logon=logon.pk, portfolio=portfolio, terms=terms, accepted=False, submission=number, now=now)
    set_groups(logon=logon.pk, groups=let_in, submission=number, now=now)
    record_change(
        SecondaryLogonAdded(
            logon=logon.pk,
            portfolio=portfolio,
            access_type=terms.access_type,
            default_rights=terms.default_rights,
            account_types=None if terms.account_types is None else tuple(sorted(terms.account_types)),
            groups=tuple(sorted(let_in)),
            again=known is not None,
        ),
        actor=actor,
        standing=standing,
        logon=logon.pk,
        submission=submission,
        channel=channel,
        now=now,
    )
    return submission


def _created(username: str, person: NewPerson) -> Logon:
    try:
        with transaction.atomic():
            return Logon.objects.create(
                username=username,
                first_name=person.first_name,
                last_name=person.last_name,
                email=person.email,
                phone=person.phone,
                language=person.language,
            )
    except IntegrityError as error:
        raise Invalid({"username": username_taken()}) from error


def _granted_anew(logon: Logon, person: NewPerson, now: datetime) -> Logon:
    """Nothing by which somebody signed in before opens anything now; which passwords were used stays known.

    Nor does the next person read what was told to the one before, and no link in that one's mailbox stops anything.
    """
    forget_person(logon, now=now)
    remove_all_factors(logon, now=now)
    end_known_devices(logon, now)
    end_all_sessions(logon, now=now)
    logon.first_name, logon.last_name, logon.phone = person.first_name, person.last_name, person.phone
    logon.email, logon.email_confirmed, logon.password = person.email, False, ""
    logon.language = person.language
    # The former person's second address would get links to a new password.
    logon.second_email, logon.second_email_confirmed, logon.sign_in_stopped_at = "", False, None
    changed = ["first_name", "last_name", "phone", "email", "email_confirmed", "password", "language"]
    logon.save(update_fields=[*changed, "second_email", "second_email_confirmed", "sign_in_stopped_at"])
    return logon
