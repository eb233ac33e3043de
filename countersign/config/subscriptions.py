"""Who is told of what, and what the worker does every so often: two plain mappings."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.utils import timezone

from countersign.background.jobs import forget_old_jobs, rescue_stalled_jobs
from countersign.background.periodic import Periodic
from countersign.events import Event, Occurrence, Subscriber
from countersign.events.sealing import seal_pending
from countersign.leaving import mail as leaving_mail
from countersign.leaving.events import ProfileDeleted
from countersign.leaving.operations import close_resting, park_unfed
from countersign.logons.limiter import forget_old_failures
from countersign.logons.links import forget_old_links
from countersign.logons.models import Logon
from countersign.logons.sessions import forget_ended_sessions
from countersign.mail.tasks import sweep
from countersign.mail.upkeep import forget_sent
from countersign.notices import mail as notices_mail
from countersign.notices.events import ReportedNotMe
from countersign.notices.operations import send_digests
from countersign.recovery import mail as recovery_mail
from countersign.recovery.events import FactorsRemoved
from countersign.recovery.operations import remove_factors_in_time
from countersign.recovery.operations.lost_factors import cancel_removal_of, close_ways
from countersign.registration import mail as registration_mail
from countersign.registration.operations.begin import forget_registrations
from countersign.registration.operations.decide import end_requests_of, expire_requests_for_access
from countersign.registration.operations.waiting import end_waiting_in_time
from countersign.secondary_logons import mail as secondary_logons_mail
from countersign.secondary_logons.events import (
    LostFactorsVouched,
    SecondaryLogonCancelled,
    SecondaryLogonDeactivated,
)
from countersign.secondary_logons.models import LogonFile, RefinementFile
from countersign.secondary_logons.operations.vouching import end_ask_of, expire_asks
from countersign.security import mail as security_mail
from countersign.security_groups.models import PlacementFile
from countersign.sign_in import mail as sign_in_mail
from countersign.sign_in.events import SignedIn
from countersign.third_party_access import mail as third_party_access_mail
from countersign.third_party_access.mail.many import remind_of_many, tell_many_expired
from countersign.third_party_access.models import RequestFile
from countersign.third_party_access.operations.end_requests import withdraw_requests_of
from countersign.third_party_access.operations.expire_requests import expire_requests, remind_of_requests
from countersign.uploads.models import UploadedFile
from countersign.uploads.working import forget_old_files


def end_what_it_asked_for(occurrence: Occurrence[ProfileDeleted]) -> None:
    """Requests of a deleted logon end with it (SPEC 3), whichever feature they belong to."""
    assert occurrence.actor_logon_id is not None
    end_requests_of(logon=occurrence.actor_logon_id, now=occurrence.at)
    withdraw_requests_of(logon=occurrence.actor_logon_id, now=occurrence.at)


def lost_factor_was_found(occurrence: Occurrence[SignedIn]) -> None:
    """Whoever signs in with a second factor has not lost them all: their removal is cancelled."""
    if occurrence.event.how != "password":
        assert occurrence.actor_logon_id is not None
        cancel_removal_of(logon=Logon.objects.get(pk=occurrence.actor_logon_id), now=occurrence.at)
        end_ask_of(logon=occurrence.actor_logon_id, now=occurrence.at)


def removal_ends_too(occurrence: Occurrence[ReportedNotMe | SecondaryLogonCancelled]) -> None:
    """Where a logon is reported, or its access cancelled, nobody's wish to remove its second factors goes on."""
    cancel_removal_of(logon=Logon.objects.get(pk=occurrence.event.logon), now=occurrence.at)
    end_ask_of(logon=occurrence.event.logon, now=occurrence.at)


def nobody_needs_to_vouch(occurrence: Occurrence[FactorsRemoved | SecondaryLogonDeactivated]) -> None:
    """The second factors went by another way, or the logon cannot sign in at all: its parent has nothing to answer."""
    for logon in occurrence.logons:
        end_ask_of(logon=logon, now=occurrence.at)


def other_ways_end(occurrence: Occurrence[LostFactorsVouched]) -> None:
    """The parent vouched: no waiting and no letter goes on."""
    close_ways(logon=Logon.objects.get(pk=occurrence.event.logon), now=occurrence.at)


