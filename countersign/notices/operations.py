"""*This wasn't me*, reading notices, choosing how mail comes, and the daily digest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from countersign import events, mail
from countersign.logons import links
from countersign.logons.known_devices import end_known_devices
from countersign.logons.models import Logon
from countersign.logons.sessions import end_all_sessions
from countersign.notices.events import ReportedNotMe
from countersign.notices.kinds import KINDS
from countersign.notices.models import NOT_ME as NOT_ME_CASE
from countersign.notices.models import RECOVERY_STOPPED, Case, MailChoice, Notice, NoticeChoice
from countersign.notices.queries import what_it_stops
from countersign.notices.telling import NOT_ME, Stops, mail_words, stop_subject
from countersign.policy.errors import Invalid

DIGEST_LINES = 50
MAILED_AT_ONCE = 50


@transaction.atomic
def stop_by_link(*, token: str, now: datetime) -> Case:
    """Whoever reads the mail says that it was not the owner (SPEC 7: "its button works once, within 10 days").

    Suspends only the reported change or the logon's sign-in, ends sessions and open links, and opens a case; it never
    gives anybody control. Where the address was changed it "ends sessions and recovery" (SPEC 3): mail would go to
    whoever changed it. Raises ``LinkVoid`` for all but one of parallel tries.
    """
    link = links.use(NOT_ME, token, now=now)
    logon = Logon.objects.select_for_update(no_key=True).get(pk=link.details["logon"])
    stops = what_it_stops(link)
    return _stop(logon, about=link.details["about"], stops=stops, actor=None, channel=events.Channel.MAIL, now=now)


@transaction.atomic
def stop_own(*, actor: Logon, about: str, now: datetime) -> Case:
    """The owner, signed in, says the same of an entry of Security: its sign-in is stopped until recovery."""
    logon = Logon.objects.select_for_update(no_key=True).get(pk=actor.pk)
    return _stop(logon, about=about, stops=Stops.SIGN_IN, actor=actor, channel=events.Channel.ONLINE, now=now)


def _stop(
    logon: Logon, *, about: str, stops: Stops, actor: Logon | None, channel: events.Channel, now: datetime
) -> Case:
    links.void(None, logon=logon, now=now)
    end_all_sessions(logon, now=now)
    end_known_devices(logon, now)
    stopped = {"sessions_begin_at": now}
    if stops in (Stops.SIGN_IN, Stops.RECOVERY):
        stopped["sign_in_stopped_at"] = now
    Logon.objects.filter(pk=logon.pk).update(**stopped)
    kind = RECOVERY_STOPPED if stops is Stops.RECOVERY else NOT_ME_CASE
    case = Case.objects.create(kind=kind, logon=logon, about=about, opened_at=now)
    events.record(
        ReportedNotMe(logon=logon.pk, case=case.pk, about=about, stopped=stops.value),
        actor=actor,
        channel=channel,
        at=now,
        logons=[logon.pk],
    )
    return case


def forget_person(logon: Logon, *, now: datetime) -> None:
    """The username goes to somebody else: nothing told to the person before is left, in the caller's transaction.

    Notices and the choice about mail are deleted, links that stop are void, open cases are closed: they were about
    somebody who is gone, and whoever is invited now proves the address by enrollment.
    """
    links.void(NOT_ME, subject=stop_subject(logon), now=now)
    Notice.objects.filter(logon=logon).delete()
    NoticeChoice.objects.filter(logon=logon).delete()
    Case.objects.filter(logon=logon, closed_at=None).update(closed_at=now)


@transaction.atomic
def mark_read(*, actor: Logon, now: datetime) -> int:
    """All notices of the actor are read. Returns how many were not."""
    return Notice.objects.filter(logon=actor, read_at=None, created_at__lte=now).update(read_at=now)


@transaction.atomic
def choose_mail(*, actor: Logon, choice: str) -> None:
    """Each notice by its own mail, or one mail a day; security mail always comes at once. Raises ``Invalid``."""
    if choice not in MailChoice.values:
        raise Invalid({"mail": _("Choose one of the options.")})
    NoticeChoice.objects.update_or_create(logon=actor, defaults={"mail": choice})


def mail_held(*, kind: str, submission: str, stop: Callable[[], bool]) -> int:
    """Mail the notices of one change that many were told of, but to those who chose one mail a day. Returns how many.

    A few per transaction: broken off and begun again, nobody gets two.
    """
    daily = NoticeChoice.objects.filter(mail=MailChoice.DAILY)
    held = Notice.objects.filter(kind=kind, submission=submission, digest=True).exclude(logon__in=daily.values("logon"))
    mailed = 0
    while not stop():
        with transaction.atomic():
            some = list(held.select_for_update(of=("self",), skip_locked=True).select_related("logon")[:MAILED_AT_ONCE])
            Notice.objects.filter(pk__in=[one.pk for one in some]).update(digest=False)
            for one in some:
                mail_words(
                    one.logon,
                    one.logon.email,
                    kind=kind,
                    details=one.details,
                    path=one.path,
                    submission=submission,
                    now=one.created_at,
                )
        mailed += len(some)
        if len(some) < MAILED_AT_ONCE:
            break
    return mailed


def send_digests() -> int:
    """Periodic, daily: one mail for each person whose notices wait for it. Returns how many."""
    waiting = Notice.objects.filter(digest=True).order_by("logon_id").values_list("logon_id", flat=True).distinct()
    return sum(_digest(logon) for logon in list(waiting))


@transaction.atomic
def _digest(key: int) -> int:
    logon = Logon.objects.select_for_update(no_key=True).get(pk=key)
    notices = list(Notice.objects.filter(logon=logon, digest=True).order_by("created_at", "pk"))
    if not notices:
        return 0
    Notice.objects.filter(pk__in=[one.pk for one in notices]).update(digest=False)
    with mail.in_language(logon.language):
        known = [one for one in notices if one.kind in KINDS]
        subject = ngettext("%(count)d notice", "%(count)d notices", len(notices)) % {"count": len(notices)}
        mail.queue(
            mail.Message(
                to=logon.email,
                language=logon.language,
                kind="digest",
                subject=subject,
                paragraphs=[KINDS[one.kind].words(one.details).subject for one in known[:DIGEST_LINES]],
                action=mail.Action(label=_("See your notices"), path="/notices/"),
                logon_id=logon.pk,
            )
        )
    return 1
