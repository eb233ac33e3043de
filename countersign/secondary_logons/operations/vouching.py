"""All second factors of a secondary logon are lost: it asks, and "its parent vouches" (SPEC 3).

What it asked is a submission that waits 72 hours. Every address of the person is told when it is asked and when it is
answered, each time with a link that stops. Access, grants and the password are kept.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from countersign.access.queries.own import is_active
from countersign.events import Channel, record
from countersign.logons.known_devices import end_known_devices
from countersign.logons.models import Logon
from countersign.logons.second_factors import factors_of, remove_all_factors
from countersign.logons.sessions import end_all_sessions
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.facts import Standing as LogonStatus
from countersign.policy.reasons import Reason
from countersign.portfolios.queries import Standing
from countersign.secondary_logons.events import (
    LostFactorsAskEnded,
    LostFactorsNotVouched,
    LostFactorsVouched,
    ParentAskedToVouch,
)
from countersign.secondary_logons.kinds import LOST_FACTORS, VOUCH
from countersign.secondary_logons.operations.changing import check_may, held_secondary, receipt
from countersign.secondary_logons.queries.one import Secondary
from countersign.secondary_logons.queries.vouching import PENDING, open_ask, open_asks, parent_to_ask
from countersign.submissions.confirmation_numbers import normal_confirmation_number
from countersign.submissions.models import Status, Submission
from countersign.submissions.operations import close_submission, open_submission
from countersign.submissions.queries import submitted_before

ASKS_A_DAY = 3


@transaction.atomic
def ask_parent(*, logon: Logon, now: datetime) -> Submission:
    """Whoever gave the right password says that all second factors are lost. Asked again, it goes on as it was.

    Raises ``Refused`` where there is nothing to remove, and ``Invalid`` where no parent can answer, or for the fourth
    time within a day: the parent would be told each time.
    """
    locked = Logon.objects.select_for_update(no_key=True).get(pk=logon.pk)
    reported = locked.sign_in_stopped_at is not None
    if reported or not factors_of(locked).any or not is_active(locked.pk, at=now):
        raise Refused(Reason.NOT_FOUND, hidden=True)
    found = parent_to_ask(locked, at=now)
    if found is None:
        raise Invalid({"": _("There is no parent logon that can confirm it now. Use another way.")})
    if (there := open_ask(locked.pk, at=now)) is not None:
        return there
    earlier = Submission.objects.filter(kind=LOST_FACTORS, submitted_by=locked)
    if earlier.filter(submitted_at__gt=now - timedelta(days=1)).count() >= ASKS_A_DAY:
        raise Invalid({"": _("Your parent logon was asked often enough today. Call, or use another way.")})
    for lapsed in earlier.filter(status=Status.PENDING):
        _close(lapsed, Status.REJECTED, None, now)
    fact, parent = found
    ask = open_submission(kind=LOST_FACTORS, actor=locked, now=now)
    record(
        ParentAskedToVouch(logon=locked.pk, portfolio=fact.portfolio_id),
        actor=None,
        channel=Channel.ONLINE,
        at=now,
        submission=ask.confirmation_number,
        logons=[locked.pk, parent.pk],
    )
    return ask


@transaction.atomic
def vouch(
    *,
    actor: Logon,
    portfolio: int,
    logon: int,
    asked: str,
    now: datetime,
    token: UUID | None = None,
    channel: Channel = Channel.ONLINE,
) -> Submission:
    """The parent (or a secondary Master Administrator within its reach) says that it is this person.

    The second factors end at once, and with them every session and known device; the next sign-in sets up new ones.
    ``asked``: the confirmation number of what was asked. Raises ``Refused``: for oneself, beyond one's reach, for who
    is not active or was reported, and for an actor without a second factor of its own; ``Stale`` when it is answered,
    taken back or past its time.
    """
    earlier = submitted_before(actor, token)
    if earlier is not None:
        return earlier
    standing, secondary = held_secondary(actor, portfolio, logon, now=now)
    earlier = submitted_before(actor, token)
    if earlier is not None:
        return earlier
    check_may_vouch(standing, secondary)
    ask = _asked(secondary, asked, now)
    close_submission(confirmation_number=ask.confirmation_number, status=Status.PROCESSED, actor=actor, now=now)
    own = receipt(VOUCH, actor=actor, logon=logon, token=token, channel=channel, now=now)
    remove_all_factors(secondary.logon, now=now)
    end_all_sessions(secondary.logon, now=now)
    end_known_devices(secondary.logon, now)
    record(
        LostFactorsVouched(logon=logon, portfolio=standing.portfolio, asked=ask.confirmation_number),
        actor=actor,
        channel=channel,
        at=now,
        submission=own.confirmation_number,
        logons=_concerned(standing, logon),
    )
    return own


@transaction.atomic
def decline_to_vouch(
    *, actor: Logon, portfolio: int, logon: int, asked: str, now: datetime, channel: Channel = Channel.ONLINE
) -> None:
    """It is not this person, or not sure: nothing changes, and the person is told. Raises as ``vouch`` does.

    It only refuses, so no second factor of the actor is needed, and a reported logon is no hindrance.
    """
    standing, secondary = held_secondary(actor, portfolio, logon, now=now)
    check_may(standing, secondary)
    ask = _asked(secondary, asked, now)
    close_submission(confirmation_number=ask.confirmation_number, status=Status.REJECTED, actor=actor, now=now)
    record(
        LostFactorsNotVouched(logon=logon, portfolio=standing.portfolio, asked=ask.confirmation_number),
        actor=actor,
        channel=channel,
        at=now,
        submission=ask.confirmation_number,
        logons=_concerned(standing, logon),
    )


def check_may_vouch(standing: Standing, secondary: Secondary) -> None:
    """Raises ``Refused`` unless the actor may vouch for this secondary logon."""
    check_may(standing, secondary)
    if secondary.status is not LogonStatus.ACTIVE:
        raise Refused(Reason.LOGON_NOT_ACTIVE)
    if secondary.logon.sign_in_stopped_at is not None:
        raise Refused(Reason.LOGON_REPORTED)
    if not factors_of(standing.actor).any:
        raise Refused(Reason.SECOND_FACTOR_NEEDED)


@transaction.atomic
def end_ask_of(*, logon: int, now: datetime) -> bool:
    """Nobody has to answer any more: taken back, a second factor was found, or the logon was reported or ended.

    Returns whether something had waited.
    """
    found = Submission.objects.filter(PENDING, submitted_by_id=logon).first()
    if found is None or not _close(found, Status.WITHDRAWN, None, now):
        return False
    record(
        LostFactorsAskEnded(logon=logon),
        actor=None,
        channel=Channel.ONLINE,
        at=now,
        submission=found.confirmation_number,
        logons=[logon],
    )
    return True


def expire_asks(*, now: datetime) -> int:
    """Periodic: close what nobody answered in time. Returns how many."""
    lapsed = Submission.objects.filter(PENDING).exclude(open_asks(now))
    return sum(_close(one, Status.REJECTED, None, now) for one in list(lapsed[:1_000]))


def _asked(secondary: Secondary, asked: str, now: datetime) -> Submission:
    number = normal_confirmation_number(asked) or ""
    ask = Submission.objects.filter(kind=LOST_FACTORS, submitted_by=secondary.logon, confirmation_number=number).first()
    current = open_ask(secondary.logon.pk, at=now)
    if ask is None or current is None or current.pk != ask.pk:
        at = ask.closed_at if ask is not None else None
        expired = ask is not None and ask.status == Status.PENDING
        withdrawn = ask is not None and ask.status == Status.WITHDRAWN
        what = Reason.REQUEST_EXPIRED if expired else Reason.REQUEST_DECIDED
        raise Stale(what=Reason.REQUEST_WITHDRAWN if withdrawn else what, at=at)
    return ask


def _close(ask: Submission, status: Status, actor: Logon | None, now: datetime) -> bool:
    still = Submission.objects.filter(pk=ask.pk, status=Status.PENDING)
    return still.update(status=status, closed_at=now, closed_by=actor) == 1


def _concerned(standing: Standing, logon: int) -> list[int]:
    """Into whose history it goes: the person's, the parent's, and (by the log itself) that of whoever did it."""
    return [logon, standing.holder.pk]
