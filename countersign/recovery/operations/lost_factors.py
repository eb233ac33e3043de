"""Every second factor is lost: 72 hours, in which each address is told and anybody there can cancel (SPEC 3)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from countersign import events
from countersign.access.queries.own import is_active
from countersign.events.models import EntrySubject
from countersign.logons import links
from countersign.logons.known_devices import end_known_devices
from countersign.logons.links import LinkVoid
from countersign.logons.models import Logon
from countersign.logons.second_factors import factors_of, remove_all_factors
from countersign.logons.sessions import end_all_sessions
from countersign.policy.errors import Refused
from countersign.policy.reasons import Reason
from countersign.recovery.events import FactorRemovalAsked, FactorRemovalCancelled, FactorsRemoved
from countersign.recovery.models import FactorLetter, FactorRemoval

CANCEL = "cancel_factor_removal"


def ask_removal(*, logon: Logon, now: datetime) -> FactorRemoval:
    """Begin the waiting for somebody who gave the right password. Asked again, it goes on as it was.

    Raises ``Refused`` where there is no second factor to remove, and where waiting proves nothing: see
    ``waiting_helps``.
    """
    if not factors_of(logon).any or not is_active(logon.pk, at=now):
        raise Refused(Reason.NOT_FOUND, hidden=True)
    if not waiting_helps(logon):
        raise Refused(Reason.PASSWORD_BY_MAIL)
    due = now + timedelta(hours=settings.FACTOR_REMOVAL_HOURS)
    try:
        with transaction.atomic():
            removal = FactorRemoval.objects.create(logon=logon, asked_at=now, due_at=due)
            # Whoever is told (mail.py) gets a link that cancels.
            events.record(FactorRemovalAsked(), actor=None, channel=events.Channel.ONLINE, at=now, logons=[logon.pk])
    except IntegrityError:
        return FactorRemoval.objects.get(FactorRemoval.OPEN, logon=logon)
    return removal


def logon_that_keeps(*, token: str, now: datetime) -> Logon:
    """The logon whose removal the mailed link cancels; nothing is used up. Raises ``LinkVoid`` when it is over."""
    link = links.find(CANCEL, token, now=now)
    removal = FactorRemoval.objects.filter(FactorRemoval.OPEN, pk=link.subject.removeprefix("removal-"))
    found = removal.select_related("logon").first()
    if found is None:
        raise LinkVoid
    return found.logon


def waiting_helps(logon: Logon) -> bool:
    """Whether the right password, 72 hours and notices by mail say anything about who asks.

    A password that was chosen by a mailed link, and with which nobody has signed in since, is known to whoever reads
    the mailbox: the same reads the notices and the link that cancels. One secret would then be enough. Other ways stay:
    a letter, the parent logon, staff.
    """
    with_password = Q(entry__name="SignedIn", entry__body__how__startswith="password")
    about = Q(entry__name__in=("PasswordReset", "PasswordChanged")) | with_password
    found = EntrySubject.objects.filter(about, kind="logon", subject_id=logon.pk).order_by("-entry_id")
    return found.values_list("entry__name", flat=True).first() != "PasswordReset"


@transaction.atomic
def cancel_removal(*, token: str, now: datetime) -> Logon:
    """Cancel by the mailed link. Raises ``LinkVoid`` for all but one of parallel tries, and when it is over."""
    logon = logon_that_keeps(token=token, now=now)
    hold(logon)
    links.use(CANCEL, token, now=now)
    if not _end(logon, now):
        raise LinkVoid
    return logon


@transaction.atomic
def cancel_removal_of(*, logon: Logon, now: datetime) -> bool:
    """A sign-in with a second factor proves that not all are lost. Returns whether something was cancelled."""
    return _end(logon, now)


def hold(logon: Logon) -> None:
    """The row of the logon first, in everything that ends a removal: cancelling, a report and time never wait in a
    circle.
    """
    Logon.objects.select_for_update(no_key=True).get(pk=logon.pk)


def _end(logon: Logon, now: datetime) -> bool:
    if not FactorRemoval.objects.filter(FactorRemoval.OPEN, logon=logon).exists():
        return False
    hold(logon)
    removal = FactorRemoval.objects.select_for_update().filter(FactorRemoval.OPEN, logon=logon).first()
    if removal is None:
        return False
    FactorRemoval.objects.filter(pk=removal.pk).update(cancelled_at=now)
    links.void(CANCEL, subject=f"removal-{removal.pk}", now=now)
    events.record(FactorRemovalCancelled(), actor=None, channel=events.Channel.ONLINE, at=now, logons=[logon.pk])
    return True


def close_ways(*, logon: Logon, now: datetime) -> None:
    """The second factors went by a way of another feature: no waiting, link or letter goes on."""
    for removal in FactorRemoval.objects.select_for_update().filter(FactorRemoval.OPEN, logon=logon):
        FactorRemoval.objects.filter(pk=removal.pk).update(done_at=now)
        links.void(CANCEL, subject=f"removal-{removal.pk}", now=now)
    FactorLetter.objects.filter(logon=logon, ended_at=None).update(ended_at=now)


def remove_now(logon: Logon, *, channel: events.Channel, now: datetime) -> None:
    """Remove every second factor, in the caller's transaction. Access, grants and the password are kept."""
    remove_all_factors(logon, now=now)
    end_all_sessions(logon, now=now)
    end_known_devices(logon, now)
    events.record(FactorsRemoved(), actor=None, channel=channel, at=now, logons=[logon.pk])


def remove_factors_in_time(*, now: datetime) -> int:
    """Periodic: remove the factors whose waiting is over. Returns of how many logons.

    Sessions and known devices end as well; access, grants and the password are kept.
    """
    removed = 0
    for due in FactorRemoval.objects.filter(FactorRemoval.OPEN, due_at__lte=now).select_related("logon"):
        with transaction.atomic():
            hold(due.logon)
            if not FactorRemoval.objects.filter(FactorRemoval.OPEN, pk=due.pk).update(done_at=now):
                continue
            links.void(CANCEL, subject=f"removal-{due.pk}", now=now)
            remove_now(due.logon, channel=events.Channel.SYSTEM, now=now)
            removed += 1
    return removed