# Event → what runs, in this order, in the transaction that recorded it.
SUBSCRIBERS: Mapping[type[Event], tuple[Subscriber, ...]] = {
    **security_mail.SUBSCRIBERS,
    **recovery_mail.SUBSCRIBERS,
    **sign_in_mail.SUBSCRIBERS,
    **third_party_access_mail.SUBSCRIBERS,
    **registration_mail.SUBSCRIBERS,
    **secondary_logons_mail.SUBSCRIBERS,
    **notices_mail.SUBSCRIBERS,
    **leaving_mail.SUBSCRIBERS,
    ReportedNotMe: (removal_ends_too, *notices_mail.SUBSCRIBERS[ReportedNotMe]),
    SecondaryLogonCancelled: (removal_ends_too, *secondary_logons_mail.SUBSCRIBERS[SecondaryLogonCancelled]),
    SecondaryLogonDeactivated: (
        nobody_needs_to_vouch,
        *secondary_logons_mail.SUBSCRIBERS[SecondaryLogonDeactivated],
    ),
    FactorsRemoved: (nobody_needs_to_vouch, *recovery_mail.SUBSCRIBERS[FactorsRemoved]),
    LostFactorsVouched: (other_ways_end, *secondary_logons_mail.SUBSCRIBERS[LostFactorsVouched]),
    SignedIn: (lost_factor_was_found, *sign_in_mail.SUBSCRIBERS.get(SignedIn, ())),
    ProfileDeleted: (end_what_it_asked_for, *leaving_mail.SUBSCRIBERS[ProfileDeleted]),
}


def seal_audit_log() -> None:
    """Seal what was recorded since the last time."""
    seal_pending(timezone.now())


def close_requests_in_time() -> None:
    """Expire requests for third-party access that nobody answered, and remind of those that are about to."""
    now = timezone.now()
    expire_requests(now=now, tell_together=tell_many_expired)
    remind_of_requests(now=now, tell_together=remind_of_many)


def registrations_in_time() -> None:
    """End the waiting of provisional Master Administrators, requests nobody answered, registrations nobody finished."""
    now = timezone.now()
    end_waiting_in_time(now=now)
    expire_requests_for_access(now=now)
    forget_registrations(now=now)


def forget_sign_ins() -> None:
    """Delete counters of wrong secrets that limit nothing any more, and sessions whose time is over."""
    now = timezone.now()
    forget_old_failures(now=now)
    forget_ended_sessions(now=now)


def send_daily_digests() -> None:
    """Mail the notices that wait for their reader's daily mail."""
    send_digests()


def forget_uploaded_files() -> None:
    """Delete files that somebody uploaded and that are old, so that nobody's clients lie about."""
    now = timezone.now()
    for model, days in UPLOADED_FILES.items():
        forget_old_files(model, days=days, now=now)


def close_resting_portfolios() -> None:
    """Close portfolios that nobody took over in time; let those rest that nothing feeds any more."""
    now = timezone.now()
    park_unfed(now=now)
    close_resting(now=now)


def remove_lost_factors() -> None:
    """Second factors said to be lost: remove them where the waiting is over, and close what no parent answered."""
    now = timezone.now()
    remove_factors_in_time(now=now)
    expire_asks(now=now)
    forget_old_links(now=now)


# For how many days an uploaded file and its results are kept.
UPLOADED_FILES: Mapping[type[UploadedFile], int] = {
    LogonFile: 30,
    RefinementFile: 30,
    PlacementFile: 7,
    RequestFile: 30,
}

PERIODIC = (
    Periodic("seal the audit log", settings.AUDIT_SEAL_SECONDS, seal_audit_log),
    Periodic("send mail that is due", settings.MAIL_SWEEP_SECONDS, sweep),
    Periodic("close requests in time", 60, close_requests_in_time),
    Periodic("registrations in time", 60, registrations_in_time),
    Periodic("remove lost factors", 60, remove_lost_factors),
    Periodic("close resting portfolios", 3600, close_resting_portfolios),
    Periodic("forget sign-ins", 900, forget_sign_ins),
    Periodic("send daily digests", 24 * 3600, send_daily_digests),
    Periodic("forget uploaded files", 3600, forget_uploaded_files),
    Periodic("forget sent mail", 3600, forget_sent),
    Periodic("rescue stalled jobs", 60, rescue_stalled_jobs),
    Periodic("forget old jobs", 3600, forget_old_jobs),
)
